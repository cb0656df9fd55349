package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.result.FiniteDifferenceCheck;
import dev.lockstep.core.result.FiniteDifferenceCheck.Judgement;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.tiny.Fault;
import dev.lockstep.core.tiny.TinyModel;
import dev.lockstep.core.tiny.TinyRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Central differences of each side's own loss, with dropout on. */
class FiniteDifferenceCheckTest {

  private static final Fault DOUBLED = Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.times(2));

  /** The error of central differences is near 1e-11. */
  private static final double ROUNDING = 1e-8;

  private static FiniteDifferenceCheck check(Outcome outcome) {
    return Objects.requireNonNull(TinyRun.divergence(outcome).finiteDifferenceCheck(), "no check");
  }

  @Test
  void theCandidateWhoseGradientIsNotTheSlopeOfItsLossIsWrong() {
    FiniteDifferenceCheck check = check(TinyRun.against(DOUBLED).run());
    assertThat(check.judgement()).isEqualTo(Judgement.CANDIDATE_WRONG);
    assertThat(check.tensor()).isEqualTo("affine1/W");
    FiniteDifferenceCheck.SideSlope candidate = Objects.requireNonNull(check.candidate());
    assertThat(candidate.gradient()).isCloseTo(2 * candidate.slope(), within(ROUNDING));
    FiniteDifferenceCheck.SideSlope reference = Objects.requireNonNull(check.reference());
    assertThat(reference.gradient()).isCloseTo(reference.slope(), within(ROUNDING));
  }

  @Test
  void theReferenceMayBeTheOneThatIsWrong() {
    Outcome outcome = TinyRun.selfComparison().reference(TinyModel.with(DOUBLED)).run();
    assertThat(check(outcome).judgement()).isEqualTo(Judgement.REFERENCE_WRONG);
  }

  @Test
  void bothMayBeWrong() {
    Fault tripled = Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.times(3));
    Outcome outcome = TinyRun.against(tripled).reference(TinyModel.with(DOUBLED)).run();
    assertThat(check(outcome).judgement()).isEqualTo(Judgement.BOTH_WRONG);
  }

  /** An activation cannot be moved from outside: the parameter after it tells. */
  @Test
  void aWrongGradientOfAnActivationShowsInTheParameterBehindIt() {
    Fault fault = Fault.in(Phase.BACKWARD, "relu1/out", Fault.Change.times(0.5));
    Outcome outcome = TinyRun.against(fault).run();
    assertThat(TinyRun.divergence(outcome).tensor()).isEqualTo("relu1/out");
    assertThat(check(outcome).judgement()).isEqualTo(Judgement.CANDIDATE_WRONG);
    assertThat(check(outcome).tensor()).isEqualTo("affine1/W");
  }

  @Test
  void aDifferenceSmallerThanCentralDifferencesSeeIsUndecided() {
    Fault tiny = Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.times(1 + 1e-10));
    FiniteDifferenceCheck check = check(TinyRun.against(tiny).run());
    assertThat(check.judgement()).isEqualTo(Judgement.UNDECIDED);
    assertThat(check.reason()).contains("less certain");
  }

  @Test
  void aWrongForwardPassNeedsNoCheck() {
    Fault fault = Fault.in(Phase.FORWARD, "affine1/out", Fault.Change.times(2));
    assertThat(TinyRun.divergence(TinyRun.against(fault).run()).finiteDifferenceCheck()).isNull();
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
    FiniteDifferenceCheck check = check(outcome);
    assertThat(check.tensor()).isEqualTo("affine1/W");
    assertThat(check.judgement()).isEqualTo(Judgement.UNDECIDED);
    assertThat(check.reason()).contains("kink");
  }
}
