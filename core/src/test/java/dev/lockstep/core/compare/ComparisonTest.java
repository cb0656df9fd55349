package dev.lockstep.core.compare;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.compare.judging.Comparison;
import dev.lockstep.core.compare.judging.StepOutcome;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.rounding.Floors;
import dev.lockstep.core.tiny.Fault;
import dev.lockstep.core.tiny.Summation;
import dev.lockstep.core.tiny.TinyModel;
import dev.lockstep.core.tiny.TinyRun;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {

  private static final TrainingPlan PLAN =
      new TrainingPlan(
          TinyRun.NETWORK,
          new TrainingSpec(
              TinyRun.BATCH, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Steps(9)),
          TinyRun.images(TinyRun.SAMPLES, 1),
          1);

  private final Comparison comparison = LockstepOptions.DEFAULT.comparison(TinyRun.NETWORK);
  private final Recording right = record(TinyModel.summing(Summation.FORWARD));

  private Recording record(ModelProvider provider) {
    Recording recording = new Recording(comparison.wanted());
    try (Model model = provider.create(TinyRun.NETWORK)) {
      model.restore(PLAN.initialState());
      Batch batch = PLAN.batch(1);
      recording.observe(
          ExpectedTensor.PREDICTION.phase(),
          ExpectedTensor.PREDICTION.path(),
          () -> model.predict(batch.inputs()));
      model.step(batch, PLAN.masks(1), recording);
    }
    return recording;
  }

  private StepOutcome compare(long step, Reading reading, Recording candidate, double tolerance) {
    comparison.startStep(step);
    return comparison.compare(step, reading, right, candidate, Floors.declared(tolerance));
  }

  private static Recording wrong(ComparisonTest test) {
    return test.record(
        TinyModel.with(Fault.in(Phase.BACKWARD, "affine2/W", Fault.Change.times(1.1))));
  }

  /** What rounding moves by more than a thousandth cannot be judged element by element. */
  private static final double PAST_HORIZON = 1;

  private static final double BEFORE_HORIZON = 1e-12;

  @Test
  void judgesBothReadingsUpToTheHorizonAndOnlyTheLocalOnePastIt() {
    Recording wrong = wrong(this);
    assertThat(compare(1, Reading.FREE_RUNNING, wrong, BEFORE_HORIZON).finding()).isNotNull();
    assertThat(comparison.horizon()).isNull();
    assertThat(compare(2, Reading.FREE_RUNNING, right, PAST_HORIZON).finding()).isNull();
    assertThat(comparison.horizon()).isEqualTo(2);
    assertThat(compare(3, Reading.FREE_RUNNING, wrong, BEFORE_HORIZON).finding()).isNull();
    assertThat(compare(3, Reading.SINGLE_STEP, wrong, BEFORE_HORIZON).finding()).isNotNull();
  }

  @Test
  void judgesWhatIsReplayedFromBeforeTheHorizonAndMovesItToItsFirstStep() {
    Recording wrong = wrong(this);
    compare(50, Reading.FREE_RUNNING, right, PAST_HORIZON);
    assertThat(compare(41, Reading.FREE_RUNNING, wrong, BEFORE_HORIZON).finding()).isNotNull();
    compare(45, Reading.FREE_RUNNING, right, PAST_HORIZON);
    assertThat(comparison.horizon()).isEqualTo(45);
    assertThat(compare(47, Reading.FREE_RUNNING, wrong, BEFORE_HORIZON).finding()).isNull();
  }

  /** An exploding network's softmax says 1 for the same class on both sides. */
  @Test
  void aHiddenLayerThatRoundingSetsApartIsTheHorizonToo() {
    Floors apart =
        (tensor, magnitude) ->
            tensor.key().equals(new TensorKey(Phase.FORWARD, "affine1/out")) ? magnitude : 1e-12;
    comparison.startStep(3);
    comparison.compare(3, Reading.FREE_RUNNING, right, right, apart);
    assertThat(comparison.horizon()).isEqualTo(3);
  }

  @Test
  void aGradientThatIsRoundingAloneIsNoHorizon() {
    Floors apart =
        (tensor, magnitude) -> tensor.key().phase() == Phase.FORWARD ? 1e-12 : 2 * magnitude;
    comparison.startStep(3);
    comparison.compare(3, Reading.FREE_RUNNING, right, right, apart);
    assertThat(comparison.horizon()).isNull();
  }

  @Test
  void theLocalReadingDoesNotMoveTheHorizon() {
    compare(1, Reading.SINGLE_STEP, right, PAST_HORIZON);
    assertThat(comparison.horizon()).isNull();
  }

  @Test
  void keepsReadingsSpreadEvenlyOverALongRun() {
    int last = 20_001;
    for (int step = 1; step <= last; step++) {
      compare(step, Reading.FREE_RUNNING, right, BEFORE_HORIZON);
    }
    List<Long> kept = comparison.readings().stream().map(TensorReading::step).distinct().toList();
    assertThat(kept).hasSizeBetween(200, 402).endsWith((long) last).isSorted();
    for (int i = 1; i < kept.size(); i++) {
      assertThat(kept.get(i) - kept.get(i - 1)).isLessThanOrEqualTo(last / 200);
    }
    assertThat(comparison.coverage().steps()).isEqualTo(last);
  }
}
