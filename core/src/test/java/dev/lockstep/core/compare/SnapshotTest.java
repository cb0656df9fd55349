package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.compare.Snapshot.Standing;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.rounding.DeclaredTolerance;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.tiny.Fault;
import dev.lockstep.core.tiny.TinyRun;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A run that goes on from a snapshot comes to the result of one that never stopped. */
class SnapshotTest {

  private static final long STEPS = 20;

  /** Keeps a snapshot between every two steps, and the one after the last. */
  private static final class Keeper implements LockstepListener {
    final List<Snapshot> snapshots = new ArrayList<>();

    @Override
    public void betweenSteps(Supplier<Snapshot> snapshot, boolean stops) {
      snapshots.add(snapshot.get());
    }

    @Override
    public void compared(Supplier<Snapshot> snapshot) {
      snapshots.add(snapshot.get());
    }
  }

  private static List<Snapshot> snapshots(TinyRun run) {
    Keeper keeper = new Keeper();
    run.steps(STEPS).listener(keeper).run();
    return keeper.snapshots;
  }

  private static void assertSameOutcome(Supplier<TinyRun> run) {
    Outcome undisturbed = run.get().steps(STEPS).run();
    List<Snapshot> snapshots = snapshots(run.get());
    assertThat(snapshots).isNotEmpty();
    for (Snapshot snapshot : snapshots) {
      assertThat(timeless(run.get().steps(STEPS).from(snapshot).run()))
          .as("from step %d", snapshot.now().step())
          .isEqualTo(timeless(undisturbed));
    }
  }

  private static Outcome timeless(Outcome outcome) {
    return new Outcome(
        outcome.verdict(),
        outcome.undecided(),
        outcome.failure(),
        outcome.firstDivergence(),
        outcome.stepsTaken(),
        outcome.implementations(),
        outcome.coverage(),
        outcome.horizon(),
        outcome.worst(),
        outcome.curves(),
        outcome.readings(),
        outcome.elements(),
        outcome.referenceState(),
        outcome.candidateState(),
        Map.of());
  }

  @ParameterizedTest
  @ValueSource(longs = {Cadence.SPARSER, 0, 1, 7})
  void fromEveryStepOfAnAgreement(long every) {
    assertSameOutcome(() -> TinyRun.selfComparison().observeEvery(every));
  }

  @Test
  void fromEveryStepUnderADeclaredTolerance() {
    assertSameOutcome(
        () -> TinyRun.selfComparison().declare(new DeclaredTolerance(1e-6, 0.01)).observeEvery(3));
  }

  @Test
  void fromEveryStepAroundAWrongGradient() {
    Fault fault = Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.times(1.01)).from(9);
    assertSameOutcome(() -> TinyRun.against(fault).observeEvery(6));
  }

  /** Where each of the first steps is observed, nothing is kept to take one of them again. */
  @Test
  void fromEveryStepAfterADifferenceInTheFirstSteps() {
    Fault fault = Fault.in(Phase.BACKWARD, "affine1/W", Fault.Change.times(1.01)).from(3);
    assertSameOutcome(() -> TinyRun.against(fault));
  }

  @Test
  void fromEveryStepBeforeANumberThatIsNotFinite() {
    Fault fault = Fault.in(Phase.UPDATE, "affine2/b", Fault.Change.set(0, Double.NaN)).from(11);
    assertSameOutcome(() -> TinyRun.against(fault).observeEvery(6));
  }

  @Test
  void aSnapshotIsTakenAfterEveryStep() {
    assertThat(snapshots(TinyRun.selfComparison()))
        .map(snapshot -> snapshot.now().step())
        .containsExactlyElementsOf(Stream.iterate(1L, step -> step + 1).limit(STEPS).toList());
  }

  @Test
  void aListenerThatEndsTheRunIsToldSo() {
    List<Boolean> told = new ArrayList<>();
    TinyRun.selfComparison()
        .steps(STEPS)
        .listener(
            new LockstepListener() {
              @Override
              public boolean stops() {
                return told.size() == 2;
              }

              @Override
              public void betweenSteps(Supplier<Snapshot> snapshot, boolean stops) {
                told.add(stops);
              }
            })
        .run();
    assertThat(told).containsExactly(false, false, true);
  }

  private static Snapshot sound() {
    return snapshots(TinyRun.selfComparison()).get(3);
  }

  private static void refused(Snapshot snapshot, String said) {
    assertThatThrownBy(() -> TinyRun.selfComparison().steps(STEPS).from(snapshot).run())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(said);
  }

  private static Snapshot at(long step) {
    Snapshot sound = sound();
    Standing now = sound.now();
    return new Snapshot(
        new Standing(step, now.reference(), now.candidate(), now.perturbed()),
        sound.agreed(),
        sound.before(),
        sound.progress());
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, STEPS + 1, Long.MAX_VALUE})
  void stepOutsideOfTheRun(long step) {
    refused(at(step), "expected a step from 1 to 20, found " + step);
  }

  @Test
  void agreementAfterNow() {
    refused(at(2), "expected the last agreement at a step from 0 to 2, found 4");
  }

  @Test
  void noAgreementWhereStepsAreObserved() {
    Snapshot sound = sound();
    refused(
        new Snapshot(sound.now(), null, sound.before(), sound.progress()),
        "expected a state where the sides last agreed");
  }

  @Test
  void stateOfAnotherNetwork() {
    Snapshot sound = sound();
    Standing now = sound.now();
    Map<String, Tensor> tensors = new LinkedHashMap<>(now.reference().tensors());
    tensors.put("affine1/W", Objects.requireNonNull(tensors.get("affine2/W")));
    refused(
        new Snapshot(
            new Standing(4, new ModelState(4, tensors), now.candidate(), now.perturbed()),
            sound.agreed(),
            sound.before(),
            sound.progress()),
        "expected affine1/W of shape 6×6, found 6×3");
  }
}
