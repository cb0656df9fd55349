package dev.lockstep.experiments.catalogue;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.wording.Nearest;
import dev.lockstep.core.yaml.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/** The bundled experiments, in the order of the book. */
public final class Catalogue {

  /** What {@code compare} runs if nothing is named. */
  public static final String DEFAULT = "mlp-batchnorm-dropout";

  private static final List<String> IDS =
      List.of(
          DEFAULT,
          "activations",
          "gradient-field",
          "gradient-descent",
          "two-layer-net-numerical",
          "five-samples",
          "two-layer-net",
          "two-layer-net-relu",
          "keras-mlp",
          "optimizer-paths",
          "optimizers",
          "activation-histograms",
          "weight-init",
          "batch-norm",
          "weight-decay",
          "dropout",
          "hyperparameters",
          "simple-convnet",
          "deep-convnet",
          "ensemble",
          "learning-rate-decay",
          "augmentation",
          "vgg-block",
          "inception-block",
          "residual-block",
          "residual-depth",
          "half-precision");

  /** Small networks that every fault of {@code list faults} can be seeded into. */
  private static final List<String> FAULT_NETWORKS =
      List.of(
          "sigmoid-sgd",
          "squares-sgd",
          "mean-squared-sgd",
          "relu-momentum",
          "relu-nesterov",
          "batchnorm-dropout",
          "inverted-dropout",
          "tanh-adam",
          "tanh-adagrad",
          "tanh-rmsprop",
          "convnet-adam",
          "convnet-momentum");

  private Catalogue() {}

  /** Returns the names of all bundled experiments. */
  public static List<String> ids() {
    return IDS;
  }

  /** Returns the names of the bundled networks for faults, which belong to no chapter's tour. */
  public static List<String> faultNetworks() {
    return FAULT_NETWORKS;
  }

  /**
   * Finds an experiment.
   *
   * @param name of a bundled experiment, or the path of a YAML file
   * @throws UsageException if there is neither
   */
  public static ExperimentFile find(String name) {
    if (IDS.contains(name) || FAULT_NETWORKS.contains(name)) {
      return bundled(name);
    }
    if (name.endsWith(".yaml") || name.endsWith(".yml") || Files.isRegularFile(Path.of(name))) {
      Path file = Path.of(name);
      String fileName = String.valueOf(file.getFileName());
      return new ExperimentFile(
          fileName.replaceFirst("\\.ya?ml$", "").replaceAll("[^A-Za-z0-9._-]", "_"),
          YamlReader.read(file),
          Objects.requireNonNullElse(file.getParent(), Path.of("")));
    }
    throw new UsageException(
        "expected an experiment or a .yaml file, found '%s', nearest: %s; 'lockstep list' names all"
            .formatted(name, Nearest.listed(name, IDS)));
  }

  /**
   * Finds several experiments, each under a name of its own: of two files of the same name the
   * second is numbered.
   *
   * @param names as for {@link #find}
   * @param notices is told of every file that goes by another name
   * @throws UsageException if one is not there, or given twice
   */
  public static List<ExperimentFile> findAll(List<String> names, Consumer<String> notices) {
    Map<String, ExperimentFile> byId = new LinkedHashMap<>();
    Set<Object> given = new HashSet<>();
    for (String name : names) {
      ExperimentFile file = find(name);
      if (!given.add(IDS.contains(name) ? name : Path.of(name).toAbsolutePath().normalize())) {
        throw new UsageException("expected each experiment once, found '%s' twice".formatted(name));
      }
      String id = file.id();
      // folders are named by it, and some systems do not tell A from a
      for (int i = 2; byId.containsKey(id.toLowerCase(Locale.ROOT)); i++) {
        id = file.id() + "-" + i;
      }
      if (!id.equals(file.id())) {
        notices.accept("%s is called %s here: another is called %s".formatted(name, id, file.id()));
      }
      byId.put(id.toLowerCase(Locale.ROOT), file.named(id));
    }
    return List.copyOf(byId.values());
  }

  private static ExperimentFile bundled(String id) {
    return new ExperimentFile(id, YamlReader.parse(id + ".yaml", text(id)), Path.of(""));
  }

  /** Returns a bundled experiment as it is written, for a user to copy and edit. */
  public static String text(String id) {
    try (InputStream in = Catalogue.class.getResourceAsStream(id + ".yaml")) {
      if (in == null) {
        throw new IllegalStateException("the catalogue lists " + id + " but has no file for it");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
