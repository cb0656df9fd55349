package dev.lockstep.core.diagnosis;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.Optional;

/** Other ways to write the loss down. */
final class LossFormula {

  private LossFormula() {}

  static Optional<String> explain(Evidence evidence) {
    LossSpec loss = evidence.scene().network().loss();
    Tensor output =
        evidence.scene().referenceSeen().tensor(new TensorKey(Phase.FORWARD, NetworkSpec.OUTPUT));
    if (evidence.tensor().key().phase() != Phase.LOSS
        || loss.type() != LossSpec.Type.SOFTMAX_CROSS_ENTROPY
        || output == null) {
      return Optional.empty();
    }
    double inside = crossEntropy(evidence, output, loss.stabilizer());
    double outside = crossEntropy(evidence, output, 0) - loss.stabilizer();
    return shifted(evidence, outside - inside, "the small constant stands outside the logarithm")
        .or(() -> shifted(evidence, -penalty(evidence), "the weight decay is missing in the loss"))
        .or(
            () ->
                shifted(evidence, penalty(evidence), "the weight decay counts twice in the loss"));
  }

  private static Optional<String> shifted(Evidence evidence, double by, String explanation) {
    return by == 0
        ? Optional.empty()
        : evidence.acceptedIf(new double[] {evidence.reference().data()[0] + by}, explanation);
  }

  private static double crossEntropy(Evidence evidence, Tensor output, double stabilizer) {
    double[] targets = evidence.scene().plan().batch(evidence.scene().step()).targets().data();
    double sum = 0;
    for (int i = 0; i < targets.length; i++) {
      if (targets[i] != 0) {
        sum -= targets[i] * Math.log(output.data()[i] + stabilizer);
      }
    }
    return sum / output.shape().length(0);
  }

  /** ½ λ Σ W² over the decayed parameters. */
  private static double penalty(Evidence evidence) {
    NetworkSpec network = evidence.scene().network();
    double sum = 0;
    for (var parameter : network.parameters()) {
      if (parameter.decayed()) {
        for (double weight : evidence.scene().before().tensor(parameter.path()).data()) {
          sum += weight * weight;
        }
      }
    }
    return 0.5 * network.weightDecay() * sum;
  }
}
