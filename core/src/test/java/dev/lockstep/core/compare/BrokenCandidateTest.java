package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.tiny.TinyRun;
import dev.lockstep.core.tiny.Wrapped;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user's own model may do: each ends the run with a message that says what it did. */
class BrokenCandidateTest {

  private static ModelProvider throwingFrom(long first, RuntimeException thrown) {
    return Wrapped.provider(
        model ->
            new WrappedModel(model) {
              @Override
              public double step(Batch batch, Masks masks, Observer observer) {
                if (batch.step() >= first) {
                  throw thrown;
                }
                return super.step(batch, masks, observer);
              }
            });
  }

  /** An observed step and one that nobody watches. */
  @ParameterizedTest
  @ValueSource(longs = {1, 7, 14})
  void throwingInAStepEndsTheRunThere(long step) {
    Outcome outcome =
        TinyRun.against(throwingFrom(step, new ArithmeticException("/ by zero"))).run();
    assertThat(outcome.verdict()).isEqualTo(Verdict.DIFFER);
    Failure failure = TinyRun.failure(outcome);
    assertThat(failure.kind()).isEqualTo(Failure.Kind.CANDIDATE_FAILED);
    assertThat(failure.message())
        .startsWith("step " + step + ": the candidate's step threw java.lang.ArithmeticException")
        .contains("/ by zero", "BrokenCandidateTest.java");
    assertThat(outcome.implementations().get(1).trainLoss()).isNaN();
  }

  /** Deeplearning4j wraps it. What the memory did not suffice for is no difference of two sides. */
  @Test
  void memoryThatRunsOutIsNoDifference() {
    OutOfMemoryError exhausted = new OutOfMemoryError("Java heap space");
    TinyRun run =
        TinyRun.against(throwingFrom(3, new IllegalStateException("forward pass", exhausted)));
    assertThatThrownBy(run::run).isSameAs(exhausted);
  }

  @Test
  void throwingWhereNothingIsObservedEndsTheRunToo() {
    Outcome outcome =
        TinyRun.against(throwingFrom(3, new IllegalStateException("tired"))).observeEvery(0).run();
    assertThat(TinyRun.failure(outcome).message()).startsWith("step 3").contains("tired");
  }

  private static ModelProvider predicting(UnaryOperator<Tensor> answer) {
    return Wrapped.provider(
        model ->
            new WrappedModel(model) {
              @Override
              public Tensor predict(Tensor inputs) {
                return answer.apply(super.predict(inputs));
              }
            });
  }

  @Test
  void predictionOfAnotherShapeIsNoPrediction() {
    Outcome outcome = TinyRun.against(predicting(t -> t.reshape(Shape.of(t.size())))).run();
    assertThat(TinyRun.failure(outcome).kind()).isEqualTo(Failure.Kind.CANDIDATE_FAILED);
    assertThat(TinyRun.failure(outcome).message())
        .isEqualTo("step 1: the candidate's predict returned shape 21, expected shape 7×3");
  }

  @Test
  void predictionOfNothingIsNoPrediction() {
    @SuppressWarnings("NullAway") // what a user's class, which nobody checks, may do
    Outcome outcome = TinyRun.against(predicting(t -> null)).run();
    assertThat(TinyRun.failure(outcome).message()).contains("predict returned null");
  }

  @Test
  void aModelThatTakesOverNoStateIsRefused() {
    ModelProvider refusing =
        Wrapped.provider(
            model ->
                new WrappedModel(model) {
                  @Override
                  public void restore(ModelState state) {
                    throw new IllegalStateException("not now");
                  }
                });
    assertThatThrownBy(() -> TinyRun.against(refusing).run())
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll("wrapped", "restore", "not now");
  }

  @Test
  void aClassThatIsMissingIsNamed() {
    ModelProvider incomplete =
        Wrapped.provider(
            model -> {
              throw new NoClassDefFoundError("com/example/Matrix");
            });
    assertThatThrownBy(() -> TinyRun.against(incomplete).run())
        .isInstanceOf(UsageException.class)
        .hasMessageContainingAll("create", "com/example/Matrix");
  }

  /** A provider's own word about what it does not implement is passed on as it is. */
  @Test
  void whatAProviderSaysItCannotDoIsPassedOn() {
    ModelProvider honest =
        Wrapped.provider(
            model -> {
              throw new UsageException("only affine layers here");
            });
    assertThatThrownBy(() -> TinyRun.against(honest).run())
        .isInstanceOf(UsageException.class)
        .hasMessage("only affine layers here");
  }

  @Test
  void theModelItselfIsClosedAllTheSame() {
    int[] closed = new int[1];
    ModelProvider failing =
        Wrapped.provider(
            model ->
                new WrappedModel(model) {
                  @Override
                  public double step(Batch batch, Masks masks, Observer observer) {
                    throw new IllegalStateException("at once");
                  }

                  @Override
                  public void close() {
                    closed[0]++;
                    super.close();
                  }
                });
    assertThat(TinyRun.against(failing).run().verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(closed[0]).as("every step is taken once, by one instance").isEqualTo(1);
  }
}
