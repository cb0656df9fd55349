package dev.lockstep.core.diagnosis;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The same tensor, or the same change of it, times a constant. */
final class NamedFactor {

  private static final double NEXT_TO_ONE = 1e-3;

  private NamedFactor() {}

  static Optional<String> explain(Evidence evidence) {
    for (Map.Entry<String, Double> factor : factors(evidence).entrySet()) {
      Optional<String> explained =
          whole(evidence, factor.getValue(), factor.getKey())
              .or(() -> change(evidence, factor.getValue(), factor.getKey()));
      if (explained.isPresent()) {
        return explained;
      }
    }
    return Optional.empty();
  }

  /** A factor without a name; a single number is always some multiple of another. */
  static Optional<String> explainByAnyFactor(Evidence evidence) {
    Tensor reference = evidence.reference();
    if (reference.size() < 2) {
      return Optional.empty();
    }
    double factor = leastSquares(reference.data(), evidence.candidate().data());
    return whole(evidence, factor, number(factor))
        .or(
            () -> {
              if (evidence.tensor().key().phase() != Phase.UPDATE) {
                return Optional.empty();
              }
              double[] old = before(evidence).data();
              double ofChange =
                  leastSquares(
                      minus(reference.data(), old), minus(evidence.candidate().data(), old));
              return change(evidence, ofChange, number(ofChange));
            });
  }

  /** Next to 1 it is the distance from 1 that tells something. */
  static String number(double factor) {
    double excess = factor - 1;
    return Math.abs(excess) < NEXT_TO_ONE
        ? String.format(Locale.ROOT, "1 %s %.3g", excess < 0 ? "-" : "+", Math.abs(excess))
        : String.format(Locale.ROOT, "%.9g", factor);
  }

  /** Returns the factor by which the first comes nearest to the second. */
  static double leastSquares(double[] reference, double[] candidate) {
    double product = 0;
    double square = 0;
    for (int i = 0; i < reference.length; i++) {
      product += reference[i] * candidate[i];
      square += reference[i] * reference[i];
    }
    return square == 0 ? 0 : product / square;
  }

  private static Map<String, Double> factors(Evidence evidence) {
    double samples = evidence.batchSize();
    double classes = evidence.scene().network().classes();
    Map<String, Double> factors = new LinkedHashMap<>();
    factors.put("-1: the sign is turned", -1.0);
    factors.put("%.0f, the batch size: the division by it is missing".formatted(samples), samples);
    factors.put(
        "1/%.0f, the batch size: it is divided by it twice".formatted(samples), 1 / samples);
    factors.put("2", 2.0);
    factors.put("1/2", 0.5);
    factors.put("%.0f, the number of outputs".formatted(classes), classes);
    factors.put("1/%.0f, the number of outputs".formatted(classes), 1 / classes);
    if (evidence.scene().network().optimizer() instanceof OptimizerSpec.Adam adam) {
      double step = evidence.scene().before().step() + 1.0;
      double undone =
          (1 - Math.pow(adam.beta1(), step)) / Math.sqrt(1 - Math.pow(adam.beta2(), step));
      factors.put(number(undone) + ", what undoes Adam's bias correction: it is missing", undone);
    }
    for (LayerSpec layer : evidence.scene().network().allLayers()) {
      if (layer instanceof LayerSpec.Dropout dropout && dropout.ratio() > 0) {
        double kept = 1 - dropout.ratio();
        factors.put("1 - ratio of " + dropout.name(), kept);
        factors.put("1 / (1 - ratio) of " + dropout.name() + ": inverted dropout", 1 / kept);
        factors.put("ratio / (1 - ratio) of " + dropout.name(), dropout.ratio() / kept);
      }
    }
    return factors;
  }

  private static Optional<String> whole(Evidence evidence, double factor, String name) {
    double[] predicted = new double[evidence.reference().size()];
    for (int i = 0; i < predicted.length; i++) {
      predicted[i] = factor * evidence.reference().data()[i];
    }
    return evidence.acceptedIf(predicted, Math.abs(factor), "it is the reference's times " + name);
  }

  private static Optional<String> change(Evidence evidence, double factor, String name) {
    if (evidence.tensor().key().phase() != Phase.UPDATE) {
      return Optional.empty();
    }
    double[] old = before(evidence).data();
    double[] change = minus(evidence.reference().data(), old);
    for (int i = 0; i < change.length; i++) {
      change[i] = old[i] + factor * change[i];
    }
    return evidence.acceptedIf(
        change, Math.abs(factor), "it changed by the reference's change times " + name);
  }

  private static Tensor before(Evidence evidence) {
    return evidence.scene().before().tensor(evidence.tensor().key().path());
  }

  private static double[] minus(double[] a, double[] b) {
    double[] difference = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      difference[i] = a[i] - b[i];
    }
    return difference;
  }
}
