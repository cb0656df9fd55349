package dev.lockstep.experiments.faults.injection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.detection.SmallDigits;
import dev.lockstep.experiments.faults.seeded.Fault;
import dev.lockstep.experiments.faults.seeded.Faults;
import dev.lockstep.experiments.faults.seeded.FaultyProvider;
import dev.lockstep.scratch.ScratchProvider;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Whether a fault does to the numbers what its description says. */
final class InjectionTest {

  /** A few operations on numbers of order 1. */
  private static final double ROUNDING = 1e-13;

  private static final double H = 1e-4;

  /** H² times a third derivative below .1, and rounding divided by 2H. */
  private static final double CENTRAL_DIFFERENCE = 1e-9;

  private static final SmallDigits DIGITS = SmallDigits.draw(100, 20);
  private static final ModelProvider SCRATCH = new ScratchProvider();

  /** One model after some steps: what it showed of the last, and its loss. */
  private record Run(Model model, TrainingPlan plan, Recording shown, double loss) {

    double[] values(Phase phase, String path) {
      return tensor(phase, path).data();
    }

    Tensor tensor(Phase phase, String path) {
      return Objects.requireNonNull(shown.tensor(new TensorKey(phase, path)), path);
    }
  }

  private static Run run(BaseNetwork base, ModelProvider provider, long steps) {
    TrainingSpec training =
        new TrainingSpec(20, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Steps(steps));
    TrainingPlan plan = new TrainingPlan(base.network(), training, DIGITS.train(), 1);
    Model model = provider.create(base.network());
    model.restore(plan.initialState());
    Recording shown =
        new Recording(
            ExpectedTensor.of(base.network()).stream()
                .map(ExpectedTensor::key)
                .collect(Collectors.toSet()));
    double loss = 0;
    for (long step = 1; step <= steps; step++) {
      shown.clear();
      loss = model.step(plan.batch(step), plan.masks(step), shown);
    }
    return new Run(model, plan, shown, loss);
  }

  private static Run correct(String id, long steps) {
    return run(fault(id).base(), SCRATCH, steps);
  }

  private static Run faulty(String id, long steps) {
    Fault fault = fault(id);
    return run(fault.base(), new FaultyProvider(SCRATCH, fault, fault.ordinary()), steps);
  }

  private static Fault fault(String id) {
    return Faults.all().stream().filter(f -> f.id().equals(id)).findFirst().orElseThrow();
  }

  @Test
  void nothingChangesWhereNothingIsInjected() {
    Run faulty =
        run(
            BaseNetwork.BATCH_NORM,
            new FaultyProvider(SCRATCH, "nothing", Injection.tampering(Tampering.NONE)),
            3);
    Run correct = run(BaseNetwork.BATCH_NORM, SCRATCH, 3);

    assertThat(faulty.model().state()).isEqualTo(correct.model().state());
    assertThat(faulty.loss()).isEqualTo(correct.loss());
  }

  @Test
  void theBiasGradientIsSummedFromTheGradientAfterTheActivation() {
    Run faulty = faulty("bias-gradient-after-activation", 1);
    double[] after = faulty.values(Phase.BACKWARD, "sigmoid1/out");
    double[] bias = faulty.values(Phase.BACKWARD, "affine1/b");

    double first = 0;
    for (int row = 0; row < 20; row++) {
      first += after[row * bias.length];
    }
    assertThat(bias[0]).isEqualTo(first, within(ROUNDING));
  }

  @Test
  void theUpdateSubtractsTheWeightItself() {
    Run faulty = faulty("weight-in-place-of-gradient", 1);
    double before = faulty.plan().initialState().tensor("affine1/W").data()[7];

    // lr is .5
    assertThat(faulty.model().state().tensor("affine1/W").data()[7])
        .isEqualTo(before / 2, within(ROUNDING));
  }

  @Test
  void theSoftmaxOverTheBatchSumsToOneOverTheBatchAndItsGradientFollowsIt() {
    Run faulty = faulty("softmax-over-batch", 1);
    Tensor y = faulty.tensor(Phase.FORWARD, "loss/out");
    double[] t = faulty.plan().batch(1).targets().data();
    double[] scores = faulty.values(Phase.FORWARD, "affine2/out");
    for (int i = 0; i < y.size(); i++) {
      double score = scores[i];
      scores[i] = score + H;
      double above = crossEntropyOfSoftmaxOfAll(scores, t, 0);
      scores[i] = score - H;
      double below = crossEntropyOfSoftmaxOfAll(scores, t, 0);
      scores[i] = score;
      assertThat(faulty.values(Phase.BACKWARD, "affine2/out")[i])
          .isEqualTo((above - below) / (2 * H), within(CENTRAL_DIFFERENCE));
    }

    assertThat(Arrays.stream(y.data()).sum()).isEqualTo(1, within(ROUNDING));
    assertThat(faulty.loss())
        .isEqualTo(crossEntropyOfSoftmaxOfAll(scores, t, 1e-7), within(ROUNDING));
    double[] predicted = faulty.model().predict(faulty.plan().batch(1).inputs()).data();
    assertThat(Arrays.stream(predicted).sum()).isEqualTo(1, within(ROUNDING));
  }

