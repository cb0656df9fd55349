package dev.lockstep.core.rounding;

import dev.lockstep.core.model.Model;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.CandidateStep;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;

/**
 * Reads each layer by itself: the reference computes every output, gradient and update from the
 * candidate's own tensors. A kink lies where the candidate has it, an error neither arrives from
 * upstream nor hides downstream, and the noise floor is that of one layer. The fault is in the part
 * whose own reading fails.
 *
 * <p>Both models must show their own buffers ({@link Model#showsItsOwnBuffers()}). What a read
 * returns is valid until the next one.
 */
public final class SingleLayer {

  private final NetworkSpec network;
  private final Model reference;
  private final Model perturbed;
  private final KnownRounding rounding;
  private final Recording computed;
  private final Spreads spreads;
  private final Substitution.Form.Perturbed perturbation;

  /**
   * @param reference takes each step from the candidate's state; what it held is lost
   * @param perturbed the perturbed reference, or the reference rounded to float; likewise
   * @param computed takes what the reference computes, and decides which tensors are read
   */
  public SingleLayer(
      NetworkSpec network,
      Model reference,
      Model perturbed,
      KnownRounding rounding,
      Recording computed) {
    this.network = network;
    this.reference = reference;
    this.perturbed = perturbed;
    this.rounding = rounding;
    this.computed = computed;
    this.spreads = new Spreads(network, computed);
    this.perturbation =
        new Substitution.Form.Perturbed(
            ExpectedTensor.perSample(network),
            new Kinks(network).inputsOfMaxima(),
            rounding.inFloat());
  }

  /**
   * Reads one step: what the reference computes of each tensor from the candidate's own is
   * recorded.
   *
   * @return how far two correct computations of one layer lie apart
   */
  public Floors read(CandidateStep step) {
    computed.clear();
    spreads.clear();
    var before = step.before().only(network.state().keySet());
    reference.restore(before);
    reference.step(
        step.batch(),
        step.masks(),
        new Substitution(computed, step.shown(), new Substitution.Form.Original()));
    perturbed.restore(before);
    perturbed.step(
        PerturbedStep.of(step.batch()),
        PerturbedStep.of(step.masks()),
        new Substitution(spreads, step.shown(), perturbation));
    return Floors.measuredBy(computed, spreads, rounding);
  }
}
