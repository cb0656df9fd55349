package dev.lockstep.core.compare;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.Difference;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.plan.RandomStreams;
import dev.lockstep.core.rounding.Floors;
import dev.lockstep.core.rounding.KnownRounding;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.rounding.Twin;
import dev.lockstep.core.tensor.Tensor;
import java.util.Optional;
import java.util.Set;

/** One step of a network from a given state on a given batch, outside of any training. */
public record SingleStep(NetworkSpec network, ModelState before, Batch batch, Masks masks) {

  private static final long TWIN_SEED = 1;

  /**
   * One tensor on both sides.
   *
   * @param allowed how far two elements may lie apart
   */
  public record Shown(Tensor reference, Tensor candidate, double allowed) {

    /** Returns whether they lie further apart than rounding explains. */
    public boolean differs() {
      return !reference.shape().equals(candidate.shape())
          || Difference.mismatched(reference, candidate, allowed) > 0;
    }
  }

  /**
   * Takes the step on both sides and returns one tensor of it; empty if a side does not show it or
   * cannot take the step.
   */
  public Optional<Shown> taken(Lockstep.Sides sides, ExpectedTensor tensor) {
    try {
      return shown(sides, tensor);
    } catch (UsageException | CandidateException e) {
      return Optional.empty(); // not every implementation has every network
    }
  }

  private Optional<Shown> shown(Lockstep.Sides sides, ExpectedTensor tensor) {
    Recording reference = seen(sides.reference(), batch, masks, tensor);
    Recording candidate = seen(IsolatedModel.over(sides.candidate()), batch, masks, tensor);
    Recording twin =
        seen(sides.twin(), Twin.of(batch, new RandomStreams(TWIN_SEED)), Twin.of(masks), tensor);
    Tensor a = reference.tensor(tensor.key());
    Tensor b = candidate.tensor(tensor.key());
    if (a == null || b == null) {
      return Optional.empty();
    }
    double floor =
        Floors.measuredBy(reference, twin, KnownRounding.of(network, batch.size(), false))
            .of(tensor, a.largestMagnitude());
    return Optional.of(new Shown(a, b, Tolerance.MAX_ERROR_OVER_FLOOR * floor));
  }

  private Recording seen(
      ModelProvider provider, Batch given, Masks dropped, ExpectedTensor tensor) {
    Recording recording = new Recording(Set.of(tensor.key(), ExpectedTensor.OUTPUT.key()));
    try (Model model = provider.create(network)) {
      model.restore(before);
      model.step(given, dropped, recording);
    }
    return recording;
  }
}