  private static double crossEntropyOfSoftmaxOfAll(double[] scores, double[] t, double constant) {
    double sum = Arrays.stream(scores).map(Math::exp).sum();
    double loss = 0;
    for (int i = 0; i < t.length; i++) {
      loss -= t[i] * Math.log(Math.exp(scores[i]) / sum + constant) / 20;
    }
    return loss;
  }

  @Test
  void theConstantOutsideTheLogarithmIsAddedToEveryLogarithm() {
    Run faulty = faulty("constant-outside-logarithm", 1);
    double[] y = faulty.values(Phase.FORWARD, "loss/out");
    double[] t = faulty.plan().batch(1).targets().data();
    double loss = 0;
    for (int i = 0; i < y.length; i++) {
      loss -= t[i] * (Math.log(y[i]) + 1e-7) / 20;
    }

    assertThat(faulty.loss()).isEqualTo(loss, within(ROUNDING));
  }

  @Test
  void theTargetsOfTheFirstBatchServeEveryStep() {
    Run faulty = faulty("targets-of-first-batch", 2);
    double[] y = faulty.values(Phase.FORWARD, "loss/out");
    double[] first = faulty.plan().batch(1).targets().data();

    assertThat(faulty.values(Phase.BACKWARD, "affine2/out")[3])
        .isEqualTo((y[3] - first[3]) / 20, within(ROUNDING));
  }

  @Test
  void predictionsForOtherImagesAreThoseForTheFirstOnes() {
    Run faulty = faulty("prediction-for-other-images", 2);
    Tensor first = faulty.plan().batch(1).inputs();
    Tensor second = faulty.plan().batch(2).inputs();

    assertThat(faulty.model().predict(second)).isEqualTo(faulty.model().predict(first));
  }

  @Test
  void droppedShareScalesThePredictionAndNothingElse() {
    Run faulty = faulty("dropout-prediction-dropped-share", 3);
    Run correct = correct("dropout-prediction-dropped-share", 3);
    Tensor inputs = faulty.plan().batch(1).inputs();

    assertThat(faulty.model().state()).isEqualTo(correct.model().state());
    assertThat(faulty.model().predict(inputs)).isNotEqualTo(correct.model().predict(inputs));
  }

  @Test
  void unbiasedNormalizationDividesByOneLess() {
    Run faulty = faulty("batchnorm-unbiased-variance", 1);
    double[] x = column(faulty.tensor(Phase.FORWARD, "affine1/out"));
    double mean = Arrays.stream(x).sum() / 20;
    double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum() / 19;

    assertThat(column(faulty.tensor(Phase.FORWARD, "batchNorm1/out"))[4])
        .isEqualTo((x[4] - mean) / Math.sqrt(variance + 1e-7), within(ROUNDING));
  }

  @Test
  void unbiasedRunningVarianceMovesByAVarianceDividedByOneLess() {
    Run faulty = faulty("batchnorm-unbiased-running-variance", 1);
    double[] x = column(faulty.tensor(Phase.FORWARD, "affine1/out"));
    double mean = Arrays.stream(x).sum() / 20;
    double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum() / 19;

    assertThat(faulty.model().state().tensor("batchNorm1/runningVar").data()[0])
        .isEqualTo(.1 * variance, within(ROUNDING));
  }

  @Test
  void constantStatisticsLeaveTheGradientOfARescaling() {
    Run faulty = faulty("batchnorm-statistics-constant", 1);
    double[] x = column(faulty.tensor(Phase.FORWARD, "affine2/out"));
    double mean = Arrays.stream(x).sum() / 20;
    double variance = Arrays.stream(x).map(v -> (v - mean) * (v - mean)).sum() / 20;
    double[] dout = column(faulty.tensor(Phase.BACKWARD, "batchNorm2/out"));

    assertThat(column(faulty.tensor(Phase.BACKWARD, "affine2/out"))[4])
        .isEqualTo(dout[4] / Math.sqrt(variance + 1e-7), within(ROUNDING));
  }

  @Test
  void gammaAndBetaTakeEachOthersGradient() {
    Run faulty = faulty("batchnorm-gradients-swapped", 1);
    Run correct = correct("batchnorm-gradients-swapped", 1);

    assertThat(faulty.values(Phase.BACKWARD, "batchNorm2/beta"))
        .isEqualTo(correct.values(Phase.BACKWARD, "batchNorm2/gamma"));
    assertThat(faulty.values(Phase.BACKWARD, "batchNorm2/gamma"))
        .containsExactly(correct.values(Phase.BACKWARD, "batchNorm2/beta"), within(ROUNDING));
  }

