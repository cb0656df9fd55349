package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.tiny.Fault;
import dev.lockstep.core.tiny.TinyModel;
import dev.lockstep.core.tiny.TinyRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A number that is not finite is never an agreement, unless it is foreseen and alike. */
class NonFiniteTest {

  private static final Fault NAN =
      Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.set(8, Double.NaN));

  @Test
  void elementsSoFarApartThatTheirDifferenceOverflowsAreADifference() {
    Outcome outcome =
        TinyRun.against(Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.set(8, 1.7e308)))
            .reference(
                TinyModel.with(
                    Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.set(8, -1.7e308))))
            .steps(1)
            .run();
    assertThat(TinyRun.failure(outcome).kind()).isEqualTo(Failure.Kind.DIFFERENCE);
    assertThat(TinyRun.divergence(outcome).tensor()).isEqualTo("affine1/W");
    assertThat(TinyRun.divergence(outcome).index()).containsExactly(1, 2);
    assertThat(TinyRun.divergence(outcome).error()).isInfinite();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void onTheCandidatesSideOnlyIsAFailureOfItsOwnKind(boolean mayDiverge) {
    TinyRun run = TinyRun.against(NAN.from(3));
    Outcome outcome = (mayDiverge ? run.mayDiverge() : run).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(TinyRun.failure(outcome).kind()).isEqualTo(Failure.Kind.NON_FINITE);
    assertThat(TinyRun.failure(outcome).message()).contains("the candidate's side only");
    assertThat(TinyRun.divergence(outcome).step()).isEqualTo(3);
    assertThat(TinyRun.divergence(outcome).phase()).isEqualTo(Phase.BACKWARD);
    assertThat(TinyRun.divergence(outcome).tensor()).isEqualTo("affine1/W");
    assertThat(TinyRun.divergence(outcome).index()).containsExactly(1, 2);
    assertThat(TinyRun.divergence(outcome).candidate()).isNaN();
    assertThat(TinyRun.divergence(outcome).reference()).isFinite();
    assertThat(TinyRun.divergence(outcome).floor()).isFinite();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void onTheReferencesSideOnlyIsToo(boolean mayDiverge) {
    TinyRun run = TinyRun.selfComparison().reference(TinyModel.with(NAN.from(3)));
    Outcome outcome = (mayDiverge ? run.mayDiverge() : run).run();
    assertThat(TinyRun.failure(outcome).kind()).isEqualTo(Failure.Kind.NON_FINITE);
    assertThat(TinyRun.failure(outcome).message()).contains("the reference's side only");
    assertThat(TinyRun.divergence(outcome).step()).isEqualTo(3);
  }

  @Test
  void onBothSidesIsAFailureWhereTheExperimentDoesNotForeseeIt() {
    Outcome outcome = TinyRun.against(NAN.from(3)).reference(TinyModel.with(NAN.from(3))).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(TinyRun.failure(outcome).kind()).isEqualTo(Failure.Kind.NON_FINITE);
    assertThat(TinyRun.failure(outcome).message()).contains("both sides", "mayDiverge");
    assertThat(TinyRun.divergence(outcome).mismatched()).isEqualTo(1);
  }

  @Test
  void onBothSidesInTheSameStepAndTensorIsDivergedAlikeWhereItIsForeseen() {
    Outcome outcome =
        TinyRun.against(NAN.from(3)).reference(TinyModel.with(NAN.from(3))).mayDiverge().run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIVERGED_ALIKE);
    assertThat(outcome.failure()).isNull();
    assertThat(outcome.stepsTaken()).isEqualTo(3);
  }

  @Test
  void onBothSidesInDifferentTensorsIsNotAlike() {
    Fault elsewhere =
        Fault.in(Phase.BACKWARD, "affine2/W", Fault.Change.set(0, Double.NaN)).from(3);
    Outcome outcome =
        TinyRun.against(NAN.from(3)).reference(TinyModel.with(elsewhere)).mayDiverge().run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(TinyRun.divergence(outcome).tensor()).isEqualTo("affine2/W");
  }

  @Test
  void onBothSidesInDifferentStepsIsNotAlike() {
    Outcome outcome =
        TinyRun.against(NAN.from(4)).reference(TinyModel.with(NAN.from(3))).mayDiverge().run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(TinyRun.divergence(outcome).step()).isEqualTo(3);
  }

  @Test
  void isNotAlikeIfSomethingElseDifferedInTheSameStep() {
    Fault differs = Fault.in(Phase.FORWARD, "affine1/out", Fault.Change.times(1.01)).from(3);
    Fault both =
        (step, phase, path, value) ->
            NAN.from(3).applied(step, phase, path, differs.applied(step, phase, path, value));
    Outcome outcome =
        TinyRun.against(both).reference(TinyModel.with(NAN.from(3))).mayDiverge().run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(TinyRun.divergence(outcome).tensor()).isEqualTo("affine1/out");
  }

  @Test
  void isTheWorstDifferenceOfItsPhase() {
    Outcome outcome = TinyRun.against(NAN.from(3)).run();
    assertThat(outcome.worst().get(Phase.BACKWARD))
        .satisfies(worst -> assertThat(worst.maxAbs()).isNaN())
        .satisfies(worst -> assertThat(worst.step()).isEqualTo(3));
  }
}
