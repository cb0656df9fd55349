package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.tiny.TinyRun;
import dev.lockstep.core.tiny.Wrapped;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LockstepTest {

  /** Long enough for a model to be closed under a step, were it to be closed at once. */
  private static final long UNDISTURBED_MILLIS = 200;

  @Test
  void twoRightImplementationsAgree() {
    Outcome outcome = TinyRun.selfComparison().steps(60).run();
    assertThat(outcome.failure()).isNull();
    assertThat(outcome.verdict()).isEqualTo(Verdict.AGREE);
    assertThat(outcome.stepsTaken()).isEqualTo(60);
  }

  @Test
  void bothSidesLearn() {
    Outcome outcome = TinyRun.selfComparison().steps(200).run();
    List<Curves.LossPoint> losses = outcome.curves().loss();
    assertThat(losses.get(losses.size() - 1).reference())
        .isLessThan(0.7 * losses.get(0).reference());
    assertThat(outcome.implementations())
        .allSatisfy(side -> assertThat(side.testAccuracy()).isGreaterThanOrEqualTo(0.6));
  }

  @ParameterizedTest
  @ValueSource(longs = {Cadence.SPARSER, 0, 1, 7})
  void trainingIsTheSameHoweverItIsObserved(long every) {
    Outcome watched = TinyRun.selfComparison().observeEvery(every).run();
    Outcome unwatched = TinyRun.selfComparison().observeEvery(0).run();
    assertThat(watched.referenceState()).isEqualTo(unwatched.referenceState());
    assertThat(watched.candidateState()).isEqualTo(unwatched.candidateState());
    assertThat(watched.curves().loss()).isEqualTo(unwatched.curves().loss());
  }

  @Test
  void anotherSeedIsAnotherTraining() {
    assertThat(TinyRun.selfComparison().seed(2).run().referenceState())
        .isNotEqualTo(TinyRun.selfComparison().seed(3).run().referenceState());
  }

  @Test
  void aListenerIsToldOfEveryStepAndMayEndTheRun() {
    List<Long> told = new ArrayList<>();
    Outcome outcome =
        TinyRun.selfComparison()
            .listener(
                new LockstepListener() {
                  @Override
                  public void stepTaken(long step, long steps, double reference, double candidate) {
                    told.add(step);
                  }

                  @Override
                  public boolean stops() {
                    return told.size() == 4;
                  }
                })
            .run();
    assertThat(told).containsExactly(1L, 2L, 3L, 4L);
    assertThat(outcome.stepsTaken()).isEqualTo(4);
    assertThat(outcome.curves().loss()).map(Curves.LossPoint::step).endsWith(4L);
    assertThat(outcome.curves().accuracy()).map(Curves.AccuracyPoint::step).endsWith(4L);
  }

  @Test
  void aModelIsNotClosedWhileItsOtherSideFails() {
    CountDownLatch failed = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    AtomicBoolean closedUnderStep = new AtomicBoolean();
    ModelProvider slow =
        Wrapped.provider(
            model ->
                new WrappedModel(model) {
                  @Override
                  public double step(Batch batch, Masks masks, Observer observer) {
                    try {
                      failed.await();
                      closedUnderStep.set(closed.await(UNDISTURBED_MILLIS, TimeUnit.MILLISECONDS));
                    } catch (InterruptedException e) {
                      throw new IllegalStateException(e);
                    }
                    return super.step(batch, masks, observer);
                  }

                  @Override
                  public void close() {
                    closed.countDown();
                  }
                });
    ModelProvider failing =
        Wrapped.provider(
            model ->
                new WrappedModel(model) {
                  @Override
                  public double step(Batch batch, Masks masks, Observer observer) {
                    failed.countDown();
                    throw new IllegalStateException("the candidate cannot go on");
                  }
                });
    Outcome outcome = TinyRun.against(failing).reference(slow).run();
    assertThat(TinyRun.failure(outcome).message()).contains("the candidate cannot go on");
    assertThat(closedUnderStep).isFalse();
    assertThat(closed.getCount()).as("closed in the end").isZero();
  }

  @Test
  void aFailureOfTheReferenceIsHandedOn() {
    ModelProvider failing =
        Wrapped.provider(
            model ->
                new WrappedModel(model) {
                  @Override
                  public double step(Batch batch, Masks masks, Observer observer) {
                    throw new IllegalStateException("the reference cannot go on");
                  }
                });
    assertThatThrownBy(() -> TinyRun.selfComparison().reference(failing).run())
        .hasMessage("the reference cannot go on");
  }
}
