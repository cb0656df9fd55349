package dev.lockstep.core.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.core.InputException;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpzFileTest {

  private static final String HEADER = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }";

  private static final int COPIES = 400;

  @TempDir Path directory;

  private static Path fixture(String name) {
    return Path.of("src", "test", "resources", "npz", name);
  }

  private static Map<String, Tensor> example() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("affine2/W", Tensor.of(Shape.of(2, 3), 1, -0.0, 1e-300, Math.PI, -5, 1e300));
    tensors.put(
        "affine1/b",
        Tensor.of(Shape.of(3), Double.NaN, Double.NEGATIVE_INFINITY, Double.MIN_VALUE));
    tensors.put("step", Tensor.scalar(7));
    tensors.put("block1/conv1/W", Tensor.zeros(Shape.of(2, 0, 3)));
    return tensors;
  }

  // What NumPy writes, see generate.py beside the fixture

  @Test
  void readsEveryTypeAndOrderThatNumPyWrites() {
    Map<String, Tensor> tensors = NpzFile.read(fixture("numpy.npz"));

    Tensor counting = Tensor.of(Shape.of(2, 3), 0, 1, 2, 3, 4, 5);
    Map<String, Tensor> expected = new LinkedHashMap<>();
    expected.put("affine1/W", Tensor.of(Shape.of(2, 3), 0, 1 / 3., 2 / 3., 1, 4 / 3., 5 / 3.));
    expected.put("affine1/b", Tensor.of(Shape.of(3), 0.1, -0.0, Double.POSITIVE_INFINITY));
    expected.put("fortran", counting);
    Tensor cube = Tensor.zeros(Shape.of(2, 3, 4));
    Arrays.setAll(cube.data(), i -> i);
    expected.put("fortran3", cube);
    expected.put("float32", Tensor.of(Shape.of(2), 0.1f, 1e30f));
    expected.put("bigEndian", counting);
    expected.put("bigEndian32", counting);
    expected.put("int64", Tensor.of(Shape.of(2), -9007199254740992., 9007199254740992.));
    expected.put("int32", Tensor.of(Shape.of(2), -2147483648, 2147483647));
    expected.put("bigEndianInt32", Tensor.of(Shape.of(2), 1, -2));
    expected.put("scalar", Tensor.scalar(2.5));
    expected.put("empty", Tensor.zeros(Shape.of(0, 3)));
    assertThat(tensors).isEqualTo(expected);
    assertThat(tensors.keySet()).containsExactlyElementsOf(expected.keySet());
  }

  @Test
  void readsWhatNumPyCompressed() {
    Map<String, Tensor> tensors = NpzFile.read(fixture("compressed.npz"));

    assertThat(tensors)
        .containsEntry("zeros", Tensor.zeros(Shape.of(100, 100)))
        .containsEntry("one", Tensor.filled(Shape.of(1), 1));
  }

  @Test
  void numPyReadsWhatIsWritten() throws Exception {
    Path file = directory.resolve("written.npz");
    NpzFile.write(file, example());

    python(
        """
        import sys, numpy as np
        tensors = np.load(sys.argv[1], allow_pickle=False)
        assert tensors.files == ['affine2/W', 'affine1/b', 'step', 'block1/conv1/W'], tensors.files
        w = tensors['affine2/W']
        assert w.dtype == np.float64 and w.flags['C_CONTIGUOUS'], w
        assert w.tolist() == [[1, 0, 1e-300], [np.pi, -5, 1e300]] and np.signbit(w[0, 1]), w
        b = tensors['affine1/b']
        assert np.isnan(b[0]) and b[1] == -np.inf and b[2] == 5e-324, b
        assert tensors['step'].shape == () and tensors['step'] == 7
        assert tensors['block1/conv1/W'].shape == (2, 0, 3)
        """,
        file);
  }

  @Test
  void readsWhatThisMachinesNumPyWrites() throws Exception {
    Path file = directory.resolve("numpy.npz");

    python(
        """
        import sys, numpy as np
        np.savez(sys.argv[1], **{'affine1/W': np.arange(4.).reshape(2, 2) / 7, 'step': np.int64(3)})
        """,
        file);

    assertThat(NpzFile.read(file))
        .containsEntry("affine1/W", Tensor.of(Shape.of(2, 2), 0, 1 / 7., 2 / 7., 3 / 7.))
        .containsEntry("step", Tensor.scalar(3));
  }

  private static void python(String script, Path file) throws Exception {
    assumeTrue(run("import numpy") == 0, "python3 with NumPy is not installed here");
    assertThat(run(script, file.toString())).as("exit code of python3").isZero();
  }

  private static int run(String script, String... arguments) throws InterruptedException {
    List<String> command =
        Stream.concat(Stream.of("python3", "-c", script), Stream.of(arguments)).toList();
    try {
      Process process = new ProcessBuilder(command).inheritIO().start();
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("python3 ends").isTrue();
      return process.exitValue();
    } catch (IOException noPython) {
      return -1;
    }
  }

  // Writing

  @Test
  void readsBackEveryBitInTheOrderGiven() {
    Path file = directory.resolve("state.npz");

    NpzFile.write(file, example());

    assertThat(NpzFile.read(file)).isEqualTo(example());
    assertThat(NpzFile.read(file).keySet()).containsExactlyElementsOf(example().keySet());
  }

  @Test
  void theSameTensorsGiveTheSameBytesAnywhereAndLeaveNothingElse() throws IOException {
    Path first = directory.resolve("first.npz");
    Path second = directory.resolve("second.npz");
    NpzFile.write(second, Map.of("x", Tensor.scalar(1)));

    NpzFile.write(first, example());
    TimeZone here = TimeZone.getDefault();
    try {
      TimeZone.setDefault(TimeZone.getTimeZone("GMT+09:00"));
      NpzFile.write(second, example());
    } finally {
      TimeZone.setDefault(here);
    }

    assertThat(second).hasSameBinaryContentAs(first);
    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactlyInAnyOrder(first, second);
    }
  }

  @Test
  void namesTheFileThatCannotBeWritten() {
    Path file = directory.resolve("missing").resolve("state.npz");

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> NpzFile.write(file, example()))
        .withMessageContaining(file.toString())
        .withMessageContaining("directory that exists");
  }

  @Test
  void leavesNothingBehindWhenItFails() throws IOException {
    Path taken = Files.createDirectory(directory.resolve("taken"));
    Files.createFile(taken.resolve("by another file"));

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> NpzFile.write(taken, example()));

    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).containsExactly(taken);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/W", "a//W", "../W", "a/../W", "a/.", "a\\W", "a\nW"})
  void refusesToWriteWhatIsNoPath(String path) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> NpzFile.write(directory.resolve("x.npz"), Map.of(path, Tensor.scalar(1))))
        .withMessageContaining("expected paths such as affine1/W");
    assertThat(directory).isEmptyDirectory();
  }

  // What a network expects

  @Test
  void givesTheExpectedTensorsInTheirOrderAndLeavesOutOthers() {
    Path file = directory.resolve("state.npz");
    NpzFile.write(file, example());
    Map<String, Shape> expected = new LinkedHashMap<>();
    expected.put("step", Shape.of());
    expected.put("affine2/W", Shape.of(2, 3));

    assertThat(NpzFile.read(file, expected).keySet()).containsExactly("step", "affine2/W");
  }

  @Test
  void namesTheTensorThatIsMissingOrOfAnotherShape() {
    Path file = directory.resolve("state.npz");
    NpzFile.write(file, example());

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> NpzFile.read(file, Map.of("affine9/W", Shape.of(784, 50))))
        .withMessage(
            file
                + ": entry affine9/W.npy: expected shape 784×50, found only"
                + " [affine2/W, affine1/b, step, block1/conv1/W]");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> NpzFile.read(file, Map.of("affine2/W", Shape.of(3, 2))))
        .withMessage(file + ": entry affine2/W.npy: expected shape 3×2, found 2×3");
  }

  // Damage and malice

  @Test
  void namesTheFileThatIsMissingOrNoArchive() throws IOException {
    Path text = Files.writeString(directory.resolve("text.npz"), "not an archive");

    assertRefused(directory.resolve("none.npz"), "no such file");
    assertRefused(text, "cannot be read as one");
    assertRefused(directory, "cannot be read as one");
  }

  @Test
  void readsAllVersionsOfTheFormatAndHeadersInAnyOrder() throws IOException {
    byte[] numbers = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN).putDouble(1).array();
    Tensor expected = Tensor.of(Shape.of(2), 1, 0);
    for (int version = 1; version <= 3; version++) {
      Path file = archive("x.npy", npy(version, HEADER + "   \n", numbers));

      assertThat(NpzFile.read(file)).containsEntry("x", expected);
    }
    String otherOrder = "{ 'shape':(2),'descr' :'<f8','fortran_order':False}";
    assertThat(NpzFile.read(archive("x.npy", npy(1, otherOrder, numbers))))
        .containsEntry("x", expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "{'descr': '|O', 'fortran_order': False, 'shape': (2,), } ; Python objects",
        "{'descr': '<U4', 'fortran_order': False, 'shape': (2,), } ; found <U4",
        "{'descr': '<f2', 'fortran_order': False, 'shape': (2,), } ; found <f2; save it as",
        "{'descr': [('a', '<f8')], 'fortran_order': False, 'shape': (2,), } ; expected a header",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), } ; expected 24 bytes for shape 3 of <f8, found 16",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), } ; expected 8 bytes for shape 1 of <f8, found more",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } ; expected 8 bytes",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-2,), } ; expected a header",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1 2,), } ; expected a shape",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2,,), } ; expected a shape",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), } ; expected a shape",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (65536, 65536), } ; expected a shape",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (4294967296, 4294967296, 2), } ; expected a shape",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2147483647,), } ; expected at most 33554432 numbers",
        "{'descr': '<f8', 'fortran_order': Maybe, 'shape': (2,), } ; expected a header",
        "{'descr': '<f8', 'shape': (2,), } ; expected a header",
        "{'descr': '<f8', 'descr': '<f8', 'shape': (2,), } ; expected a header",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'more': (1,), } ; expected a header",
        "{'descr': '<f8', 'fortran_order': False, 'shape': __import__('os').getcwd()} ; expected a header",
        "nonsense ; expected a header",
      })
  void refusesHeadersThatLie(String header, String message) throws IOException {
    assertRefused(archive("affine1/W.npy", npy(1, header, new byte[16])), "affine1/W.npy", message);
  }

  @Test
  void refusesAHeaderThatIsLongerThanTheFileOrTheLimit() throws IOException {
    byte[] array = npy(1, HEADER, new byte[16]);
    byte[] pastTheEnd = array.clone();
    pastTheEnd[9] = 0x7f;
    byte[] pastTheLimit = npy(2, HEADER, new byte[16]);
    pastTheLimit[11] = (byte) 0xff;
    byte[] future = array.clone();
    future[6] = 4;

    assertRefused(archive("x.npy", pastTheEnd), "found the end of the entry in its header");
    assertRefused(archive("x.npy", pastTheLimit), "expected a header of at most 65536 bytes");
    assertRefused(archive("x.npy", future), "expected format version 1.0, 2.0 or 3.0, found 4.0");
    assertRefused(archive("x.npy", new byte[0]), "magic number");
    assertRefused(archive("x.npy", Arrays.copyOf(array, 7)), "found the end of the entry");
  }

  @Test
  void refusesWholeNumbersThatDoublesCannotHold() throws IOException {
    byte[] numbers =
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong((1L << 53) + 1).array();
    String header = "{'descr': '<i8', 'fortran_order': False, 'shape': (), }";

    assertRefused(archive("x.npy", npy(1, header, numbers)), "up to 2^53", "9007199254740993");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"../x.npy", "/x.npy", "a/../x.npy", "a\\x.npy", "a//x.npy", ".npy", "x", "d/"})
  void refusesEntriesWhoseNamesAreNoPaths(String name) throws IOException {
    assertRefused(archive(name, npy(1, HEADER, new byte[16])), "entry " + name, "affine1/W.npy");
  }

  @Test
  void refusesTheSameEntryTwice() throws IOException {
    Path file = directory.resolve("twice.npz");
    byte[] array = npy(1, HEADER, new byte[16]);
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      add(zip, "a.npy", array);
      add(zip, "b.npy", array);
    }
    String renamed =
        new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).replace("b.npy", "a.npy");
    Files.writeString(file, renamed, StandardCharsets.ISO_8859_1);

    assertRefused(file, "entry a.npy", "expected once, found twice");
  }

  /** A thousand times as large as the file, and honest about it. */
  @Test
  void refusesMoreThanItsLimitBeforeReadingIt() throws IOException {
    String header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1000,), }";
    Path file = directory.resolve("bomb.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      add(zip, "a.npy", npy(1, header, new byte[8000]));
      add(zip, "b.npy", npy(1, header, new byte[8000]));
    }

    assertThat(NpzFile.read(file, 2000)).hasSize(2);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> NpzFile.read(file, 1999))
        .withMessageContaining(
            "b.npy: expected at most 999 numbers left to read, found shape 1000");
  }

  @Test
  void noticesASingleChangedBit() throws IOException {
    Path file = directory.resolve("state.npz");
    NpzFile.write(file, Map.of("x", Tensor.of(Shape.of(2), 1, 2)));
    byte[] bytes = Files.readAllBytes(file);
    // The local header takes 30 bytes and the name 5, the array's header 128.
    bytes[30 + 5 + 128 + 3] ^= 1;
    Files.write(file, bytes);

    assertRefused(file, "entry x.npy", "checksum");
  }

  /** Whatever is changed or cut off: it is read, or refused with a message; nothing else. */
  @Test
  void anyDamageEndsInAMessage() throws IOException {
    Path file = directory.resolve("damaged.npz");
    for (String name : List.of("numpy.npz", "compressed.npz")) {
      byte[] sound = Files.readAllBytes(fixture(name));
      Random random = new Random(1);
      int refused = 0;
      for (int i = 0; i < COPIES; i++) {
        byte[] bytes =
            Arrays.copyOf(sound, i % 4 == 0 ? random.nextInt(sound.length) : sound.length);
        for (int flips = random.nextInt(4); flips >= 0 && bytes.length > 0; flips--) {
          bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        Files.write(file, bytes);
        try {
          NpzFile.read(file);
        } catch (InputException expected) {
          refused++;
          assertThat(expected).hasMessageContaining("damaged.npz");
        }
      }
      assertThat(refused)
          .as("refused of %d damaged copies of %s", COPIES, name)
          .isGreaterThan(COPIES / 2);
    }
  }

  private static void assertRefused(Path file, String... messages) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> NpzFile.read(file))
        .satisfies(e -> assertThat(e.getMessage()).startsWith(file + ": ").contains(messages));
  }

  private Path archive(String entry, byte[] content) throws IOException {
    Path file = directory.resolve("archive.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      add(zip, entry, content);
    }
    return file;
  }

  private static void add(ZipOutputStream zip, String name, byte[] content) throws IOException {
    zip.putNextEntry(new ZipEntry(name));
    zip.write(content);
    zip.closeEntry();
  }

  private static byte[] npy(int version, String header, byte[] content) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer length = ByteBuffer.allocate(version == 1 ? 2 : 4).order(ByteOrder.LITTLE_ENDIAN);
    if (version == 1) {
      length.putShort((short) text.length);
    } else {
      length.putInt(text.length);
    }
    ByteArrayOutputStream array = new ByteArrayOutputStream();
    array.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', (byte) version, 0});
    array.write(length.array());
    array.write(text);
    array.write(content);
    return array.toByteArray();
  }
}
