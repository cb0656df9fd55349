package dev.lockstep.core.rounding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FloorsTest {

  private static final ExpectedTensor WEIGHTS =
      new ExpectedTensor(new TensorKey(Phase.UPDATE, "affine1/W"), "affine1", false);
  private static final Tensor REFERENCE = Tensor.of(Shape.of(3), 1, -4, 2);

  private static Recording showing(Tensor tensor) {
    Recording recording = new Recording(Set.of(WEIGHTS.key()));
    recording.observe(WEIGHTS.key().phase(), WEIGHTS.key().path(), () -> tensor);
    return recording;
  }

  private static double floor(Recording twin) {
    return floors(showing(REFERENCE), twin, KnownRounding.NONE).of(WEIGHTS, 4);
  }

  private static Floors floors(Recording reference, Recording twin, KnownRounding rounding) {
    Spreads spreads = new Spreads(reference, Set.of());
    twin.tensors().forEach((key, seen) -> spreads.observe(key.phase(), key.path(), () -> seen));
    return Floors.measuredBy(reference, spreads, rounding);
  }

  @Test
  void areTheSpreadOfTheTwin() {
    assertThat(floor(showing(Tensor.of(Shape.of(3), 1, -4, 2.5)))).isEqualTo(0.5);
  }

  @Test
  void areAtLeastAnUlpOfTheLargestElement() {
    assertThat(floor(showing(REFERENCE))).isEqualTo(0x1p-50);
  }

  @Test
  void areAtLeastAnUlpOfFloatWhereOneSideComputesInFloat() {
    KnownRounding inFloat = KnownRounding.of(network(0), 7, true);
    Recording twin = showing(REFERENCE);
    assertThat(floors(twin, twin, inFloat).of(WEIGHTS, 4)).isEqualTo(0x1p-21);
    assertThat(floors(twin, twin, inFloat).of(WEIGHTS, 1e300)).isFinite();
  }

  /** A prediction's layers are not watched: its twin has rounded nothing but the images. */
  @Test
  void ofThePredictionAreAtLeastThoseOfTheOutput() {
    ExpectedTensor prediction = new ExpectedTensor(ExpectedTensor.PREDICTION, "prediction", true);
    Tensor output = Tensor.of(Shape.of(1, 3), 0.25, 0.25, 0.5);
    Recording reference = new Recording(Set.of(prediction.key(), ExpectedTensor.OUTPUT.key()));
    Recording twin = new Recording(Set.of(prediction.key(), ExpectedTensor.OUTPUT.key()));
    reference.observe(Phase.FORWARD, ExpectedTensor.OUTPUT.key().path(), () -> output);
    reference.observe(Phase.FORWARD, prediction.key().path(), () -> output);
    twin.observe(
        Phase.FORWARD,
        ExpectedTensor.OUTPUT.key().path(),
        () -> Tensor.of(Shape.of(1, 3), 0.25, 0.25, 0.625));
    twin.observe(Phase.FORWARD, prediction.key().path(), () -> output);

    Floors floors = floors(reference, twin, KnownRounding.NONE);
    assertThat(floors.of(prediction, 0.5)).isEqualTo(0.125);
  }

  /** Four terms of 1 on a way that comes to 2 in the typical case: an ulp of 2. */
  @Test
  void ofABiasAreAtLeastAnUlpOfWhatItsSumComesToOnItsWay() {
    ExpectedTensor bias = ExpectedTensor.gradient("affine1/b");
    TensorKey out = new TensorKey(Phase.BACKWARD, "affine1/out");
    Recording cancelled = new Recording(Set.of(bias.key(), out));
    cancelled.observe(out.phase(), out.path(), () -> Tensor.of(Shape.of(4, 1), 1, -1, 1, -1));
    cancelled.observe(bias.key().phase(), bias.key().path(), () -> Tensor.of(Shape.of(1), 1e-16));
    KnownRounding rounding = KnownRounding.of(network(0), 4, false);
    assertThat(floors(cancelled, cancelled, rounding).of(bias, 1e-16)).isEqualTo(Math.ulp(2.0));
  }

  @Test
  void areAnUlpWhereTheTwinShowsNothingToMeasureBy() {
    assertThat(floor(new Recording(Set.of()))).isEqualTo(0x1p-50);
    assertThat(floor(showing(Tensor.of(Shape.of(1, 3), 9, 9, 9)))).isEqualTo(0x1p-50);
  }

  @Test
  void areNotWidenedByATwinThatOverflows() {
    Tensor overflown = Tensor.of(Shape.of(3), 1, Double.NEGATIVE_INFINITY, 2);
    assertThat(floor(showing(overflown))).isEqualTo(0x1p-50);
  }

  @Test
  void declaredAreAShareOfTheMagnitudeButOfAtLeastOne() {
    Floors floors = Floors.declared(1e-12);
    assertThat(Tolerance.MAX_ERROR_OVER_FLOOR * floors.of(WEIGHTS, 4)).isEqualTo(4e-12);
    assertThat(Tolerance.MAX_ERROR_OVER_FLOOR * floors.of(WEIGHTS, 1e-3)).isEqualTo(1e-12);
  }

  @Test
  void neverGrowWithTheNumberOfElements() {
    Tensor many = Tensor.filled(Shape.of(1000), 4);
    assertThat(floors(showing(many), showing(many), KnownRounding.NONE).of(WEIGHTS, 4))
        .isEqualTo(0x1p-50);
  }

  @Test
  void allowAtMostAHundredOfThem() {
    assertThat(Tolerance.MAX_ERROR_OVER_FLOOR).isLessThanOrEqualTo(100);
  }

  /**
   * 360,000 equal terms summed in float from the first to the last are off by some of a hundred
   * units; nothing is summed where nothing decays.
   */
  @Test
  void ofALossGrowWithTheRootOfTheNumberOfDecayedWeights() {
    NetworkSpec decayed = network(0.1);
    ExpectedTensor loss =
        new ExpectedTensor(new TensorKey(Phase.LOSS, NetworkSpec.LOSS), "loss", false);
    assertThat(KnownRounding.of(decayed, 7, false).of(loss.key())).isEqualTo(100 * 0x1p-52);
    assertThat(KnownRounding.of(decayed, 7, true).of(loss.key())).isEqualTo(100 * 0x1p-23);
    assertThat(KnownRounding.of(network(0), 7, true).of(loss.key())).isZero();

    Recording nothing = new Recording(Set.of());
    Floors floors = floors(nothing, nothing, KnownRounding.of(decayed, 7, true));
    assertThat(floors.of(loss, 2)).isEqualTo(200 * 0x1p-23);
    assertThat(floors.of(WEIGHTS, 4)).as("the loss alone is such a sum").isEqualTo(0x1p-21);
  }

  /**
   * 10,000 equal terms, of which the reference sums each sample's by themselves: a sum from the
   * first to the last was seen 137 units of the result away. No order is further than 10,000
   * halves.
   */
  @Test
  void ofRunningStatisticsGrowWithTheNumberOfPixels() {
    NetworkSpec images =
        new NetworkSpec(
            Shape.of(3, 20, 10),
            List.of(
                new LayerSpec.BatchNormalization("perChannel", 0.9, 1e-7, true),
                new LayerSpec.BatchNormalization("perElement", 0.9, 1e-7, false),
                new LayerSpec.Affine("affine1", 10, new InitialValues.He())),
            new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0),
            0,
            new OptimizerSpec.Sgd(LearningRate.constant(0.1)));
    KnownRounding rounding = KnownRounding.of(images, 50, false);
    for (String path : List.of("runningMean", "runningVar")) {
      assertThat(images.statistics()).containsKey("perChannel/" + path);
      assertThat(rounding.of(new TensorKey(Phase.UPDATE, "perChannel/" + path)))
          .isCloseTo(10_000 * 0x1p-53 / 100, within(1e-20));
      assertThat(rounding.of(new TensorKey(Phase.UPDATE, "perElement/" + path)))
          .as("the twin permutes all that is summed")
          .isZero();
    }
  }

  /** 600 · 600 weights. */
  private static NetworkSpec network(double weightDecay) {
    return new NetworkSpec(
        Shape.of(600),
        List.of(new LayerSpec.Affine("affine1", 600, new InitialValues.He())),
        new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0),
        weightDecay,
        new OptimizerSpec.Sgd(LearningRate.constant(0.1)));
  }

  private static NetworkSpec adam(double beta1, double beta2) {
    return new NetworkSpec(
        Shape.of(3),
        List.of(new LayerSpec.Affine("affine1", 10, new InitialValues.He())),
        new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0),
        0,
        new OptimizerSpec.Adam(LearningRate.constant(0.1), beta1, beta2, 1e-7));
  }

  /** (g + 100·e)² is 10⁴·e² if g is 0: a hundred floors of 100·e², each times 1 − beta2. */
  @Test
  void ofASquareCountTheSquareOfTheGradientsError() {
    NetworkSpec adam = adam(0.5, 0.75);
    ExpectedTensor gradient = ExpectedTensor.gradient("affine1/W");
    Recording reference = new Recording(Set.of(gradient.key()));
    Recording twin = new Recording(Set.of(gradient.key()));
    reference.observe(Phase.BACKWARD, "affine1/W", () -> Tensor.of(Shape.of(3), 0, 0, 0x1p-60));
    twin.observe(Phase.BACKWARD, "affine1/W", () -> Tensor.of(Shape.of(3), 0, 0, 0x1p-59));
    ExpectedTensor v =
        new ExpectedTensor(new TensorKey(Phase.UPDATE, "affine1/W/v"), "affine1", false);

    Floors floors = floors(reference, twin, KnownRounding.of(adam, 50, false));
    assertThat(floors.of(v, 0x1p-122)).isEqualTo(Tolerance.MAX_ERROR_OVER_FLOOR * 0.25 * 0x1p-120);
  }
}
