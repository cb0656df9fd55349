package dev.lockstep.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.dl4j.model.Precision;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How the readings of a part are judged: by bound and floor, with one exception. */
class PartResultTest {

  private static final LearningRate RATE = LearningRate.constant(0.001);
  private static final OptimizerSpec ADAM = new OptimizerSpec.Adam(RATE, 0.9, 0.999, 1e-7);
  private static final OptimizerSpec SGD = new OptimizerSpec.Sgd(RATE);

  /** Larger than every bound. */
  private static final double DRIFT = 1e-3;

  private static final double FLOOR = 1e-16;

  /** affine1, batchNorm1, last. */
  private static Part normalized(OptimizerSpec optimizer) {
    NetworkSpec network =
        Networks.dense(new LayerSpec.BatchNormalization("batchNorm1", 0.9, 1e-6, false));
    return new Part("layer", "batchNorm", Networks.with(network, optimizer));
  }

  private static TensorReading reading(
      Phase phase, String tensor, Reading reading, double difference) {
    return new TensorReading(
        2, phase, "any", tensor, reading, difference, 0, FLOOR, 1, difference <= 100 * FLOOR, "");
  }

  private static Outcome outcome(@Nullable Failure failure, long compared, TensorReading reading) {
    return new Outcome(
        Verdict.AGREE,
        "",
        failure,
        null,
        2,
        List.of(),
        new Coverage(1, compared, compared, 0, 1 - compared, 1, 2, List.of(), Map.of()),
        null,
        Map.of(),
        new Curves(List.of(), List.of()),
        List.of(reading),
        List.of(),
        new ModelState(2, Map.of()),
        new ModelState(2, Map.of()),
        Map.of());
  }

  private static PartResult judge(
      OptimizerSpec optimizer, Precision precision, TensorReading reading) {
    double bound = precision == Precision.FLOAT ? Pairing.BOUND_FLOAT : Pairing.BOUND_DOUBLE;
    Pairing pairing = Pairing.all().get(0);
    return PartResult.of(
        normalized(optimizer),
        new Pairing("dl4j", precision, pairing.sides(), bound),
        outcome(null, 1, reading));
  }

  @ParameterizedTest
  @CsvSource({
    "UPDATE, affine1/b, SINGLE_STEP",
    "UPDATE, affine1/b, FREE_RUNNING",
    "UPDATE, affine1/b/m, SINGLE_STEP",
    "UPDATE, affine1/b/v, SINGLE_STEP",
    "FORWARD, affine1/out, FREE_RUNNING",
    "UPDATE, batchNorm1/runningMean, FREE_RUNNING",
    "FORWARD, prediction/out, FREE_RUNNING"
  })
  void whatCarriesTheDriftOfABiasBeforeBatchNormalizationIsExcepted(
      Phase phase, String tensor, Reading reading) {
    PartResult result = judge(ADAM, Precision.DOUBLE, reading(phase, tensor, reading, DRIFT));

    assertThat(result.verdict()).isEqualTo(Verdict.AGREE);
    assertThat(result.exception()).isEqualTo(new PartResult.Largest(DRIFT, tensor, 2));
    assertThat(result.worst()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    // the gradient of the bias itself is rounding on both sides
    "BACKWARD, affine1/b, SINGLE_STEP",
    "UPDATE, affine1/W, SINGLE_STEP",
    "UPDATE, affine1/W/m, SINGLE_STEP",
    // a step from the same state
    "FORWARD, affine1/out, SINGLE_STEP",
    "UPDATE, batchNorm1/runningMean, SINGLE_STEP",
    "FORWARD, prediction/out, SINGLE_STEP",
    // the shift is taken away, and does not reach further
    "UPDATE, batchNorm1/runningVar, FREE_RUNNING",
    "FORWARD, batchNorm1/out, FREE_RUNNING",
    "UPDATE, last/b, FREE_RUNNING"
  })
  void nothingElseIs(Phase phase, String tensor, Reading reading) {
    PartResult result = judge(ADAM, Precision.DOUBLE, reading(phase, tensor, reading, DRIFT));

    assertThat(result.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(result.exception()).isNull();
    assertThat(result.failure()).contains("step 2", tensor, "0.00100");
  }

  @Test
  void underAnOptimizerThatDoesNotDivideNothingIs() {
    TensorReading bias = reading(Phase.UPDATE, "affine1/b", Reading.FREE_RUNNING, DRIFT);

    assertThat(judge(SGD, Precision.DOUBLE, bias).verdict()).isEqualTo(Verdict.DIFFER);
  }

  @Test
  void whatIsNoNumberIsNoDrift() {
    TensorReading bias = reading(Phase.UPDATE, "affine1/b", Reading.FREE_RUNNING, Double.NaN);

    PartResult result = judge(ADAM, Precision.DOUBLE, bias);

    assertThat(result.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(result.largest()).isNaN();
  }

  @Test
  void insideTheBoundTheFloorJudgesInDoubleOnly() {
    // a thousand floors, and a tenth of the bound
    TensorReading weights = reading(Phase.UPDATE, "last/W", Reading.SINGLE_STEP, 1e-13);

    assertThat(judge(SGD, Precision.DOUBLE, weights).verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(judge(SGD, Precision.FLOAT, weights).verdict()).isEqualTo(Verdict.AGREE);
  }

  @ParameterizedTest
  @CsvSource({"DOUBLE, 1.1e-12", "FLOAT, 1.1e-5"})
  void beyondTheBoundNothingAgrees(Precision precision, double difference) {
    TensorReading weights = reading(Phase.UPDATE, "last/W", Reading.SINGLE_STEP, difference);

    assertThat(judge(SGD, precision, weights).verdict()).isEqualTo(Verdict.DIFFER);
  }

  @Test
  void differencesAreRelativeToMagnitudesAboveOne() {
    TensorReading large =
        new TensorReading(
            2, Phase.UPDATE, "any", "last/W", Reading.SINGLE_STEP, 8e-12, 0, 1e-12, 1000, true, "");

    assertThat(judge(SGD, Precision.DOUBLE, large).largest()).isEqualTo(8e-12 / 1000);
  }

  @Test
  void aTensorThatWasNotComparedIsNoAgreement() {
    Failure missing = new Failure(Failure.Kind.MISSING_TENSOR, "only one side shows last/W");
    PartResult result =
        PartResult.of(
            normalized(SGD),
            Pairing.all().get(0),
            outcome(missing, 0, reading(Phase.UPDATE, "last/b", Reading.SINGLE_STEP, 0)));

    assertThat(result.verdict()).isEqualTo(Verdict.DIFFER);
    assertThat(result.failure()).isEqualTo("only one side shows last/W");
  }
}
