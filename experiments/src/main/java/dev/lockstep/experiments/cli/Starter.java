package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.WholeFile;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Task;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.core.yaml.YamlValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Writes a first experiment file for a user's own data: a small network that fits them. */
final class Starter {

  /** Units of the one hidden layer. */
  private static final int UNITS = 32;

  private static final int LARGEST_BATCH = 32;
  private static final int STEPS = 500;

  private Starter() {}

  /**
   * @param source in the words of {@code --data}
   * @param settings by dotted key, as they stood after it
   * @throws UsageException if the file is there already
   */
  static void write(Path file, Dataset dataset, String source, Map<String, YamlValue> settings) {
    if (Files.exists(file)) {
      throw new UsageException(
          "--experiment %s: expected a new file, found one; choose another name".formatted(file));
    }
    try {
      WholeFile.write(
          file,
          out -> out.write(text(file, dataset, source, settings).getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new InputException(file + ": cannot be written: " + Reasons.of(e), e);
    }
  }

  private static String text(
      Path file, Dataset dataset, String source, Map<String, YamlValue> settings) {
    Task task = dataset.train().task();
    StringBuilder yaml = new StringBuilder();
    dataset.reading().forEach(statement -> yaml.append("# ").append(statement).append('\n'));
    yaml.append("shows: a small network on ").append(quoted(dataset.name())).append('\n');
    yaml.append("data:\n").append(source(file, source));
    settings.forEach(
        (key, value) ->
            yaml.append("  ")
                .append(key.substring(key.indexOf('.') + 1))
                .append(": ")
                .append(value.flow())
                .append('\n'));
    Shape sample = dataset.train().image();
    yaml.append("input: ").append(Arrays.toString(sample.toArray())).append("\nlayers:\n");
    if (sample.rank() == 3) {
      yaml.append("  - conv: {filters: 8, size: 3, pad: 1}\n  - relu\n  - pool: {size: 2}\n");
    }
    yaml.append("  - affine: {units: ").append(UNITS).append("}\n  - relu\n");
    yaml.append("  - affine: {units: ").append(task.outputs()).append("}\n");
    if (task.kind() == Task.Kind.BINARY) {
      yaml.append("  - sigmoid\n");
    }
    yaml.append("loss: ")
        .append(task.kind() == Task.Kind.CLASS ? "softmaxCrossEntropy" : "sumOfSquares")
        .append("\noptimizer: {type: adam, learningRate: 0.01}\n");
    yaml.append("training: {batchSize: ")
        .append(Math.min(LARGEST_BATCH, dataset.train().size()))
        .append(", steps: ")
        .append(STEPS)
        .append("}\n");
    if (task.kind() == Task.Kind.CLASS) {
      yaml.append("figures: ")
          .append(sample.rank() == 3 ? List.of("confusion", "misclassified") : List.of("confusion"))
          .append('\n');
    }
    return yaml.toString();
  }

  /** Names the files as the experiment file sees them. */
  private static String source(Path file, String source) {
    int colon = source.indexOf(':');
    if (colon < 0) {
      return "";
    }
    Path named = Path.of(source.substring(colon + 1)).toAbsolutePath().normalize();
    Path directory = file.toAbsolutePath().normalize().getParent();
    return "  %s: %s%n"
        .formatted(
            source.substring(0, colon),
            quoted((directory == null ? named : directory.relativize(named)).toString()))
        .replace(System.lineSeparator(), "\n");
  }

  private static String quoted(String text) {
    return new YamlValue.Scalar("", text).flow();
  }
}
