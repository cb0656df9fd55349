package dev.lockstep.scratch.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.model.Observer;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.execution.Sequence;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BatchNormalizationTest {

  /** A handful of roundings. */
  private static final double ROUNDING = 1e-15;

  private static final Pass TRAINING =
      Pass.training((layer, ratio, shape) -> Tensor.filled(shape, 1), Observer.NONE);

  // 1 and 3: mean 2, biased variance 1; 2 and 8: mean 5, variance 9. Epsilon 7/9 and 7 make the
  // roots exact: √(1 + 7/9) = 4/3 and √(9 + 7) = 4.
  private static final Tensor X = Tensor.of(Shape.of(2, 1), 1, 3);
  private static final Tensor X2 = Tensor.of(Shape.of(2, 1), 2, 8);

  @Test
  void epsilonStandsInsideTheRootAndTheVarianceIsBiased() {
    BatchNormalization norm = new BatchNormalization("batchNorm1", Shape.of(1), 0.9, 7, false);

    assertThat(new Sequence(List.of(norm)).forward(X2, TRAINING).data())
        .containsExactly(new double[] {-.75, .75}, within(ROUNDING));
  }

  @Test
  void gammaScalesAndBetaShifts() {
    BatchNormalization norm =
        new BatchNormalization("batchNorm1", Shape.of(1), 0.9, 7.0 / 9, false);
    norm.parameters().get(0).value().data()[0] = 4;
    norm.parameters().get(1).value().data()[0] = 10;

    assertThat(new Sequence(List.of(norm)).forward(X, TRAINING).data())
        .containsExactly(new double[] {7, 13}, within(16 * ROUNDING));
  }

  @Test
  void runningStatisticsStartAtZeroAndMoveByOneMinusMomentum() {
    BatchNormalization norm = new BatchNormalization("batchNorm1", Shape.of(1), 0.75, 7, false);
    new Sequence(List.of(norm)).forward(X2, TRAINING);
    new Sequence(List.of(norm)).forward(X, TRAINING);

    Map<String, Tensor> statistics = norm.statistics();
    // .75·(.25·5) + .25·2 and .75·(.25·9) + .25·1: exact in binary.
    assertThat(statistics).containsOnlyKeys("batchNorm1/runningMean", "batchNorm1/runningVar");
    assertThat(statistics.get("batchNorm1/runningMean")).isEqualTo(row(1.4375));
    assertThat(statistics.get("batchNorm1/runningVar")).isEqualTo(row(1.9375));
  }

  @Test
  void predictionUsesTheRunningStatisticsAndLeavesThemAlone() {
    BatchNormalization norm = new BatchNormalization("batchNorm1", Shape.of(1), 0, 7, false);
    new Sequence(List.of(norm))
        .forward(X2, TRAINING); // momentum 0: the statistics are those of this batch

    double[] y =
        new Sequence(List.of(norm)).forward(Tensor.of(Shape.of(1, 1), 13), Pass.PREDICTION).data();

    assertThat(y).containsExactly(new double[] {2}, within(ROUNDING));
    assertThat(norm.statistics().get("batchNorm1/runningMean")).isEqualTo(row(5));
  }

  @Test
  void onePerChannelTakesTheMeanOverBatchHeightAndWidth() {
    Shape image = Shape.of(2, 1, 2);
    BatchNormalization norm = new BatchNormalization("batchNorm1", image, 0, 7, true);

    Tensor y =
        new Sequence(List.of(norm))
            .forward(Tensor.of(image.batchOf(2), 2, 8, 5, 5, 8, 2, 5, 5), TRAINING);

    assertThat(y.data())
        .containsExactly(new double[] {-.75, .75, 0, 0, .75, -.75, 0, 0}, within(ROUNDING));
    assertThat(norm.statistics().get("batchNorm1/runningVar"))
        .isEqualTo(Tensor.of(Shape.of(2), 9, 0));
  }

  private static Tensor row(double value) {
    return Tensor.of(Shape.of(1), value);
  }
}
