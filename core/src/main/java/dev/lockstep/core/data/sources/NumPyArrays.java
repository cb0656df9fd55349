package dev.lockstep.core.data.sources;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Features;
import dev.lockstep.core.data.HoldBack;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.Targets;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.storage.NpzFile;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Data in NumPy's arrays {@code x_train}, {@code y_train}, {@code x_test}, {@code y_test}: an
 * archive of them ({@code .npz}) or a directory with a file of each ({@code .npy}). Without the
 * test arrays a part is held back; {@code x} and {@code y} do for one piece.
 */
final class NumPyArrays {

  /** Of all arrays together: a gigabyte as doubles. */
  private static final int MAX_NUMBERS = 1 << 27;

  private static final List<String> NAMES = List.of("x_train", "y_train", "x_test", "y_test");

  private static final int MAX_CLASSES = 10_000;

  private static final int LARGEST_PIXEL = 255;

  /** What holds no larger value is no picture that is divided by 255. */
  private static final int DARK = 127;

  private NumPyArrays() {}

  static Dataset read(Path path, DataSpec spec) {
    Map<String, Tensor> arrays = arrays(path);
    List<String> reading = new ArrayList<>();
    Tensor x = required(arrays, "x_train", "x", path);
    Tensor y = required(arrays, "y_train", "y", path);
    @Nullable Tensor xTest = arrays.get("x_test");
    @Nullable Tensor yTest = arrays.get("y_test");
    if ((xTest == null) != (yTest == null)) {
      throw new InputException(path + ": expected both x_test and y_test, found only one of them");
    }
    Shape sample = sample(x.shape(), path);
    arrays.forEach(
        (name, array) -> {
          if (array.shape().rank() > 0 && name.matches("[xy](_train|_test)?")) {
            requireValues(name, array, path);
          }
        });
    double divisor = divisor(x, spec.scaling(), path, reading);
    Task task = task(y, yTest, spec.table().as(), path, reading);
    Split train = split(x, y, sample, divisor, task, path);
    reading.add(0, "a sample has the shape " + sample + ", its targets are " + task);
    String name = "npz:" + path.getFileName();
    if (xTest != null && yTest != null) {
      if (!sample(xTest.shape(), path).equals(sample)) {
        throw new InputException(
            "%s: expected x_test of samples of %s as in x_train, found %s"
                .formatted(path, sample, xTest.shape()));
      }
      return Dataset.of(name, train, split(xTest, yTest, sample, divisor, task, path), "")
          .read(reading);
    }
    int[] labels =
        task.kind() == Task.Kind.CLASS
            ? IntStream.range(0, train.size()).map(train::label).toArray()
            : new int[0];
    HoldBack parts = HoldBack.of(spec.division(), labels, train.size(), path.toString());
    reading.add(parts.statement());
    return Dataset.of(name, train.select(parts.train()), train.select(parts.test()), "")
        .read(reading);
  }

  private static Map<String, Tensor> arrays(Path path) {
    if (String.valueOf(path.getFileName()).endsWith(".npy")) {
      throw new InputException(
          path
              + ": expected an archive of arrays (.npz), or a directory with x_train.npy and y_train.npy in"
              + " it, found one array");
    }
    if (!Files.isDirectory(path)) {
      return NpzFile.read(path, MAX_NUMBERS);
    }
    Map<String, Tensor> arrays = new LinkedHashMap<>();
    for (String name : List.of("x_train", "y_train", "x_test", "y_test", "x", "y")) {
      Path file = path.resolve(name + ".npy");
      if (Files.exists(file)) {
        arrays.put(name, NpzFile.readArray(file, MAX_NUMBERS));
      }
    }
    return arrays;
  }

  private static Tensor required(
      Map<String, Tensor> arrays, String name, String otherwise, Path path) {
    Tensor array = arrays.getOrDefault(name, arrays.get(otherwise));
    if (array == null) {
      throw new InputException(
          "%s: expected the arrays %s, or x and y, found %s"
              .formatted(path, String.join(", ", NAMES), arrays.keySet()));
    }
    return array;
  }

  /** A number that is missing would silently turn everything that is learned into NaN. */
  private static void requireValues(String name, Tensor array, Path path) {
    if (array.size() == 0) {
      throw new InputException(
          "%s: %s: expected at least one sample, found none".formatted(path, name));
    }
    int width = array.size() / array.shape().length(0);
    for (int i = 0; i < array.size(); i++) {
      if (!Double.isFinite(array.data()[i])) {
        throw new InputException(
            "%s: %s: expected a number everywhere, found %s in row %d (counted from 0); leave such rows out, or put a number there"
                .formatted(path, name, array.data()[i], i / width));
      }
    }
  }

  /** Samples of two axes are grey images without a channel. */
  private static Shape sample(Shape array, Path path) {
    if (array.rank() < 2 || array.rank() > 4) {
      throw new InputException(
          "%s: expected samples × features, × height × width or × channels × height × width, found %s"
              .formatted(path, array));
    }
    int[] lengths = Arrays.copyOfRange(array.toArray(), 1, array.rank());
    if (lengths.length == 3 && lengths[0] > 4 && lengths[2] <= 4) {
      throw new InputException(
          "%s: expected samples × channels × height × width, found %s, where the channels seem to stand last; save x.transpose(0, 3, 1, 2)"
              .formatted(path, array));
    }
    return lengths.length == 2 ? Shape.of(1, lengths[0], lengths[1]) : Shape.of(lengths);
  }

