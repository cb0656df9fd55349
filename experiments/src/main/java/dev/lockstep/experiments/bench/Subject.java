package dev.lockstep.experiments.bench;

import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.experiments.catalogue.Catalogue;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A network that is measured.
 *
 * @param source a bundled experiment, or the path of an experiment file
 * @param variant of the experiment, empty if it has none
 * @param description in the fewest words, such as {@code 784-50-10 ReLU, SGD}
 */
public record Subject(String source, String variant, String description) {

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

  /** Returns the networks that are trained by backpropagation. */
  static List<Subject> trained() {
    return List.of(TWO_LAYERS, FIVE_LAYERS, SIMPLE_CONVNET, DEEP_CONVNET);
  }

  /** Returns the experiment; the batch size of a bundled one is {@value #BATCH_SIZE}. */
  Experiment experiment() {
    Experiment found =
        Catalogue.find(source).experiments(Map.of()).stream()
            .filter(experiment -> experiment.variant().equals(variant))
            .findFirst()
            .orElseThrow(
                () -> new IllegalArgumentException(source + " has no variant '" + variant + "'"));
    return Catalogue.ids().contains(source) ? with(found, BATCH_SIZE, null) : found;
  }

  /** Returns an experiment with another batch size and, unless null, another length. */
  static Experiment with(
      Experiment experiment, int batchSize, TrainingSpec.@Nullable Length length) {
    TrainingSpec training = experiment.training();
    TrainingSpec batched = new TrainingSpec(batchSize, training.order(), training.length());
    return experiment.withTraining(length == null ? batched : batched.with(length), null, null);
  }

  /** Returns {@code weight-init/he}. */
  public String name() {
    return variant.isEmpty() ? source : source + "/" + variant;
  }
}
