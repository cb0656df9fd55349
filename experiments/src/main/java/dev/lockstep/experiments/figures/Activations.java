package dev.lockstep.experiments.figures;

import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** How activations spread over the layers of a network that was not trained yet (section 6.2). */
final class Activations {

  private static final int BINS = 30;
  private static final int COLUMNS = 5;

  private Activations() {}

  /** Returns one figure; none where the network has no activations or they are not finite. */
  static List<Figure> of(NetworkSpec network, TrainingPlan plan, ModelProvider provider) {
    Map<String, double[]> outputs = outputs(network, plan, provider);
    double low = extreme(outputs, Math::min, Double.POSITIVE_INFINITY);
    double high = extreme(outputs, Math::max, Double.NEGATIVE_INFINITY);
    if (!(low < high) || !Double.isFinite(high - low)) {
      return List.of();
    }
    return List.of(
        new Figure.Histograms(
            "activations",
            "Activations before training",
            "What each activation of %s puts out for the first batch. Layers that all give the same number, or only the ends of the range, have nothing to tell apart."
                .formatted(provider.name()),
            Figure.Axis.linear("output", ""),
            COLUMNS,
            outputs.entrySet().stream()
                .map(
                    layer ->
                        new Figure.Histograms.Histogram(
                            layer.getKey(), low, high, counts(layer.getValue(), low, high)))
                .toList()));
  }

  /** Takes the first step on a model of its own, and keeps what the activations put out. */
  private static Map<String, double[]> outputs(
      NetworkSpec network, TrainingPlan plan, ModelProvider provider) {
    Set<String> wanted =
        network.allLayers().stream()
            .filter(LayerSpec.Activation.class::isInstance)
            .map(layer -> layer.name() + "/out")
            .collect(Collectors.toUnmodifiableSet());
    Map<String, double[]> outputs = new LinkedHashMap<>();
    try (Model model = provider.create(network)) {
      model.restore(plan.initialState());
      model.step(
          plan.batch(1),
          plan.masks(1),
          new Observer() {
            @Override
            public boolean watches() {
              return true;
            }

            @Override
            public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
              if (phase == Phase.FORWARD && wanted.contains(path)) {
                outputs.put(path, tensor.get().data().clone());
              }
            }
          });
    }
    return outputs;
  }

  private interface Extreme {
    double of(double a, double b);
  }

  private static double extreme(Map<String, double[]> outputs, Extreme extreme, double start) {
    double found = start;
    for (double[] values : outputs.values()) {
      for (double value : values) {
        found = extreme.of(found, value);
      }
    }
    return found;
  }

  /** Counts values in bins of equal width; the last one holds its upper edge too. */
  private static List<Long> counts(double[] values, double low, double high) {
    long[] counts = new long[BINS];
    for (double value : values) {
      counts[Math.min(BINS - 1, (int) ((value - low) / (high - low) * BINS))]++;
    }
    return LongStream.of(counts).boxed().toList();
  }
}
