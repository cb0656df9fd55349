package dev.lockstep.core.compare;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.Difference;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.rounding.Floors;
import dev.lockstep.core.rounding.KnownRounding;
import dev.lockstep.core.rounding.PerturbedStep;
import dev.lockstep.core.rounding.Spreads;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.tensor.Tensor;
import java.util.Optional;
import java.util.Set;

/** One step of a network from a given state on a given batch, outside of any training. */
public record SingleStep(NetworkSpec network, ModelState before, Batch batch, Masks masks) {

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
    Recording reference = new Recording(Set.of(tensor.key(), ExpectedTensor.OUTPUT.key()));
    Recording candidate = new Recording(Set.of(tensor.key()));
    Spreads spreads = new Spreads(network, reference);
    take(sides.reference(), batch, masks, reference);
    take(IsolatedModel.over(sides.candidate()), batch, masks, candidate);
    take(sides.perturbed(), PerturbedStep.of(batch), PerturbedStep.of(masks), spreads);
    Tensor a = reference.tensor(tensor.key());
    Tensor b = candidate.tensor(tensor.key());
    if (a == null || b == null) {
      return Optional.empty();
    }
    double floor =
        Floors.measuredBy(reference, spreads, KnownRounding.of(network, batch.size(), false))
            .of(tensor, a.largestMagnitude());
    return Optional.of(new Shown(a, b, Tolerance.MAX_ERROR_OVER_FLOOR * floor));
  }

  private void take(ModelProvider provider, Batch given, Masks dropped, Observer observer) {
    try (Model model = provider.create(network)) {
      model.restore(before);
      model.step(given, dropped, observer);
    }
  }
}
