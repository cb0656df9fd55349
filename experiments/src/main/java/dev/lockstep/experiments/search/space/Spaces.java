package dev.lockstep.experiments.search.space;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.wording.Nearest;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.Form;
import dev.lockstep.core.yaml.Key;
import dev.lockstep.core.yaml.YamlReader;
import dev.lockstep.core.yaml.YamlValue;
import dev.lockstep.experiments.catalogue.Catalogue;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Space files: those that are bundled, and users' own. */
public final class Spaces {

  /** What {@code search} runs if nothing is named: the book's. */
  public static final String DEFAULT = "hyperparameters";

  private static final List<String> IDS = List.of(DEFAULT, "mlp-shape");

  /** The share of the training images that scores are taken on unless a space says otherwise. */
  public static final double VALIDATION = 0.2;

  /** How many candidates are tried unless a space says otherwise. */
  public static final int TRIALS = 100;

  private Spaces() {}

  /** Returns the names of all bundled searches. */
  public static List<String> ids() {
    return IDS;
  }

  /**
   * Finds a search.
   *
   * @param name of a bundled search, or the path of a YAML file
   * @throws UsageException if there is neither, or the file says something wrong
   */
  public static ExperimentSpace find(String name) {
    if (IDS.contains(name)) {
      return read(name, YamlReader.parse(name + ".yaml", text(name)), null);
    }
    Path file = Path.of(name);
    if (isFile(name)) {
      return read(
          String.valueOf(file.getFileName()).replaceFirst("\\.ya?ml$", ""),
          YamlReader.read(file),
          file.getParent());
    }
    throw new UsageException(
        "expected a search or a .yaml file, found '%s', nearest: %s; 'lockstep list' names all"
            .formatted(name, Nearest.listed(name, IDS)));
  }

  /**
   * Returns whether this names a search and no experiment.
   *
   * @throws UsageException if it is a file that cannot be read
   */
  public static boolean isSpace(String name) {
    return IDS.contains(name)
        ? !Catalogue.ids().contains(name)
        : isFile(name) && YamlReader.read(Path.of(name)).values().containsKey("space");
  }

  private static boolean isFile(String name) {
    return name.endsWith(".yaml") || name.endsWith(".yml") || Files.isRegularFile(Path.of(name));
  }

  /** Returns a bundled search as it is written, for a user to copy and edit. */
  private static String text(String id) {
    try (InputStream in = Spaces.class.getResourceAsStream(id + ".yaml")) {
      if (in == null) {
        throw new IllegalStateException("there is no file for the search " + id);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @param directory of the file, from which it names its experiment; null: the current one
   */
  private static ExperimentSpace read(String id, YamlValue.Mapping yaml, @Nullable Path directory) {
    return Fields.read(yaml, "", fields -> read(id, fields, directory));
  }

  private static ExperimentSpace read(String id, Fields fields, @Nullable Path directory) {
    String shows = fields.text("shows", "");
    String experiment = Fields.text(fields.required("experiment", Key.Kind.TEXT), "experiment");
    double validation = fields.number("validation", VALIDATION);
    int trials = fields.integer("trials", TRIALS);
    Map<String, YamlValue> space =
        Fields.mapping(fields.required("space", Key.Kind.MAPPING), "space").values();
    fields.done();
    Map<String, Range> ranges = new LinkedHashMap<>();
    space.forEach((key, value) -> ranges.put(key, Range.read(value, "space." + key)));
    if (ranges.isEmpty()) {
      throw Fields.expected(
          "keys of the experiment with their ranges", fields.required("space"), "space");
    }
    if (!Catalogue.ids().contains(experiment) && directory != null) {
      experiment = directory.resolve(experiment).toString();
    }
    if (!(validation > 0 && validation < 1)) {
      throw Fields.expected("a share between 0 and 1", fields.required("validation"), "validation");
    }
    if (trials < 1) {
      throw Fields.expected("at least 1", fields.required("trials"), "trials");
    }
    return new ExperimentSpace(
        id, shows, experiment, Catalogue.find(experiment), validation, trials, ranges);
  }

  /** Returns everything that may stand in a space file, found out from what reads it. */
  public static List<Form> forms() {
    return Form.all(Spaces.class, Map.of("search", fields -> read("example", fields, null)));
  }
}
