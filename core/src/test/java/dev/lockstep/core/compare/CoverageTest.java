package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.tiny.Fault;
import dev.lockstep.core.tiny.TinyModel;
import dev.lockstep.core.tiny.TinyRun;
import dev.lockstep.core.tiny.Wrapped;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What is counted as compared was compared, and nothing compared is no agreement. */
class CoverageTest {

  /** Of {@link TinyRun#NETWORK}: 4 layers' outputs, the network's output, the prediction. */
  private static final int FORWARD = 6;

  private static final int LOSS = 1;

  /** 4 outputs' gradients, 4 parameters. */
  private static final int BACKWARD = 8;

  /** 4 parameters with a velocity each. */
  private static final int UPDATE = 8;

  private static final int ALL = FORWARD + LOSS + BACKWARD + UPDATE;

  /** 6×6 + 6 + 6×3 + 3 parameters. */
  private static final int PARAMETERS = 63;

  private static Selection selection(String include, String exclude, Set<Phase> phases) {
    return new Selection(
        include.isEmpty() ? null : Pattern.compile(include),
        exclude.isEmpty() ? null : Pattern.compile(exclude),
        phases);
  }

  @Test
  void countsEveryTensorOfEveryObservedStepOnce() {
    Coverage coverage = TinyRun.selfComparison().observeEvery(2).steps(9).run().coverage();
    assertThat(coverage.steps()).as("1, 2, 4, 6, 8, 9").isEqualTo(6);
    assertThat(coverage.expected()).isEqualTo(6 * ALL);
    assertThat(coverage.compared()).isEqualTo(6 * ALL);
    assertThat(coverage.skipped()).isZero();
    assertThat(coverage.oneSided()).isZero();
    assertThat(coverage.skippedBecause()).isEmpty();
  }

  @Test
  void countsElementsOfSmallerBatchesToo() {
    Coverage coverage =
        TinyRun.selfComparison()
            .select(selection("^loss/out$", "", Set.of(Phase.values())))
            .observeEvery(1)
            .steps(6)
            .run()
            .coverage();
    assertThat(coverage.elements()).as("40 samples of 3 classes").isEqualTo(40 * 3);
  }

  @Test
  void doesNotCountWhatIsLeftOutAsCompared() {
    Coverage coverage =
        TinyRun.selfComparison()
            .select(selection("affine", "/b", Set.of(Phase.BACKWARD, Phase.UPDATE)))
            .observeEvery(1)
            .steps(3)
            .run()
            .coverage();
    assertThat(coverage.expected()).isEqualTo(3 * ALL);
    assertThat(coverage.compared()).as("2 outputs, 2 W, 2 W and 2 velocities").isEqualTo(3 * 8);
    assertThat(coverage.skipped()).isEqualTo(coverage.expected() - coverage.compared());
    assertThat(coverage.skippedBecause())
        .containsEntry("phase not selected", (long) FORWARD + LOSS)
        .containsEntry("not matched by --include", 2L)
        .containsEntry("matched by --exclude", 6L);
  }

  @Test
  void countsATensorThatOneSideDoesNotShowAsOneSided() {
    Coverage coverage =
        TinyRun.against(
                Wrapped.showing(
                    (batch, phase, path, tensor, observer) -> {
                      if (!path.equals("affine2/b")) {
                        observer.observe(phase, path, tensor);
                      }
                    }))
            .observeEvery(1)
            .steps(3)
            .run()
            .coverage();
    assertThat(coverage.oneSided()).as("its gradient and its new value").isEqualTo(3 * 2);
    assertThat(coverage.compared()).isEqualTo(3 * (ALL - 2));
  }

  @Test
  void ofARunObservedNowhereIsTheStateAfterTheLastStep() {
    Outcome outcome = TinyRun.selfComparison().observeEvery(0).steps(10).run();
    assertThat(outcome.failure()).isNull();
    assertThat(outcome.verdict()).isEqualTo(Verdict.AGREE);
    assertThat(outcome.coverage().steps()).isEqualTo(1);
    assertThat(outcome.coverage().compared()).isEqualTo(UPDATE);
    assertThat(outcome.coverage().elements()).isEqualTo(2 * PARAMETERS);
    assertThat(outcome.coverage().skippedBecause())
        .containsExactly(
            java.util.Map.entry(
                "only the state after the last step is observed",
                (long) FORWARD + LOSS + BACKWARD));
  }

  @Test
  void ofARunObservedNowhereStillFindsWhatItLeftBehind() {
    Outcome outcome =
        TinyRun.against(Fault.in(Phase.BACKWARD, "affine2/W", Fault.Change.times(1 + 1e-9)))
            .observeEvery(0)
            .steps(10)
            .run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(TinyRun.divergence(outcome).step()).isEqualTo(10);
  }

  @Test
  void ofNothingIsNoAgreement() {
    assertThatThrownBy(
            () ->
                TinyRun.selfComparison()
                    .select(selection("affine9", "", Set.of(Phase.values())))
                    .run())
        .isInstanceOf(NothingComparedException.class)
        .hasMessageContaining("--include");
  }

  @Test
  void ofARunObservedNowhereAndOfAnotherPhaseThanUpdateIsNothing() {
    assertThatThrownBy(
            () ->
                TinyRun.selfComparison()
                    .select(selection("", "", Set.of(Phase.FORWARD)))
                    .observeEvery(0)
                    .run())
        .isInstanceOf(NothingComparedException.class);
  }

  @Test
  void countsWhatBothSidesNeverCameToAsSkipped() {
    Fault nan = Fault.in(Phase.LOSS, "loss/value", Fault.Change.set(0, Double.NaN)).from(2);
    Coverage coverage =
        TinyRun.against(nan)
            .reference(TinyModel.with(nan))
            .mayDiverge()
            .observeEvery(1)
            .run()
            .coverage();
    assertThat(coverage.expected()).isEqualTo(2 * ALL);
    assertThat(coverage.compared()).isEqualTo(ALL + FORWARD);
    assertThat(coverage.skipped()).isEqualTo(LOSS + BACKWARD + UPDATE);
    assertThat(coverage.skippedBecause())
        .containsEntry("both sides had left the finite numbers", (long) LOSS + BACKWARD + UPDATE);
  }
}
