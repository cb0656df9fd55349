package dev.lockstep.core.data.idx;

import static dev.lockstep.core.data.idx.IdxFixture.IMAGES_MAGIC;
import static dev.lockstep.core.data.idx.IdxFixture.LABELS_MAGIC;
import static dev.lockstep.core.data.idx.IdxFixture.gzip;
import static dev.lockstep.core.data.idx.IdxFixture.idx;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.InputException;
import dev.lockstep.core.plan.RandomStreams;
import dev.lockstep.core.tensor.Shape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdxReaderTest {

  private static final byte[] LABELS =
      idx(LABELS_MAGIC, new int[] {3}, (byte) 7, (byte) 0, (byte) 255);

  /** The reader's own and that of the gzip stream after it. */
  private static final int BUFFERS = 2;

  /** Enough for every byte of the header to be given a hundred values. */
  private static final int DAMAGES = 2000;

  /** The bytes in which what follows is described, zipped or not. */
  private static final int HEADER = 16;

  /** Longer than the sound file: zeros after its end are damage too. */
  private static final int LONGEST = 41;

  @TempDir Path directory;

  @Test
  void readsAPlainFile() throws IOException {
    Idx idx = IdxReader.read(file(LABELS), 1);

    assertThat(idx.shape()).isEqualTo(Shape.of(3));
    assertThat(idx.elements()).containsExactly(7, 0, 255);
  }

  @Test
  void readsAGzippedFileWhateverItsName() throws IOException {
    byte[] images = idx(IMAGES_MAGIC, new int[] {1, 2, 2}, (byte) 1, (byte) 2, (byte) 3, (byte) 4);

    Idx idx = IdxReader.read(file(gzip(images)), 3);

    assertThat(idx.shape()).isEqualTo(Shape.of(1, 2, 2));
    assertThat(idx.elements()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void hashesTheUncompressedFileWithItsHeader() throws IOException {
    assertThat(IdxReader.read(file(gzip(LABELS)), 1).sha256()).isEqualTo(IdxFixture.sha256(LABELS));
  }

  @Test
  void saysThatAFileIsMissing() {
    assertThatThrownBy(() -> IdxReader.read(directory.resolve("absent"), 1))
        .isInstanceOf(InputException.class)
        .hasMessage(directory.resolve("absent") + ": expected an IDX file, found nothing");
  }

  @Test
  void saysThatADirectoryIsNoFile() {
    assertRefused(directory, 1, "expected an IDX file, found something else");
  }

  @Test
  void refusesImagesWhereLabelsAreExpected() throws IOException {
    assertRefused(
        file(idx(IMAGES_MAGIC, new int[] {1, 1, 1}, (byte) 0)),
        1,
        "expected the magic number 0x00000801 (unsigned bytes, 1 axes), found 0x00000803");
  }

  @Test
  void recognisesAWebPage() throws IOException {
    assertRefused(
        file("<!DOCTYPE html><p>Not found".getBytes(StandardCharsets.UTF_8)),
        3,
        "found 0x3C21444F, the text \"<!DO\": a web page instead of the file?");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void refusesAFileWithoutAMagicNumber(int length) throws IOException {
    assertRefused(file(Arrays.copyOf(LABELS, length)), 1, "found a file of " + length + " bytes");
  }

  @Test
  void refusesAFileThatEndsInItsHeader() throws IOException {
    assertRefused(
        file(Arrays.copyOf(LABELS, 6)), 1, "expected the lengths of 1 axes, found the end");
  }

  @Test
  void refusesAPlainFileThatIsCutOff() throws IOException {
    assertRefused(
        file(Arrays.copyOf(LABELS, LABELS.length - 1)),
        1,
        "expected 3 bytes for 3, found 2, the file is cut off");
  }

  @Test
  void refusesGzippedContentThatIsCutOff() throws IOException {
    assertRefused(
        file(gzip(Arrays.copyOf(LABELS, LABELS.length - 1))),
        1,
        "expected 3 bytes for 3, found 2, the file is cut off");
  }

  @Test
  void refusesAGzipFileThatIsCutOff() throws IOException {
    byte[] zipped = gzip(LABELS);

    assertRefused(
        file(Arrays.copyOf(zipped, zipped.length - 9)),
        1,
        "expected a whole gzip file, found one that");
  }

  @Test
  void refusesAGzipFileWhoseContentWasChanged() throws IOException {
    byte[] zipped = gzip(LABELS);
    zipped[zipped.length - 5] ^= 1; // in the check sum, the last eight bytes but four

    assertRefused(file(zipped), 1, "expected sound gzip data, found damage");
  }

  @Test
  void refusesBytesAfterTheEnd() throws IOException {
    byte[] longer = Arrays.copyOf(LABELS, LABELS.length + 1);

    assertRefused(file(longer), 1, "expected 3 bytes for 3, found more");
    assertRefused(file(gzip(longer)), 1, "expected 3 bytes for 3, found more");
  }

  @Test
  void refusesSizesThatOverflow() throws IOException {
    // 65536 × 65536 × 1 is 0 in 32 bits; all ones is -1 as a signed number.
    assertRefused(file(idx(IMAGES_MAGIC, new int[] {1 << 16, 1 << 16, 1})), 3, "65536 on axis 1");
    assertRefused(file(idx(IMAGES_MAGIC, new int[] {-1, -1, -1})), 3, "4294967295 on axis 0");
  }

  @Test
  void refusesAnEmptyAxis() throws IOException {
    assertRefused(file(idx(IMAGES_MAGIC, new int[] {1, 0, 28})), 3, "a length of 0 on axis 1");
  }

  @Test
  void refusesALengthThatTheFileCannotHoldWithoutReadingOn() throws IOException {
    byte[] header = idx(LABELS_MAGIC, new int[] {1 << 30});

    assertRefused(
        file(header),
        1,
        "expected 1073741824 bytes for 1073741824, found a file that is too short");
    assertRefused(file(gzip(header)), 1, "found a file that is too short");
  }

  @Test
  void readsNoFurtherIntoAGzipBombThanItsHeaderAnnounces() throws IOException {
    byte[] zipped = gzip(Arrays.copyOf(idx(LABELS_MAGIC, new int[] {10}), 64 << 20));
    ByteArrayInputStream in = new ByteArrayInputStream(zipped);

    assertThatThrownBy(() -> IdxReader.read(in, zipped.length, Path.of("bomb"), 1))
        .isInstanceOf(InputException.class)
        .hasMessage("bomb: expected 10 bytes for 10, found more, the file goes on after them");

    int consumed = zipped.length - in.available();
    assertThat(consumed)
        .isLessThanOrEqualTo(BUFFERS * IdxReader.BUFFER)
        .isLessThan(zipped.length / 2);
  }

  /** However a file is damaged, it is read or refused by one message that names it. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void survivesAnyDamage(boolean zipped) throws IOException {
    byte[] sound = zipped ? gzip(LABELS) : LABELS.clone();
    UniformRandomProvider random = new RandomStreams(1).stream("damage", zipped ? 1 : 0);
    for (int damage = 0; damage < DAMAGES; damage++) {
      byte[] content = sound.clone();
      content[random.nextInt(Math.min(HEADER, content.length))] = (byte) random.nextInt(256);
      assertReadOrRefused(Arrays.copyOf(content, random.nextInt(LONGEST)));
    }
  }

  private static void assertReadOrRefused(byte[] damaged) throws IOException {
    try {
      InputStream in = new ByteArrayInputStream(damaged);
      Idx idx = IdxReader.read(in, damaged.length, Path.of("damaged"), 1);
      assertThat(idx.items()).isEqualTo(idx.elements().length);
    } catch (InputException e) {
      assertThat(e).hasMessageStartingWith("damaged: expected ");
    }
  }

  private Path file(byte[] content) throws IOException {
    return Files.write(directory.resolve("file"), content);
  }

  private static void assertRefused(Path file, int rank, String message) {
    assertThatThrownBy(() -> IdxReader.read(file, rank))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": ")
        .hasMessageContaining(message);
  }
}
