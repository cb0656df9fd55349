package dev.lockstep.core.diagnosis;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.Optional;

/** Mistakes in what is taken over a batch: variances and softmax. */
final class BatchStatistics {

  private static final String UNBIASED =
      "the variance is taken unbiased, divided by n-1 in place of n";

  private BatchStatistics() {}

  static Optional<String> explain(Evidence evidence) {
    return unbiasedRunningVariance(evidence)
        .or(() -> unbiasedNormalization(evidence))
        .or(() -> softmaxOverTheBatch(evidence));
  }

  /** {@code out = γ (x − μ) / √(variance · n/(n − 1) + ε) + β}. */
  private static Optional<String> unbiasedNormalization(Evidence evidence) {
    TensorKey key = evidence.tensor().key();
    LayerSpec.BatchNormalization norm = normalization(evidence).orElse(null);
    Tensor moved =
        norm == null
            ? null
            : evidence
                .scene()
                .referenceSeen()
                .tensor(new TensorKey(Phase.UPDATE, norm.name() + "/runningVar"));
    if (key.phase() != Phase.FORWARD || norm == null || moved == null) {
      return Optional.empty();
    }
    double[] old = evidence.scene().before().tensor(norm.name() + "/runningVar").data();
    double[] beta = evidence.scene().before().tensor(norm.name() + "/beta").data();
    double n = observations(evidence, norm);
    double[] predicted = evidence.reference().data().clone();
    int perSample = predicted.length / evidence.batchSize();
    for (int i = 0; i < predicted.length; i++) {
      int feature = i % perSample / (perSample / old.length);
      double variance =
          (moved.data()[feature] - norm.momentum() * old[feature]) / (1 - norm.momentum());
      double factor =
          Math.sqrt((variance + norm.epsilon()) / (variance * n / (n - 1) + norm.epsilon()));
      predicted[i] = beta[feature] + factor * (predicted[i] - beta[feature]);
    }
    return evidence.acceptedIf(predicted, UNBIASED);
  }

  private static Optional<LayerSpec.BatchNormalization> normalization(Evidence evidence) {
    return evidence.scene().network().allLayers().stream()
        .filter(layer -> layer.name().equals(evidence.tensor().layer()))
        .filter(LayerSpec.BatchNormalization.class::isInstance)
        .map(LayerSpec.BatchNormalization.class::cast)
        .findFirst();
  }

  /** Running ← momentum · running + (1 − momentum) · variance · n/(n − 1). */
  private static Optional<String> unbiasedRunningVariance(Evidence evidence) {
    String path = evidence.tensor().key().path();
    if (evidence.tensor().key().phase() != Phase.UPDATE || !path.endsWith("/runningVar")) {
      return Optional.empty();
    }
    return normalization(evidence)
        .flatMap(
            norm -> {
              double n = observations(evidence, norm);
              double[] old = evidence.scene().before().tensor(path).data();
              double[] predicted = evidence.reference().data().clone();
              for (int i = 0; i < predicted.length; i++) {
                predicted[i] += (predicted[i] - norm.momentum() * old[i]) / (n - 1);
              }
              return evidence.acceptedIf(predicted, UNBIASED);
            });
  }

  private static double observations(Evidence evidence, LayerSpec.BatchNormalization norm) {
    NetworkSpec network = evidence.scene().network();
    var input = network.inputShapes().get(norm.name());
    double perSample =
        norm.perChannel() && input != null ? (double) input.size() / input.length(0) : 1;
    return perSample * evidence.batchSize();
  }

  private static Optional<String> softmaxOverTheBatch(Evidence evidence) {
    if (!evidence.tensor().key().path().equals(NetworkSpec.OUTPUT)
        || evidence.tensor().key().phase() != Phase.FORWARD) {
      return Optional.empty();
    }
    Tensor candidate = evidence.candidate();
    int rows = candidate.shape().length(0);
    int width = candidate.size() / rows;
    double total = 0;
    double[] predicted = evidence.reference().data().clone();
    for (int row = 0; row < rows; row++) {
      double sum = 0;
      for (int i = 0; i < width; i++) {
        sum += candidate.data()[row * width + i];
      }
      total += sum;
      for (int i = 0; i < width; i++) {
        predicted[row * width + i] *= sum;
      }
    }
    boolean overTheBatch = rows > 1 && Math.abs(total - 1) < rows * width * Math.ulp(1.0);
    return overTheBatch
        ? evidence.acceptedIf(
            predicted, "the softmax is taken over the whole batch in place of each row")
        : Optional.empty();
  }
}
