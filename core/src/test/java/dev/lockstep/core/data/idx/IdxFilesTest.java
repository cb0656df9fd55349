package dev.lockstep.core.data.idx;

import static dev.lockstep.core.data.idx.IdxFixture.IMAGES_MAGIC;
import static dev.lockstep.core.data.idx.IdxFixture.LABELS_MAGIC;
import static dev.lockstep.core.data.idx.IdxFixture.counting;
import static dev.lockstep.core.data.idx.IdxFixture.idx;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.mnist.Mnist;
import dev.lockstep.core.tensor.Shape;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdxFilesTest {

  @TempDir Path directory;

  @BeforeEach
  void write() throws IOException {
    IdxFixture.write(directory);
  }

  @Test
  void readsImagesOfAnySizeWithTheirLabels() {
    Dataset dataset = read();

    assertThat(dataset.name()).isEqualTo("idx");
    assertThat(dataset.train().size()).isEqualTo(3);
    assertThat(dataset.train().image()).isEqualTo(Shape.of(1, 2, 3));
    assertThat(dataset.train().classes()).isEqualTo(3);
    assertThat(dataset.train().label(0)).isEqualTo(2);
    assertThat(dataset.train().pixel(2, 0)).isEqualTo(120);
    assertThat(dataset.test().size()).isEqualTo(2);
    assertThat(dataset.test().label(0)).isEqualTo(1);
    assertThat(dataset.notice()).isEmpty();
  }

  @Test
  void hashesPixelsAndLabelsOfBothSplits() {
    byte[] pixelsAndLabels = {
      0,
      10,
      20,
      30,
      40,
      50,
      60,
      70,
      80,
      90,
      100,
      110,
      120,
      (byte) 130,
      (byte) 140,
      (byte) 150,
      (byte) 160,
      (byte) 170,
      2,
      0,
      1,
      0,
      10,
      20,
      30,
      40,
      50,
      60,
      70,
      80,
      90,
      100,
      110,
      1,
      0
    };

    assertThat(read().sha256()).isEqualTo(IdxFixture.sha256(pixelsAndLabels));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train-labels-idx1-ubyte",
        "train-labels.idx1-ubyte",
        "train-labels.idx1-ubyte.gz",
        "train-labels-idx1-ubyte.gz"
      })
  void knowsTheNamesInUse(String name) throws IOException {
    Files.move(directory.resolve("train-labels-idx1-ubyte.gz"), directory.resolve(name));

    assertThat(read().train().label(0)).isEqualTo(2);
  }

  @Test
  void findsNothingInAnEmptyDirectory(@TempDir Path empty) {
    assertThat(IdxFiles.in(empty)).isEmpty();
  }

  @Test
  void namesTheFilesThatAreMissing() throws IOException {
    Files.delete(directory.resolve(IdxPart.TRAIN_LABELS.fileName()));
    Files.delete(directory.resolve(IdxPart.TEST_IMAGES.fileName()));

    assertThatThrownBy(() -> IdxFiles.in(directory))
        .isInstanceOf(InputException.class)
        .hasMessage(
            directory
                + ": expected four IDX files, found 2: missing train-labels-idx1-ubyte.gz,"
                + " t10k-images-idx3-ubyte.gz (plain or gzipped)");
  }

  @Test
  void refusesAnotherNumberOfLabelsThanOfImages() throws IOException {
    replace(IdxPart.TRAIN_LABELS, idx(LABELS_MAGIC, new int[] {2}, (byte) 0, (byte) 1));

    assertThatThrownBy(this::read)
        .isInstanceOf(InputException.class)
        .hasMessage(
            "%s: expected 3 labels, one for each image of %s, found 2"
                .formatted(path(IdxPart.TRAIN_LABELS), path(IdxPart.TRAIN_IMAGES)));
  }

  @Test
  void refusesTestImagesOfAnotherSize() throws IOException {
    replace(IdxPart.TEST_IMAGES, idx(IMAGES_MAGIC, new int[] {2, 3, 2}, counting(12)));

    assertThatThrownBy(this::read)
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(path(IdxPart.TEST_IMAGES) + ": expected images of 1×2×3")
        .hasMessageEndingWith("found 1×3×2");
  }

  @Test
  void mnistIsRecognisedByTheContentOfEveryFile() throws IOException {
    Mnist mnist = IdxFixture.asMnist();
    assertThat(IdxFiles.in(directory).orElseThrow().read("mnist", mnist::check).name())
        .isEqualTo("mnist");

    byte[] labels = Objects.requireNonNull(IdxFixture.set().get(IdxPart.TEST_LABELS));
    byte[] changed = Arrays.copyOf(labels, labels.length);
    changed[changed.length - 1]++;
    replace(IdxPart.TEST_LABELS, changed);

    assertThatThrownBy(() -> IdxFiles.in(directory).orElseThrow().read("mnist", mnist::check))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(path(IdxPart.TEST_LABELS) + ": expected MNIST's file")
        .hasMessageContainingAll(IdxFixture.sha256(labels), IdxFixture.sha256(changed));
  }

  private Dataset read() {
    return IdxFiles.in(directory).orElseThrow().read("idx");
  }

  private Path path(IdxPart part) {
    return directory.resolve(part.fileName());
  }

  private void replace(IdxPart part, byte[] content) throws IOException {
    Files.write(path(part), content);
  }
}