  /** Whole numbers from 0 to 255 are pixels, unless the file says otherwise. */
  private static double divisor(
      Tensor x, DataSpec.@Nullable Scaling scaling, Path path, List<String> reading) {
    if (scaling != null
        && scaling.kind() != DataSpec.Scaling.Kind.DIVIDE
        && scaling.kind() != DataSpec.Scaling.Kind.NONE) {
      throw new InputException(
          "%s: scale: expected none or a number to divide by for arrays, found %s"
              .formatted(path, scaling.kind().id()));
    }
    double divisor = scaling != null ? scaling.divisor() : isPixels(x) ? LARGEST_PIXEL : 1;
    reading.add(
        divisor == 1
            ? "x is read as it is"
            : String.format(Locale.ROOT, "x is divided by %s", divisor));
    return divisor;
  }

  private static boolean isPixels(Tensor x) {
    double largest = 0;
    for (double value : x.data()) {
      if (value < 0 || value > LARGEST_PIXEL || value != Math.rint(value)) {
        return false;
      }
      largest = Math.max(largest, value);
    }
    return largest > DARK;
  }

  private static Task task(
      Tensor y, @Nullable Tensor yTest, Task.@Nullable Kind as, Path path, List<String> reading) {
    int columns = columns(y);
    Task.Kind kind =
        as != null
            ? as
            : isOneHot(y) || (columns == 1 && isWhole(y)) ? Task.Kind.CLASS : Task.Kind.REGRESSION;
    reading.add(
        "y is read as %s%s"
            .formatted(
                kind.name().toLowerCase(Locale.ROOT),
                as == null ? ", as its values are; data.as says otherwise" : ""));
    if (kind != Task.Kind.CLASS) {
      return new Task(kind, IntStream.rangeClosed(1, columns).mapToObj(i -> "y" + i).toList());
    }
    if (columns > 1) {
      return Task.classes(columns);
    }
    double largest = Math.max(largest(y), yTest == null ? 0 : largest(yTest));
    if (!isWhole(y) || largest >= MAX_CLASSES) {
      throw new InputException(
          "%s: expected classes from 0 to at most %d in y, found others"
              .formatted(path, MAX_CLASSES - 1));
    }
    if (largest == 0) {
      throw new InputException(
          path
              + ": expected at least two classes in y, found nothing but 0; data.as=regression says that they are amounts");
    }
    return Task.classes((int) largest + 1);
  }

  private static int columns(Tensor y) {
    return y.shape().rank() == 1 ? 1 : y.size() / Math.max(1, y.shape().length(0));
  }

  private static double largest(Tensor y) {
    return Arrays.stream(y.data()).max().orElse(0);
  }

  private static boolean isWhole(Tensor y) {
    return Arrays.stream(y.data()).allMatch(value -> value >= 0 && value == Math.rint(value));
  }

  private static boolean isOneHot(Tensor y) {
    int columns = columns(y);
    if (columns == 1) {
      return false;
    }
    for (int row = 0; row < y.shape().length(0); row++) {
      double sum = 0;
      for (int column = 0; column < columns; column++) {
        double value = y.data()[row * columns + column];
        if (value != 0 && value != 1) {
          return false;
        }
        sum += value;
      }
      if (sum != 1) {
        return false;
      }
    }
    return true;
  }

  private static Split split(
      Tensor x, Tensor y, Shape sample, double divisor, Task task, Path path) {
    int samples = x.shape().length(0);
    if (y.shape().rank() == 0 || y.shape().length(0) != samples) {
      throw new InputException(
          "%s: expected a target for each of %d samples, found %s"
              .formatted(path, samples, y.shape()));
    }
    Features features = Features.numbers(x.data());
    if (divisor == LARGEST_PIXEL && isPixels(x)) {
      byte[] pixels = new byte[x.size()];
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = (byte) x.data()[i];
      }
      features = Features.pixels(pixels, divisor);
    } else if (divisor != 1) {
      features = Features.numbers(Arrays.stream(x.data()).map(v -> v / divisor).toArray());
    }
    try {
      return new Split(sample, features, targets(y, task));
    } catch (IllegalArgumentException e) {
      throw new InputException(path + ": y: " + e.getMessage(), e);
    }
  }

  private static Targets targets(Tensor y, Task task) {
    if (task.kind() != Task.Kind.CLASS) {
      double[] units = new double[task.outputs()];
      Arrays.fill(units, 1);
      return Targets.numbers(task, y.data(), units);
    }
    int columns = columns(y);
    return Targets.classes(
        task,
        IntStream.range(0, y.size() / columns)
            .map(
                row ->
                    columns == 1
                        ? (int) y.data()[row]
                        : IntStream.range(0, columns)
                            .filter(column -> y.data()[row * columns + column] == 1)
                            .findFirst()
                            .orElse(-1))
            .toArray());
  }
}
