package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.result.ThirdWitness;
import dev.lockstep.core.result.ThirdWitness.Judgement;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.tiny.Fault;
import dev.lockstep.core.tiny.TinyModel;
import dev.lockstep.core.tiny.TinyRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Central differences of each side's own loss, with dropout on. */
class ThirdWitnessTest {

  private static final Fault DOUBLED = Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.times(2));

  /** The error of central differences is near 1e-11. */
  private static final double ROUNDING = 1e-8;

  private static ThirdWitness witness(Outcome outcome) {
    return Objects.requireNonNull(TinyRun.divergence(outcome).thirdWitness(), "no witness");
  }

  @Test
  void theCandidateWhoseGradientIsNotTheSlopeOfItsLossIsWrong() {
    ThirdWitness witness = witness(TinyRun.against(DOUBLED).run());
    assertThat(witness.judgement()).isEqualTo(Judgement.CANDIDATE_WRONG);
    assertThat(witness.tensor()).isEqualTo("affine1/W");
    ThirdWitness.Testimony candidate = Objects.requireNonNull(witness.candidate());
    assertThat(candidate.gradient()).isCloseTo(2 * candidate.slope(), within(ROUNDING));
    ThirdWitness.Testimony reference = Objects.requireNonNull(witness.reference());
    assertThat(reference.gradient()).isCloseTo(reference.slope(), within(ROUNDING));
  }

  @Test
  void theReferenceMayBeTheOneThatIsWrong() {
    Outcome outcome = TinyRun.selfComparison().reference(TinyModel.with(DOUBLED)).run();
    assertThat(witness(outcome).judgement()).isEqualTo(Judgement.REFERENCE_WRONG);
  }

  @Test
  void bothMayBeWrong() {
    Fault tripled = Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.times(3));
    Outcome outcome = TinyRun.against(tripled).reference(TinyModel.with(DOUBLED)).run();
    assertThat(witness(outcome).judgement()).isEqualTo(Judgement.BOTH_WRONG);
  }

  /** An activation cannot be moved from outside: the parameter behind it tells. */
  @Test
  void aWrongGradientOfAnActivationShowsInTheParameterBehindIt() {
    Fault fault = Fault.in(Phase.BACKWARD, "relu1/out", Fault.Change.times(0.5));
    Outcome outcome = TinyRun.against(fault).run();
    assertThat(TinyRun.divergence(outcome).tensor()).isEqualTo("relu1/out");
    assertThat(witness(outcome).judgement()).isEqualTo(Judgement.CANDIDATE_WRONG);
    assertThat(witness(outcome).tensor()).isEqualTo("affine1/W");
  }

  @Test
  void aDifferenceSmallerThanCentralDifferencesSeeIsUndecided() {
    Fault tiny = Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.times(1 + 1e-10));
    ThirdWitness witness = witness(TinyRun.against(tiny).run());
    assertThat(witness.judgement()).isEqualTo(Judgement.UNDECIDED);
    assertThat(witness.reason()).contains("less certain");
  }

  @Test
  void aWrongForwardPassCallsNoWitness() {
    Fault fault = Fault.in(Phase.FORWARD, "affine1/out", Fault.Change.times(2));
    assertThat(TinyRun.divergence(TinyRun.against(fault).run()).thirdWitness()).isNull();
  }

  /** Every input of the ReLU is 0, where it has two slopes; either may be called its derivative. */
  @Test
  void aKinkIsUndecided() {
    NetworkSpec network = TinyRun.NETWORK;
    List<LayerSpec> layers = new ArrayList<>(network.layers());
    layers.set(0, new LayerSpec.Affine("affine1", 6, new InitialValues.Normal(0)));
    Fault otherSlope =
        Fault.in(Phase.BACKWARD, "affine1/out", value -> Tensor.filled(value.shape(), 0.01));
    Outcome outcome =
        TinyRun.against(otherSlope)
            .network(
                new NetworkSpec(network.input(), layers, network.loss(), 0, network.optimizer()))
            .run();
    ThirdWitness witness = witness(outcome);
    assertThat(witness.tensor()).isEqualTo("affine1/W");
    assertThat(witness.judgement()).isEqualTo(Judgement.UNDECIDED);
    assertThat(witness.reason()).contains("kink");
  }
}
