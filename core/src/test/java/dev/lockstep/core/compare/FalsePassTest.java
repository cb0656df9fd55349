package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.tiny.Fault;
import dev.lockstep.core.tiny.Summation;
import dev.lockstep.core.tiny.TinyModel;
import dev.lockstep.core.tiny.TinyRun;
import dev.lockstep.core.tiny.Wrapped;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every way in which some comparer is known to have passed what is wrong; this one must not. */
class FalsePassTest {

  private static FirstDivergence foundIn(Fault fault) {
    Outcome outcome = TinyRun.against(fault).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(TinyRun.failure(outcome).kind()).isEqualTo(Failure.Kind.DIFFERENCE);
    return TinyRun.divergence(outcome);
  }

  @Test
  void aReversedTensorHasTheSameMeanAndIsFound() {
    FirstDivergence found =
        foundIn(Fault.in(Phase.FORWARD, "affine2/out", Fault.Change.reversed()));
    assertThat(found.step()).isEqualTo(1);
    assertThat(found.phase()).isEqualTo(Phase.FORWARD);
    assertThat(found.tensor()).isEqualTo("affine2/out");
  }

  @Test
  void aTransposedSquareMatrixHasTheSameShapeAndIsFound() {
    FirstDivergence found =
        foundIn(Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.transposed()));
    assertThat(found.phase()).isEqualTo(Phase.BACKWARD);
    assertThat(found.layer()).isEqualTo("affine1");
    assertThat(found.tensor()).isEqualTo("affine1/W");
  }

  /** Shown as a transposed matrix, or flat: nothing is reshaped behind the user's back. */
  @ParameterizedTest
  @ValueSource(ints = {18, 3})
  void theSameNumbersInAnotherShapeAreFound(int rows) {
    Shape other = rows == 18 ? Shape.of(18) : Shape.of(3, 6);
    Outcome outcome =
        TinyRun.against(
                showingInstead(
                    Phase.BACKWARD, "affine2/W", tensor -> tensor.get().copy().reshape(other)))
            .run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(TinyRun.failure(outcome).message())
        .contains("step 1", "affine2/W", "6×3", other.toString());
  }

  private interface Instead {
    Tensor of(Supplier<Tensor> tensor);
  }

  private static ModelProvider showingInstead(Phase atPhase, String atPath, Instead instead) {
    return Wrapped.showing(
        (batch, phase, path, tensor, observer) -> {
          boolean here = phase == atPhase && path.equals(atPath);
          observer.observe(phase, path, here ? () -> instead.of(tensor) : tensor);
        });
  }

  private static ModelProvider hiding(Phase hiddenPhase, String hiddenPath) {
    return Wrapped.showing(
        (batch, phase, path, tensor, observer) -> {
          if (phase != hiddenPhase || !path.equals(hiddenPath)) {
            observer.observe(phase, path, tensor);
          }
        });
  }

  @Test
  void aTensorThatOnlyTheReferenceShowsIsFound() {
    Outcome outcome = TinyRun.against(hiding(Phase.FORWARD, "relu1/out")).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(TinyRun.failure(outcome).kind()).isEqualTo(Failure.Kind.MISSING_TENSOR);
    assertThat(TinyRun.failure(outcome).message())
        .contains("forward relu1/out", "the reference alone");
  }

  @Test
  void aTensorThatOnlyTheCandidateShowsIsFound() {
    Outcome outcome = TinyRun.selfComparison().reference(hiding(Phase.LOSS, "loss/value")).run();
    assertThat(TinyRun.failure(outcome).kind()).isEqualTo(Failure.Kind.MISSING_TENSOR);
    assertThat(TinyRun.failure(outcome).message()).contains("the candidate alone");
  }

  @Test
  void aTensorThatNeitherSideShowsIsFound() {
    ModelProvider hiding = hiding(Phase.UPDATE, "affine1/b");
    Outcome outcome = TinyRun.against(hiding).reference(hiding).run();
    assertThat(TinyRun.failure(outcome).kind()).isEqualTo(Failure.Kind.MISSING_TENSOR);
    assertThat(TinyRun.failure(outcome).message()).contains("neither side");
  }

  @Test
  void aSideThatShowsNothingAtAllIsFound() {
    Outcome outcome =
        TinyRun.against(Wrapped.showing((batch, phase, path, tensor, observer) -> {})).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(TinyRun.failure(outcome).kind()).isEqualTo(Failure.Kind.MISSING_TENSOR);
    assertThat(outcome.coverage().compared()).as("a prediction in 13 steps").isEqualTo(13);
  }

  /** A side that stops early would have had to agree in the steps it did not take. */
  @Test
  void aSideThatTakesFewerStepsIsFound() {
    ModelProvider stopping =
        Wrapped.provider(
            model ->
                new WrappedModel(model) {
                  private double last;

                  @Override
                  public double step(Batch batch, Masks masks, Observer observer) {
                    last = batch.step() > 5 ? last : super.step(batch, masks, observer);
                    return last;
                  }
                });
    Outcome outcome = TinyRun.against(stopping).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(TinyRun.failure(outcome).message()).contains("step 6");
  }

  @ParameterizedTest
  @ValueSource(longs = {2, 11, 19, 20})
  void aFaultThatBeginsInALaterStepIsFound(long first) {
    FirstDivergence found =
        foundIn(Fault.in(Phase.BACKWARD, "affine2/b", Fault.Change.times(1.5)).from(first));
    assertThat(found.step()).isEqualTo(first);
    assertThat(found.tensor()).isEqualTo("affine2/b");
  }

  /** 1e-6 against 9e-6 is equal to whoever allows 1e-5 everywhere. */
  @Test
  void aFaultInATensorOfSmallNumbersIsFound() {
    Fault small = Fault.in(Phase.BACKWARD, "affine2/out", Fault.Change.times(1e-6));
    Fault smallAndWrong = Fault.in(Phase.BACKWARD, "affine2/out", Fault.Change.times(9e-6));
    Outcome outcome = TinyRun.against(smallAndWrong).reference(TinyModel.with(small)).run();
    FirstDivergence found = TinyRun.divergence(outcome);
    assertThat(found.tensor()).isEqualTo("affine2/out");
    assertThat(Math.abs(found.reference())).as("far below 1e-5").isLessThan(1e-6);
    assertThat(found.error() / found.floor()).isGreaterThan(Tolerance.MAX_ERROR_OVER_FLOOR);
  }

  @Test
  void aFaultInNumbersBelowEveryUsualToleranceIsFound() {
    Fault tiny = Fault.in(Phase.BACKWARD, "affine2/out", Fault.Change.times(1e-200));
    Fault tinyAndWrong =
        Fault.in(Phase.BACKWARD, "affine2/out", Fault.Change.times(1e-200 * (1 + 1e-9)));
    Outcome outcome = TinyRun.against(tinyAndWrong).reference(TinyModel.with(tiny)).run();
    assertThat(TinyRun.divergence(outcome).tensor()).isEqualTo("affine2/out");
  }

  @Test
  void oneWrongElementOfManyIsFound() {
    FirstDivergence found =
        foundIn(
            Fault.in(
                Phase.FORWARD,
                "affine1/out",
                value -> Fault.Change.set(9, value.data()[9] + 1e-11).of(value)));
    assertThat(found.tensor()).isEqualTo("affine1/out");
    assertThat(found.index()).containsExactly(1, 3);
    assertThat(found.mismatched()).isEqualTo(1);
    assertThat(found.elements()).isEqualTo(42);
  }

  @Test
  void aMetricThatOneSideReturnsButDoesNotShowIsFound() {
    Outcome outcome = TinyRun.against(hiding(Phase.LOSS, "loss/value")).run();
    assertThat(TinyRun.failure(outcome).kind()).isEqualTo(Failure.Kind.MISSING_TENSOR);
  }

  /** A comparer that pairs by order would hold one tensor against another, and find nothing. */
  @Test
  void theOrderInWhichASideShowsItsTensorsChangesNothing() {
    Outcome inOrder = TinyRun.selfComparison().run();
    Outcome backwards = TinyRun.against(Wrapped.provider(Backwards::new)).run();
    assertThat(backwards.verdict()).isEqualTo(Verdict.AGREE);
    assertThat(backwards.coverage()).isEqualTo(inOrder.coverage());
  }

  @Test
  void equalTensorsUnderExchangedNamesAreFound() {
    ModelProvider exchanging =
        Wrapped.showing(
            (batch, phase, path, tensor, observer) -> {
              String shown =
                  switch (path) {
                    case "relu1/out" -> "affine1/out";
                    case "affine1/out" -> "relu1/out";
                    default -> path;
                  };
              observer.observe(phase, shown, tensor);
            });
    Outcome outcome = TinyRun.against(exchanging).run();
    assertThat(TinyRun.divergence(outcome).tensor()).isEqualTo("affine1/out");
  }

  /** Shows what a step computed in the opposite order, after the step. */
  private static final class Backwards extends WrappedModel {
    Backwards(Model model) {
      super(model);
    }

    @Override
    public double step(Batch batch, Masks masks, Observer observer) {
      List<Runnable> shown = new ArrayList<>();
      double loss =
          super.step(
              batch,
              masks,
              new Observer() {
                @Override
                public boolean watches() {
                  return observer.watches();
                }

                @Override
                public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
                  Tensor copy = tensor.get().copy();
                  shown.add(0, () -> observer.observe(phase, path, () -> copy));
                }
              });
      shown.forEach(Runnable::run);
      return loss;
    }
  }

  @ParameterizedTest
  @EnumSource(Summation.class)
  void twoRunsOfTheSameComparisonHaveTheSameResult(Summation order) {
    Outcome first = TinyRun.against(TinyModel.summing(order)).steps(30).run();
    Outcome second = TinyRun.against(TinyModel.summing(order)).steps(30).run();
    assertThat(second.readings()).isEqualTo(first.readings());
    assertThat(second.worst()).isEqualTo(first.worst());
    assertThat(second.coverage()).isEqualTo(first.coverage());
    assertThat(second.curves()).isEqualTo(first.curves());
    assertThat(second.candidateState()).isEqualTo(first.candidateState());
  }

  @Test
  void predictionModeIsComparedThoughNoTrainingStepShowsIt() {
    ModelProvider wrongDropout =
        Wrapped.provider(
            model ->
                new WrappedModel(model) {
                  @Override
                  public Tensor predict(Tensor inputs) {
                    return Fault.Change.reversed().of(super.predict(inputs));
                  }
                });
    FirstDivergence found = TinyRun.divergence(TinyRun.against(wrongDropout).run());
    assertThat(found.tensor()).isEqualTo("prediction/out");
    assertThat(found.step()).isEqualTo(1);
  }
}
