package dev.lockstep.core.assertion;

import static dev.lockstep.core.assertion.LockstepAssertions.assertThatLoss;
import static dev.lockstep.core.assertion.LockstepAssertions.assertThatOptimizer;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.tiny.Summation;
import dev.lockstep.core.tiny.TinyModel;
import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** An optimizer and a loss by themselves. */
final class PartAssertionTest {

  private static final ModelProvider TINY = TinyModel.summing(Summation.FORWARD);

  private static final OptimizerSpec MOMENTUM =
      new OptimizerSpec.Momentum(LearningRate.constant(0.1), 0.9);

  private static final LossSpec CROSS_ENTROPY =
      new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER);

  /** Momentum by hand, as the book has it. */
  private static class HandWritten {
    private final DoubleBinaryOperator moves;
    private @Nullable Tensor velocity;

    /**
     * @param moves of the velocity before and after, the one that moves the parameter
     */
    HandWritten(DoubleBinaryOperator moves) {
      this.moves = moves;
    }

    Tensor update(Tensor w, Tensor gradient) {
      Tensor v = velocity == null ? Tensor.zeros(w.shape()) : velocity;
      velocity = v;
      for (int i = 0; i < w.size(); i++) {
        double before = v.data()[i];
        v.data()[i] = 0.9 * v.data()[i] - 0.1 * gradient.data()[i];
        w.data()[i] += moves.applyAsDouble(before, v.data()[i]);
      }
      return w;
    }
  }

  @Test
  void anOptimizerAgrees() {
    assertThatOptimizer(new HandWritten((before, now) -> now)::update)
        .against(TINY)
        .as(MOMENTUM)
        .agrees();
  }

  @Test
  void anOptimizerThatMovesByTheOldVelocityIsToldSo() {
    HandWritten late = new HandWritten((before, now) -> before);

    assertThatThrownBy(() -> assertThatOptimizer(late::update).against(TINY).as(MOMENTUM).agrees())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("update, layer affine1, tensor affine1/W")
        .hasMessageContaining("your optimizer");
  }

  private static double crossEntropy(Tensor scores, Tensor targets) {
    Tensor y = softmax(scores);
    double sum = 0;
    for (int i = 0; i < y.size(); i++) {
      sum -= targets.data()[i] == 0 ? 0 : Math.log(y.data()[i] + 1e-7);
    }
    return sum / y.shape().length(0);
  }

  private static Tensor softmax(Tensor scores) {
    Tensor y = scores.copy();
    int classes = y.shape().length(1);
    for (int row = 0; row < y.size(); row += classes) {
      double max = Double.NEGATIVE_INFINITY;
      for (int i = row; i < row + classes; i++) {
        max = Math.max(max, y.data()[i]);
      }
      double sum = 0;
      for (int i = row; i < row + classes; i++) {
        y.data()[i] = Math.exp(y.data()[i] - max);
        sum += y.data()[i];
      }
      for (int i = row; i < row + classes; i++) {
        y.data()[i] /= sum;
      }
    }
    return y;
  }

  private static Tensor gradient(Tensor scores, Tensor targets) {
    Tensor gradient = softmax(scores);
    for (int i = 0; i < gradient.size(); i++) {
      gradient.data()[i] = (gradient.data()[i] - targets.data()[i]) / gradient.shape().length(0);
    }
    return gradient;
  }

  @Test
  void aLossAgrees() {
    assertThatLoss(PartAssertionTest::crossEntropy, PartAssertionTest::gradient)
        .against(TINY)
        .as(CROSS_ENTROPY)
        .agrees();
  }

  @Test
  void aGradientThatIsNotAveragedIsToldByTheBatchSize() {
    assertThatThrownBy(
            () ->
                assertThatLoss(
                        PartAssertionTest::crossEntropy,
                        (scores, targets) -> {
                          Tensor summed = gradient(scores, targets);
                          for (int i = 0; i < summed.size(); i++) {
                            summed.data()[i] *= summed.shape().length(0);
                          }
                          return summed;
                        })
                    .against(TINY)
                    .as(CROSS_ENTROPY)
                    .agrees())
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("backward, layer loss, tensor scores/out")
        .hasMessageContaining("the batch size: it is summed, not averaged");
  }

  @Test
  void whatIsMissingIsSaid() {
    assertThatThrownBy(() -> assertThatOptimizer((w, g) -> w).as(MOMENTUM).agrees())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("found no against(reference)");
    assertThatThrownBy(() -> assertThatLoss((x, t) -> 0, (x, t) -> x).against(TINY).agrees())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("found no as(loss)");
  }
}
