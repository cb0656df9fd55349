package dev.lockstep.core.compare.judging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.tiny.TinyRun;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How far predictions may lie apart. */
class PredictionsComparedTest {

  private static final Shape IMAGE = Shape.of(1, 1, 1);
  private static final Split TWO = new Split(IMAGE, 3, new byte[2], new byte[] {2, 0});

  private final Comparison comparison =
      new Comparison(TinyRun.NETWORK, false, false, tensor -> Optional.empty());

  /** Two samples; the reversed order of the perturbed one's rows is that of equal rows. */
  private static Classification of(double first) {
    return Classification.of(TWO, Tensor.of(Shape.of(2, 3), 1, 0, first, 1, 0, first));
  }

  private @Nullable Finding compare(double candidate, double perturbed, boolean inFloat) {
    return comparison.comparePredictions(
        3, new Predictions(of(0), of(perturbed)), of(candidate), inFloat);
  }

  private static final double UNIT = Math.ulp(1.0);

  @Test
  void withoutAMeasuredFloorAHundredUnitsInTheLastPlaceAreRounding() {
    assertThat(compare(100 * UNIT, 0, false)).isNull();
    Finding found = Objects.requireNonNull(compare(101 * UNIT, 0, false));
    assertThat(Objects.requireNonNull(found.divergence()).reading()).isEqualTo(Reading.SINGLE_STEP);
    assertThat(found.divergence().tensor()).isEqualTo(ExpectedTensor.PREDICTION.path());
    assertThat(found.step()).isEqualTo(3);
  }

  @Test
  void inFloatTensOfUnitsOfAFloatAreTheFloor() {
    assertThat(compare(0.9e-3, 0, true)).isNull();
    assertThat(compare(1.1e-3, 0, true)).isNotNull();
  }

  @Test
  void whatThePerturbedPredictionMovesIsTheFloor() {
    assertThat(compare(0x1p-10 * 100, 0x1p-10, false)).isNull();
    assertThat(compare(0x1p-10 * 101, 0x1p-10, false)).isNotNull();
  }

  @Test
  void theShareThatWasMeasuredInAStepHolds() {
    note(Tensor.of(Shape.of(1, 3), 0, 4, 0), 4 * 0x1p-20);
    assertThat(compare(0x1p-20 * 100, 0, true)).isNull();
    assertThat(compare(0x1p-20 * 101, 0, true)).isNotNull();
    // neither of these says anything
    note(Tensor.zeros(Shape.of(1, 3)), 1);
    note(Tensor.of(Shape.of(1, 3), Double.POSITIVE_INFINITY, 0, 0), 1);
    comparison.notePredictions(new Recording(comparison.wanted()), (tensor, magnitude) -> 1);
    assertThat(compare(0x1p-20 * 101, 0, true)).isNotNull();
  }

  private void note(Tensor prediction, double floor) {
    Recording recording = new Recording(comparison.wanted());
    recording.observe(
        ExpectedTensor.PREDICTION.phase(), ExpectedTensor.PREDICTION.path(), () -> prediction);
    comparison.notePredictions(recording, (tensor, magnitude) -> floor);
  }

  @Test
  void aPredictionThatIsNotFiniteIsToldUnlessTheReferenceHasNoneEither() {
    Finding found = Objects.requireNonNull(compare(Double.NaN, 0, false));
    assertThat(found.failure().kind()).isEqualTo(Failure.Kind.NON_FINITE);
    assertThat(
            comparison.comparePredictions(3, new Predictions(of(Double.NaN), of(0)), of(0), false))
        .isNull();
  }
}
