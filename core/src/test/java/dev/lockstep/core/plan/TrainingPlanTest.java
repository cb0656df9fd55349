package dev.lockstep.core.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.plan.TrainingSpec.Order;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.UniformContinuousDistribution;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingPlanTest {

  /** All draws are seeded: a p-value below this is a fault, not bad luck, and stays one. */
  private static final double IMPROBABLE = 1e-3;

  /** So many standard errors does a mean of right draws not lie off. */
  private static final double STANDARD_ERRORS = 4;

  private static final int SAMPLES = 40;
  private static final int BATCH = 7;
  private static final long SEED = 42;

  private static NetworkSpec network(LayerSpec... layers) {
    return new NetworkSpec(
        Shape.of(1, 28, 28),
        List.of(layers),
        new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, 1e-7),
        0,
        new OptimizerSpec.Adam(LearningRate.constant(0.1), 0.9, 0.999, 1e-7));
  }

  private static LayerSpec affine(String name, int units, InitialValues initial) {
    return new LayerSpec.Affine(name, units, initial);
  }

  private static Split split(int samples) {
    byte[] labels = new byte[samples];
    byte[] pixels = new byte[samples * 784];
    for (int i = 0; i < samples; i++) {
      labels[i] = (byte) (i % 10);
      pixels[i * 784] = (byte) i;
    }
    return new Split(Shape.of(1, 28, 28), 10, pixels, labels);
  }

  private static TrainingPlan plan(Order order, LayerSpec... layers) {
    return new TrainingPlan(
        network(layers),
        new TrainingSpec(BATCH, order, new TrainingSpec.Length.Epochs(2)),
        split(SAMPLES),
        SEED);
  }

  private static TrainingPlan plan(Order order) {
    return plan(order, affine("affine1", 10, new InitialValues.He()));
  }

  private static double[] weights(InitialValues initial) {
    return plan(Order.DRAWN, affine("affine1", 100, initial))
        .initialState()
        .tensor("affine1/W")
        .data();
  }

  private static void assertDistributed(double[] values, DoubleUnaryOperator distribution) {
    assertThat(KolmogorovSmirnovTest.withDefaults().test(values, distribution).getPValue())
        .isGreaterThan(IMPROBABLE);
  }

  private static void assertNormal(double[] values, double deviation) {
    double mean = Arrays.stream(values).average().orElseThrow();
    double variance =
        Arrays.stream(values).map(value -> value * value).average().orElseThrow() - mean * mean;
    double standardError = deviation / Math.sqrt(values.length);
    assertThat(mean).isCloseTo(0, within(STANDARD_ERRORS * standardError));
    assertThat(Math.sqrt(variance))
        .isCloseTo(deviation, within(STANDARD_ERRORS * standardError / Math.sqrt(2)));
    assertDistributed(values, NormalDistribution.of(0, deviation)::cumulativeProbability);
  }

  @Test
  void drawsWeightsNormallyWithTheDeviationOfTheirRule() {
    assertNormal(weights(new InitialValues.Normal(0.01)), 0.01);
    assertNormal(weights(new InitialValues.Xavier()), Math.sqrt(1 / 784.0));
    assertNormal(weights(new InitialValues.He()), Math.sqrt(2 / 784.0));
  }

  @Test
  void drawsGlorotsWeightsUniformly() {
    double[] weights = weights(new InitialValues.GlorotUniform());
    double limit = Math.sqrt(6 / 884.0);
    assertDistributed(
        weights, UniformContinuousDistribution.of(-limit, limit)::cumulativeProbability);
    assertThat(Arrays.stream(weights).map(Math::abs).max().orElseThrow())
        .isBetween(0.999 * limit, limit);
  }

  @Test
  void countsTheInputsOfAFilterAsChannelsTimesItsArea() {
    Tensor filters =
        plan(
                Order.DRAWN,
                new LayerSpec.Convolution("conv1", 20, 5, 5, 1, 0, new InitialValues.He()),
                new LayerSpec.Convolution("conv2", 30, 3, 5, 1, 0, new InitialValues.He()))
            .initialState()
            .tensor("conv2/W");
    assertThat(filters.shape()).isEqualTo(Shape.of(30, 20, 3, 5));
    assertNormal(filters.data(), Math.sqrt(2 / 300.0));
  }

  @Test
  void startsEverythingButWeightsAndGammaAtZero() {
    TrainingPlan plan =
        plan(
            Order.DRAWN,
            affine("affine1", 10, new InitialValues.He()),
            new LayerSpec.BatchNormalization("batchNorm1", 0.9, 1e-6, false));
    ModelState state = plan.initialState();
    assertThat(state.step()).isZero();
    assertThat(state.tensor("batchNorm1/gamma").data()).containsOnly(1);
    for (String zero :
        List.of(
            "affine1/b",
            "affine1/W/m",
            "affine1/W/v",
            "batchNorm1/beta",
            "batchNorm1/gamma/m",
            "batchNorm1/runningMean",
            "batchNorm1/runningVar")) {
      assertThat(state.tensor(zero).data()).as(zero).containsOnly(0);
    }
    state.requireShapes(
        network(
                affine("affine1", 10, new InitialValues.He()),
                new LayerSpec.BatchNormalization("batchNorm1", 0.9, 1e-6, false))
            .state());
  }

  @Test
  void drawsDifferentWeightsForEveryLayerAndSeed() {
    LayerSpec[] layers = {
      affine("affine1", 10, new InitialValues.He()), affine("affine2", 10, new InitialValues.He())
    };
    ModelState state = plan(Order.DRAWN, layers).initialState();
    assertThat(state.tensor("affine1/W").data()[0])
        .isNotEqualTo(state.tensor("affine2/W").data()[0]);
    ModelState other =
        new TrainingPlan(
                network(layers),
                new TrainingSpec(BATCH, Order.DRAWN, new TrainingSpec.Length.Epochs(1)),
                split(SAMPLES),
                SEED + 1)
            .initialState();
    assertThat(other.tensor("affine1/W")).isNotEqualTo(state.tensor("affine1/W"));
  }

  @ParameterizedTest
  @EnumSource(Order.class)
  void isNotShiftedByAnotherLayer(Order order) {
    TrainingPlan one = plan(order);
    TrainingPlan more =
        plan(
            order,
            affine("affine1", 10, new InitialValues.He()),
            new LayerSpec.Activation("relu1", ActivationFunction.RELU),
            new LayerSpec.Dropout("dropout1", 0.5, false),
            affine("affine2", 10, new InitialValues.He()));
    more.masks(1).mask("dropout1", 0.5, Shape.of(BATCH, 10));
    assertThat(more.initialState().tensor("affine1/W"))
        .isEqualTo(one.initialState().tensor("affine1/W"));
    for (long step = 1; step <= one.steps(); step++) {
      assertThat(more.samples(step)).isEqualTo(one.samples(step));
    }
    assertThat(one.masks(4).mask("dropout1", 0.5, Shape.of(BATCH, 10)))
        .isEqualTo(more.masks(4).mask("dropout1", 0.5, Shape.of(BATCH, 10)));
  }

  @ParameterizedTest
  @EnumSource(Order.class)
  void drawsAnyStepAgainInAnyOrder(Order order) {
    TrainingPlan forwards = plan(order);
    TrainingPlan backwards = plan(order);
    int[][] samples = new int[13][];
    for (int step = 12; step >= 1; step--) {
      samples[step] = backwards.samples(step);
    }
    for (int step = 1; step <= 12; step++) {
      assertThat(forwards.samples(step)).isEqualTo(samples[step]);
      assertThat(backwards.samples(step)).isEqualTo(samples[step]);
    }
    assertThat(forwards.samples(1_000_000)).isEqualTo(backwards.samples(1_000_000));
  }

  @Test
  void shufflesEverySampleIntoEachEpochOnceAndEndsItWithTheRest() {
    TrainingPlan plan = plan(Order.SHUFFLED);
    assertThat(plan.stepsPerEpoch()).isEqualTo(6);
    assertThat(plan.steps()).isEqualTo(12);
    int[][] epochs = new int[2][];
    for (int epoch = 0; epoch < 2; epoch++) {
      int first = 6 * epoch + 1;
      epochs[epoch] =
          IntStream.range(first, first + 6)
              .mapToObj(plan::samples)
              .flatMapToInt(Arrays::stream)
              .toArray();
      assertThat(plan.samples(first + 4)).hasSize(BATCH);
      assertThat(plan.samples(first + 5)).as("40 − 5·7").hasSize(5);
      assertThat(epochs[epoch]).hasSize(SAMPLES).doesNotHaveDuplicates();
    }
    assertThat(epochs[0]).isNotEqualTo(epochs[1]);
  }

  @Test
  void takesBatchesThatAreLargerThanTheDataWhereEachSampleComesOnce() {
    TrainingPlan plan =
        new TrainingPlan(
            network(affine("affine1", 10, new InitialValues.He())),
            new TrainingSpec(100, Order.SHUFFLED, new TrainingSpec.Length.Epochs(1)),
            split(5),
            SEED);
    assertThat(plan.samples(1)).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
  }

  @Test
  void drawsWithReplacementUniformlyAndIndependently() {
    TrainingPlan plan = plan(Order.DRAWN);
    long[] counts = new long[SAMPLES];
    long[] pairs = new long[16];
    boolean repeated = false;
    for (int step = 1; step <= 4000; step++) {
      int[] samples = plan.samples(step);
      assertThat(samples).hasSize(BATCH);
      Arrays.stream(samples).forEach(sample -> counts[sample]++);
      repeated |= Arrays.stream(samples).distinct().count() < BATCH;
      pairs[samples[0] / 10 * 4 + plan.samples(step + 1)[0] / 10]++;
    }
    assertThat(ChiSquareTest.withDefaults().test(counts).getPValue()).isGreaterThan(IMPROBABLE);
    assertThat(ChiSquareTest.withDefaults().test(pairs).getPValue()).isGreaterThan(IMPROBABLE);
    assertThat(repeated).isTrue();
  }

  @Test
  void takesFixedSamplesAsTheyStandAndBeginsAgain() {
    TrainingPlan plan = plan(Order.FIXED);
    assertThat(plan.stepsPerEpoch()).isEqualTo(5);
    assertThat(plan.samples(1)).containsExactly(0, 1, 2, 3, 4, 5, 6);
    assertThat(plan.samples(6)).containsExactly(35, 36, 37, 38, 39, 0, 1);
    assertThat(plan.samples(3_000_000_001L)).as("(3e9 · 7) mod 40 = 0").startsWith(0, 1);
  }

  @Test
  void makesABatchOfItsSamples() {
    TrainingPlan plan = plan(Order.SHUFFLED);
    Batch batch = plan.batch(6);
    assertThat(batch.step()).isEqualTo(6);
    assertThat(batch.inputs().shape()).isEqualTo(Shape.of(5, 1, 28, 28));
    assertThat(batch.targets().shape()).isEqualTo(Shape.of(5, 10));
    int[] samples = plan.samples(6);
    for (int row = 0; row < 5; row++) {
      assertThat(batch.inputs().data()[row * 784]).isEqualTo(samples[row] / 255.0);
      assertThat(batch.targets().data()[row * 10 + samples[row] % 10]).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.2, 0.5, 0.99})
  void dropsTheShareThatIsAskedFor(double ratio) {
    Tensor mask = plan(Order.DRAWN).masks(3).mask("dropout1", ratio, Shape.of(1000, 100));
    double kept = Arrays.stream(mask.data()).average().orElseThrow();
    assertThat(mask.data()).containsAnyOf(0, 1).doesNotContain(0.5);
    assertThat(Arrays.stream(mask.data()).allMatch(x -> x == 0 || x == 1)).isTrue();
    double standardError = Math.sqrt(ratio * (1 - ratio) / mask.size());
    assertThat(kept).isCloseTo(1 - ratio, within(STANDARD_ERRORS * standardError));
  }

  /** Four outcomes of two masks that each keep half must come equally often. */
  @Test
  void masksOfOtherStepsAndLayersAreIndependent() {
    TrainingPlan plan = plan(Order.DRAWN);
    Shape shape = Shape.of(100, 100);
    double[] mask = plan.masks(3).mask("dropout1", 0.5, shape).data();
    for (double[] other :
        List.of(
            plan.masks(4).mask("dropout1", 0.5, shape).data(),
            plan.masks(3).mask("dropout2", 0.5, shape).data())) {
      long[] counts = new long[4];
      for (int i = 0; i < mask.length; i++) {
        counts[(int) (2 * mask[i] + other[i])]++;
      }
      assertThat(ChiSquareTest.withDefaults().test(counts).getPValue()).isGreaterThan(IMPROBABLE);
    }
  }

  @Test
  void givesTheSameMaskAtEveryCallAndToEveryBatchSizeThatItFits() {
    TrainingPlan plan = plan(Order.DRAWN);
    Tensor mask = plan.masks(3).mask("dropout1", 0.5, Shape.of(7, 10));
    assertThat(plan.masks(3).mask("dropout1", 0.5, Shape.of(7, 10))).isEqualTo(mask);
    assertThat(plan.masks(3).mask("dropout1", 0.5, Shape.of(2, 10)).data())
        .isEqualTo(Arrays.copyOf(mask.data(), 20));
  }

  @Test
  void needsAtLeastOneSample() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                new TrainingPlan(
                    network(affine("affine1", 10, new InitialValues.He())),
                    new TrainingSpec(1, Order.SHUFFLED, new TrainingSpec.Length.Epochs(1)),
                    split(0),
                    SEED))
        .withMessageContaining("at least one sample");
  }

  @ParameterizedTest
  @EnumSource(Order.class)
  void countsStepsFromOne(Order order) {
    assertThatIllegalArgumentException().isThrownBy(() -> plan(order).samples(0));
  }
}
