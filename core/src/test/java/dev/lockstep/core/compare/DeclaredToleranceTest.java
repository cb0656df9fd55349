package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.DeclaredTolerance;
import dev.lockstep.core.tiny.Fault;
import dev.lockstep.core.tiny.TinyRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeclaredToleranceTest {

  private static final DeclaredTolerance DECLARED = new DeclaredTolerance(1e-3, 0.002);

  /** As far from right as a gradient by central differences: far above rounding. */
  private static final Fault SMALL =
      Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.times(1 + 1e-6));

  private static final Fault LARGE = Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.times(1.5));

  @ParameterizedTest
  @ValueSource(longs = {Cadence.SPARSER, 0})
  void differenceWithinWhatIsDeclaredAgreesThoughRoundingDoesNotExplainIt(long observeEvery) {
    assertThat(TinyRun.against(SMALL).observeEvery(observeEvery).run().verdict())
        .isEqualTo(Verdict.DIFFER);
    assertThat(TinyRun.against(SMALL).observeEvery(observeEvery).declare(DECLARED).run().verdict())
        .isEqualTo(Verdict.AGREE);
  }

  @Test
  void largerDifferenceIsToldAgainstWhatIsDeclared() {
    Outcome outcome = TinyRun.against(LARGE).declare(DECLARED).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(TinyRun.divergence(outcome).tensor()).isEqualTo("affine1/W");
    assertThat(TinyRun.failure(outcome).message()).endsWith("more than the declared 0.00100");
  }

  @Test
  void floorIsAHundredthOfWhatIsDeclaredForEveryTensor() {
    Outcome outcome = TinyRun.selfComparison().declare(DECLARED).run();
    assertThat(outcome.readings())
        .isNotEmpty()
        .allSatisfy(
            reading ->
                assertThat(reading.floor())
                    .isEqualTo(1e-3 * Math.max(1, reading.magnitude()) / 100));
  }

  @Test
  void accuraciesAreHeldToTheirOwnTolerance() {
    Fault learnsTheOpposite = Fault.in(Phase.BACKWARD, "affine2/W", Fault.Change.times(-1));
    Outcome outcome =
        TinyRun.against(learnsTheOpposite)
            .declare(new DeclaredTolerance(1e3, 0.002))
            .steps(60)
            .run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    Failure failure = TinyRun.failure(outcome);
    assertThat(failure.kind()).isEqualTo(Failure.Kind.DIFFERENCE);
    assertThat(failure.message()).contains("test accuracies", "more than the declared 0.002");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -1, Double.NaN})
  void toleranceOfNothingIsRefused(double nothing) {
    assertThatThrownBy(() -> new DeclaredTolerance(nothing, 0.1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("above 0");
  }
}
