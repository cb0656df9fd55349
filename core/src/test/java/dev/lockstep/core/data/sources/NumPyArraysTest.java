package dev.lockstep.core.data.sources;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.storage.NpzFile;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is refused of arrays, and what is said to do instead. */
class NumPyArraysTest {

  @TempDir Path directory;

  private void refused(Tensor x, Tensor y, String message) {
    Path file = directory.resolve("data.npz");
    NpzFile.write(file, Map.of("x_train", x, "y_train", y));
    assertThatThrownBy(() -> NumPyArrays.read(file, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void aNumberThatIsMissingIsNamed() {
    refused(
        Tensor.of(Shape.of(3, 2), new double[] {1, 2, 3, 4, 5, Double.NaN}),
        Tensor.of(Shape.of(3), new double[] {0, 1, 0}),
        "x_train: expected a number everywhere, found NaN in row 2");
    refused(
        Tensor.of(Shape.of(2, 1), new double[] {1, 2}),
        Tensor.of(Shape.of(2), new double[] {0, Double.POSITIVE_INFINITY}),
        "y_train: expected a number everywhere, found Infinity in row 1");
  }

  @Test
  void noSamplesAndOneClassAreRefused() {
    refused(
        Tensor.zeros(Shape.of(0, 2)), Tensor.zeros(Shape.of(0)), "expected at least one sample");
    refused(
        Tensor.filled(Shape.of(9, 2), 1),
        Tensor.zeros(Shape.of(9)),
        "expected at least two classes in y, found nothing but 0");
  }

  @Test
  void oneArrayIsNoDataSet() throws IOException {
    Path file = Files.writeString(directory.resolve("x.npy"), "");
    assertThatThrownBy(() -> NumPyArrays.read(file, DataSpec.FOUND))
        .hasMessageContaining("found one array");
  }

  /** NumPy's own types, as {@code numpy.lib.format} writes them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "<U3; texts; save np.unique(…, return_inverse=True)[1]",
        "<c16; complex numbers",
        "<f2; save it as .astype('<f8')",
        "|O; Python objects, which are not read",
      })
  void whatIsNoNumberIsToldWithAWayOut(String type, String message) throws IOException {
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (2,), }".formatted(type) + "\n";
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    byte[] file = new byte[10 + text.length + 32];
    byte[] magic = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, 0};
    System.arraycopy(magic, 0, file, 0, magic.length);
    System.arraycopy(text, 0, file, magic.length, text.length);
    Files.write(directory.resolve("x_train.npy"), file);
    assertThatThrownBy(() -> NumPyArrays.read(directory, DataSpec.FOUND))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }
}