  @Test
  void theLastSampleOfTheBatchIsLeftOut() {
    Run faulty = faulty("last-sample-left-out", 1);
    Tensor x = faulty.tensor(Phase.FORWARD, "sigmoid1/out");
    Tensor dout = faulty.tensor(Phase.BACKWARD, "affine2/out");
    int inputs = x.shape().length(1);
    double sum = 0;
    for (int row = 0; row < 19; row++) {
      sum += x.data()[row * inputs + 5] * dout.data()[row * 10 + 3];
    }

    assertThat(faulty.values(Phase.BACKWARD, "affine2/W")[5 * 10 + 3])
        .isEqualTo(sum, within(ROUNDING));
  }

  @Test
  void staleGradientsAreThoseOfTheStepBefore() {
    double[] first = correct("gradient-stale", 1).values(Phase.BACKWARD, "affine1/W");

    assertThat(faulty("gradient-stale", 1).values(Phase.BACKWARD, "affine1/W")).isEqualTo(first);
    assertThat(faulty("gradient-stale", 2).values(Phase.BACKWARD, "affine1/W")).isEqualTo(first);
  }

  @Test
  void masksOfTheFirstStepServeEveryStep() {
    Run faulty = faulty("dropout-mask-reused", 2);
    double[] mask =
        faulty
            .plan()
            .masks(1)
            .mask("dropout1", .2, faulty.tensor(Phase.FORWARD, "dropout1/out").shape())
            .data();
    double[] in = faulty.values(Phase.FORWARD, "relu1/out");
    double[] out = faulty.values(Phase.FORWARD, "dropout1/out");

    for (int i = 0; i < out.length; i++) {
      assertThat(out[i]).isEqualTo(in[i] * mask[i]);
    }
  }

  /** From equation 8 of Kingma and Ba: in the first step the update is lr·g/(|g| + ε/√(1 − β2)). */
  @Test
  void adamCountsItsStepsFromTwo() {
    Run faulty = faulty("adam-step-count", 1);
    double g = faulty.values(Phase.BACKWARD, "affine2/b")[0];
    double rate = .005 * Math.sqrt(1 - .999 * .999) / (1 - .9 * .9);
    double update = rate * .1 * g / (Math.sqrt(.001 * g * g) + 1e-7);

    assertThat(faulty.model().state().tensor("affine2/b").data()[0])
        .isEqualTo(-update, within(ROUNDING));
  }

  @Test
  void adamWithoutCorrectionTakesTheRateAsItIs() {
    Run faulty = faulty("adam-bias-correction-missing", 1);
    double g = faulty.values(Phase.BACKWARD, "affine2/b")[0];

    assertThat(faulty.model().state().tensor("affine2/b").data()[0])
        .isEqualTo(-.005 * .1 * g / (Math.sqrt(.001 * g * g) + 1e-7), within(ROUNDING));
  }

  @Test
  void wholeWindowsTakeTheGradientOfTheirOutput() {
    Run faulty = faulty("pooling-gradient-to-whole-window", 1);
    double[] dout = faulty.values(Phase.BACKWARD, "pool1/out");
    double[] dx = faulty.values(Phase.BACKWARD, "relu1/out");

    // 4 channels of 10×10 become 5×5; the window at row 2, column 3 of the second channel
    double expected = dout[25 + 2 * 5 + 3];
    assertThat(new double[] {dx[100 + 46], dx[100 + 47], dx[100 + 56], dx[100 + 57]})
        .containsOnly(expected);
  }

  @Test
  void flippedKernelsReadBackwards() {
    double[] right = correct("kernel-gradient-flipped", 1).values(Phase.BACKWARD, "conv1/W");
    double[] flipped = faulty("kernel-gradient-flipped", 1).values(Phase.BACKWARD, "conv1/W");

    assertThat(flipped[25]).isEqualTo(right[49]);
    assertThat(flipped[27]).isEqualTo(right[47]);
  }

  @Test
  void transposedImagesExchangeRowsAndColumns() {
    Tensor images = Tensor.zeros(Shape.of(2, 196));
    images.data()[196 + 3 * 14 + 5] = 1;
    Edits.transpose(images, 14);

    assertThat(images.data()[196 + 5 * 14 + 3]).isEqualTo(1);
    assertThat(Arrays.stream(images.data()).sum()).isEqualTo(1);
  }

  private static double[] column(Tensor matrix) {
    int width = matrix.shape().length(1);
    double[] column = new double[matrix.shape().length(0)];
    for (int row = 0; row < column.length; row++) {
      column[row] = matrix.data()[row * width];
    }
    return column;
  }
}
