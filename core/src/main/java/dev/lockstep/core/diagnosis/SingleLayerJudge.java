package dev.lockstep.core.diagnosis;

import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.CandidateStep;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.rounding.Floors;
import dev.lockstep.core.rounding.KnownRounding;
import dev.lockstep.core.rounding.PerturbedStep;
import dev.lockstep.core.rounding.SingleLayer;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Holds steps against a reference, each tensor computed from the candidate's own. */
public final class SingleLayerJudge implements Case.Judge, AutoCloseable {

  private final NetworkSpec network;
  private final boolean inFloat;
  private final Model reference;
  private final Model perturbed;

  /**
   * @param reference builds models that show their own buffers
   * @param perturbed builds models of the perturbed reference, or of the reference rounded to float
   * @param inFloat whether the candidate computes in float
   */
  public SingleLayerJudge(
      NetworkSpec network, ModelProvider reference, ModelProvider perturbed, boolean inFloat) {
    this.network = network;
    this.inFloat = inFloat;
    this.reference = reference.create(network);
    this.perturbed = perturbed.create(network);
  }

  /** Returns whether the reference can be asked about one layer by itself. */
  public boolean canRead() {
    return reference.showsItsOwnBuffers() && perturbed.showsItsOwnBuffers();
  }

  @Override
  public Map<TensorKey, Judged> read(CandidateStep step) {
    KnownRounding rounding = KnownRounding.of(network, step.batch().size(), inFloat);
    Recording computed = new Recording(ExpectedTensor.keys(network));
    Floors floors = new SingleLayer(network, reference, perturbed, rounding, computed).read(step);
    Map<TensorKey, Judged> judged = new LinkedHashMap<>();
    for (ExpectedTensor tensor : ExpectedTensor.of(network)) {
      Tensor shown = step.shown().tensor(tensor.key());
      Judged judgement =
          tensor.key().equals(ExpectedTensor.PREDICTION)
              ? prediction(tensor, step, shown)
              : judged(tensor, computed.tensor(tensor.key()), shown, floors);
      if (judgement != null) {
        judged.put(tensor.key(), judgement);
      }
    }
    return judged;
  }

  private static @Nullable Judged judged(
      ExpectedTensor tensor, @Nullable Tensor computed, @Nullable Tensor shown, Floors floors) {
    return computed == null || shown == null || !computed.shape().equals(shown.shape())
        ? null
        : new Judged(
            tensor,
            computed,
            shown,
            Tolerance.MAX_ERROR_OVER_FLOOR * floors.of(tensor, computed.largestMagnitude()));
  }

  /** Nobody sees the layers of a prediction: it is judged as a whole. */
  private @Nullable Judged prediction(
      ExpectedTensor tensor, CandidateStep step, @Nullable Tensor shown) {
    if (shown == null) {
      return null;
    }
    ModelState before = step.before().only(network.state().keySet());
    reference.restore(before);
    Tensor predicted = reference.predict(step.batch().inputs()).copy();
    perturbed.restore(before);
    Tensor other = perturbed.predict(PerturbedStep.of(step.batch()).inputs());
    double floor =
        Math.max(
            Math.ulp(predicted.largestMagnitude()), PerturbedStep.spread(predicted, other, true));
    return new Judged(tensor, predicted, shown, Tolerance.MAX_ERROR_OVER_FLOOR * floor);
  }

  @Override
  public void close() {
    reference.close();
    perturbed.close();
  }
}
