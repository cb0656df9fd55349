package dev.lockstep.core.diagnosis;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The same tensor, or the same change of it, times a constant. */
final class NamedFactor {

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
    String name = String.format(Locale.ROOT, "%.9g", factor);
    return whole(evidence, factor, name)
        .or(
            () -> {
              if (evidence.tensor().key().phase() != Phase.UPDATE) {
                return Optional.empty();
              }
              double[] old = before(evidence).data();
              double ofChange =
                  leastSquares(
                      minus(reference.data(), old), minus(evidence.candidate().data(), old));
              return change(evidence, ofChange, String.format(Locale.ROOT, "%.9g", ofChange));
            });
  }

  private static double leastSquares(double[] reference, double[] candidate) {
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
    factors.put("the batch size: the division by it is missing", samples);
    factors.put("1 / batch size: it is divided by it twice", 1 / samples);
    factors.put("2", 2.0);
    factors.put("1/2", 0.5);
    factors.put("the number of outputs", classes);
    factors.put("1 / number of outputs", 1 / classes);
    if (samples > 1) {
      factors.put(
          "n/(n-1): the variance is taken unbiased, divided by n-1", samples / (samples - 1));
      factors.put(
          "sqrt((n-1)/n): the variance is taken unbiased, divided by n-1",
          Math.sqrt((samples - 1) / samples));
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
