package dev.lockstep.core.diagnosis;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.Optional;

/** A sum over the batch from which the first or the last sample is missing. */
final class LeftOut {

  private LeftOut() {}

  static Optional<String> explain(Evidence evidence) {
    TensorKey key = evidence.tensor().key();
    Tensor gradient =
        evidence
            .scene()
            .referenceSeen()
            .tensor(new TensorKey(Phase.BACKWARD, evidence.tensor().layer() + "/out"));
    if (key.phase() != Phase.BACKWARD
        || gradient == null
        || !key.path().endsWith("/b")
        || gradient.shape().rank() != 2
        || gradient.shape().length(1) != evidence.candidate().size()) {
      return Optional.empty();
    }
    return without(evidence, gradient, gradient.shape().length(0) - 1, "last")
        .or(() -> without(evidence, gradient, 0, "first"));
  }

  private static Optional<String> without(
      Evidence evidence, Tensor gradient, int sample, String name) {
    double[] predicted = evidence.reference().data().clone();
    for (int i = 0; i < predicted.length; i++) {
      predicted[i] -= gradient.data()[sample * predicted.length + i];
    }
    return evidence.acceptedIf(
        predicted, "the " + name + " sample of the batch is left out of the sum");
  }
}
