package dev.lockstep.core.diagnosis;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What belongs to another tensor stands here: it was taken in the wrong place. */
final class AnotherTensor {

  private AnotherTensor() {}

  static Optional<String> explain(Evidence evidence) {
    if (evidence.candidate().size() < 2) {
      return Optional.empty();
    }
    return equalTo(evidence)
        .or(() -> sumOf(evidence))
        .or(() -> parameterItself(evidence))
        .or(() -> parameterSubtracted(evidence));
  }

  private static Optional<String> equalTo(Evidence evidence) {
    for (Map.Entry<TensorKey, Tensor> other : others(evidence)) {
      Optional<String> explained =
          evidence.acceptedIf(
              other.getValue().data(), "it is the value of another tensor, " + other.getKey());
      if (explained.isPresent()) {
        return explained;
      }
    }
    return Optional.empty();
  }

  private static List<Map.Entry<TensorKey, Tensor>> others(Evidence evidence) {
    return evidence.scene().referenceSeen().tensors().entrySet().stream()
        .filter(entry -> !entry.getKey().equals(evidence.tensor().key()))
        .toList();
  }

  /** A bias gradient summed from the wrong place, such as after the activation. */
  private static Optional<String> sumOf(Evidence evidence) {
    if (evidence.tensor().key().phase() != Phase.BACKWARD || evidence.tensor().perSample()) {
      return Optional.empty();
    }
    int width = evidence.candidate().size();
    for (Map.Entry<TensorKey, Tensor> other : others(evidence)) {
      Tensor tensor = other.getValue();
      if (other.getKey().phase() == Phase.BACKWARD
          && tensor.shape().rank() == 2
          && tensor.shape().length(1) == width) {
        Optional<String> explained =
            evidence.acceptedIf(
                columnSums(tensor),
                "it is the sum over the batch of another gradient, that of "
                    + other.getKey().path());
        if (explained.isPresent()) {
          return explained;
        }
      }
    }
    return Optional.empty();
  }

  private static double[] columnSums(Tensor tensor) {
    int width = tensor.shape().length(1);
    double[] sums = new double[width];
    for (int i = 0; i < tensor.size(); i++) {
      sums[i % width] += tensor.data()[i];
    }
    return sums;
  }

  private static Optional<String> parameterItself(Evidence evidence) {
    Tensor parameter = evidence.scene().before().tensors().get(evidence.tensor().key().path());
    return parameter == null
        ? Optional.empty()
        : evidence.acceptedIf(
            parameter.data(), "it is the parameter itself in place of its gradient");
  }

  /** {@code W − lr · W}: whatever the rate, the whole change is a multiple of the parameter. */
  private static Optional<String> parameterSubtracted(Evidence evidence) {
    if (evidence.tensor().key().phase() != Phase.UPDATE) {
      return Optional.empty();
    }
    double[] before = evidence.scene().before().tensor(evidence.tensor().key().path()).data();
    double factor = NamedFactor.leastSquares(before, evidence.candidate().data());
    return evidence.acceptedIf(
        Arrays.stream(before).map(value -> factor * value).toArray(),
        "it is what it was before times %s: the parameter is subtracted in place of its gradient"
            .formatted(NamedFactor.number(factor)));
  }
}
