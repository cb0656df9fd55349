package dev.lockstep.core.diagnosis;

import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.tensor.Tensor;
import java.util.Locale;
import java.util.Optional;

/**
 * Two tensors that differ by more than rounding explains.
 *
 * @param allowed how far two elements may lie apart
 */
public record Evidence(
    ExpectedTensor tensor, Tensor reference, Tensor candidate, double allowed, Scene scene) {

  /**
   * Accepts an explanation if the candidate is what it predicts.
   *
   * @param predicted what the candidate would show
   * @param scale how much larger than the reference's the predicted numbers are, and so their
   *     rounding
   * @return the explanation with what remains, empty if too much does
   */
  Optional<String> acceptedIf(double[] predicted, double scale, String explanation) {
    if (predicted.length != candidate.size()) {
      return Optional.empty();
    }
    double remains = 0;
    for (int i = 0; i < predicted.length; i++) {
      double difference = Math.abs(predicted[i] - candidate.data()[i]);
      if (!(difference <= allowed * Math.max(1, scale))) {
        return Optional.empty();
      }
      remains = Math.max(remains, difference);
    }
    if (remains > error() / 2) {
      return Optional.empty(); // what explains half of nothing explains nothing
    }
    return Optional.of(
        String.format(
            Locale.ROOT, "%s (with that, %.2g remains of %.2g)", explanation, remains, error()));
  }

  Optional<String> acceptedIf(double[] predicted, String explanation) {
    return acceptedIf(predicted, 1, explanation);
  }

  private double error() {
    double error = 0;
    for (int i = 0; i < reference.size(); i++) {
      error = Math.max(error, Math.abs(reference.data()[i] - candidate.data()[i]));
    }
    return error;
  }

  int batchSize() {
    return scene.plan().samples(scene.step()).length;
  }
}
