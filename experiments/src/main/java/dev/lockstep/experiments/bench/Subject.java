package dev.lockstep.experiments.bench;

import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.yaml.Overrides;
import dev.lockstep.core.yaml.YamlValue;
import dev.lockstep.experiments.catalogue.Catalogue;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A network that is measured.
 *
 * @param source a bundled experiment, or the path of an experiment file
 * @param variant of the experiment, empty if it has none
 * @param description in the fewest words, such as {@code 784-50-10 ReLU, SGD}
 * @param change of one value of the experiment, {@code training.batchSize=200}, empty if there is
 *     none
 */
public record Subject(String source, String variant, String description, String change) {

  /** Samples of a step, whatever the experiment says: all measurements can be compared. */
  static final int BATCH_SIZE = 100;

  static final Subject TWO_LAYERS = new Subject("two-layer-net-relu", "", "784-50-10, ReLU, SGD");
  static final Subject FIVE_LAYERS =
      new Subject("weight-init", "he", "784-100-100-100-100-10, ReLU, SGD");
  static final Subject SIMPLE_CONVNET =
      new Subject("simple-convnet", "", "one convolution, two affine layers, Adam");
  static final Subject DEEP_CONVNET =
      new Subject("deep-convnet", "", "six convolutions, two affine layers, Adam");
  static final Subject NUMERICAL =
      new Subject("two-layer-net", "", "784-50-10, sigmoid, numerical gradient, SGD");

  Subject(String source, String variant, String description) {
    this(source, variant, description, "");
  }

  /** Returns the same with one value changed. */
  Subject changed(String other) {
    return new Subject(source, variant, description, other);
  }

  /** Returns the networks that are trained by backpropagation. */
  static List<Subject> trained() {
    return List.of(TWO_LAYERS, FIVE_LAYERS, SIMPLE_CONVNET, DEEP_CONVNET);
  }

  /**
   * Returns the experiment; the batch size of a bundled one is {@value #BATCH_SIZE} unless that is
   * what is changed.
   */
  Experiment experiment() {
    Map<String, YamlValue> overrides = new LinkedHashMap<>();
    if (Catalogue.ids().contains(source)) {
      override(overrides, "training.batchSize=" + BATCH_SIZE);
    }
    if (!change.isEmpty()) {
      override(overrides, change);
    }
    return Catalogue.find(source).experiments(overrides).stream()
        .filter(experiment -> experiment.variant().equals(variant))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException(source + " has no variant '" + variant + "'"));
  }

  private static void override(Map<String, YamlValue> overrides, String keyAndValue) {
    Map.Entry<String, YamlValue> override = Overrides.parse(keyAndValue);
    overrides.put(override.getKey(), override.getValue());
  }

  /** Returns {@code weight-init/he}, or {@code weight-init/he training.batchSize=200}. */
  public String name() {
    String name = variant.isEmpty() ? source : source + "/" + variant;
    return change.isEmpty() ? name : name + " " + change;
  }
}
