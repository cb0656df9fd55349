package dev.lockstep.scratch.layers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LossTest {

  /** Published numbers are printed to eight digits. */
  private static final double PRINTED = 5e-9;

  /** A handful of roundings. */
  private static final double ROUNDING = 1e-15;

  private static final double[] Y1 = {.1, .05, .6, 0, .05, .1, 0, .1, 0, 0};
  private static final double[] Y2 = {.1, .05, .1, 0, .05, .1, 0, .6, 0, 0};

  @Test
  void softmaxOfTheBook() {
    SoftmaxWithLoss loss = new SoftmaxWithLoss(0);

    Tensor y = loss.output(Tensor.of(Shape.of(1, 3), .3, 2.9, 4.0));

    assertThat(y.data())
        .containsExactly(new double[] {.01821127, .24519181, .73659691}, within(PRINTED));
  }

  @Test
  void softmaxTakesMaximumAndSumOfEachRow() {
    SoftmaxWithLoss loss = new SoftmaxWithLoss(0);

    Tensor y = loss.output(Tensor.of(Shape.of(2, 3), .3, 2.9, 4.0, -1000, 1000, 1000));

    assertThat(y.data())
        .containsExactly(
            new double[] {.01821127, .24519181, .73659691, 0, .5, .5}, within(PRINTED));
  }

  @Test
  void crossEntropyOfTheBook() {
    // The softmax of a logarithm is the number itself, as these sum to 1.
    assertThat(crossEntropy(Y1)).isCloseTo(0.510825457099338, within(ROUNDING));
    assertThat(crossEntropy(Y2)).isCloseTo(2.302584092994546, within(4 * ROUNDING));
  }

  private static double crossEntropy(double[] y) {
    double[] logarithms = new double[y.length];
    for (int i = 0; i < y.length; i++) {
      logarithms[i] = Math.log(y[i]);
    }
    SoftmaxWithLoss loss = new SoftmaxWithLoss(LossSpec.BOOK_STABILIZER);
    loss.output(Tensor.of(Shape.of(1, 10), logarithms));
    return loss.value(oneHot(1, 10, 2));
  }

  @Test
  void sumOfSquaresOfTheBook() {
    assertThat(value(SquaredLoss.sumOfSquares(), Y1)).isCloseTo(.0975, within(ROUNDING));
    assertThat(value(SquaredLoss.sumOfSquares(), Y2)).isCloseTo(.5975, within(ROUNDING));
  }

  @Test
  void meanSquaredErrorDividesByTheOutputs() {
    assertThat(value(SquaredLoss.meanSquared(), Y1)).isCloseTo(.0195, within(ROUNDING));
  }

  private static double value(Loss loss, double[] y) {
    loss.output(Tensor.of(Shape.of(1, 10), y));
    return loss.value(oneHot(1, 10, 2));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 7})
  void backwardIsTheDerivativeOfTheValue(int samples) {
    for (Loss loss :
        new Loss[] {
          new SoftmaxWithLoss(0), SquaredLoss.sumOfSquares(), SquaredLoss.meanSquared()
        }) {
      Tensor x = new GradientCheck().input(Shape.of(samples, 4));
      Tensor t = oneHot(samples, 4, 2);
      DoubleSupplier value =
          () -> {
            loss.output(x);
            return loss.value(t);
          };
      assertThat(value.getAsDouble()).isPositive();

      Tensor gradient = loss.backward().copy();

      GradientCheck.assertClose(
          loss.getClass().getSimpleName(), gradient, GradientCheck.numericalGradient(value, x));
    }
  }

  @Test
  void targetsOfAnotherShapeAreRefused() {
    SoftmaxWithLoss loss = new SoftmaxWithLoss(0);
    loss.output(Tensor.zeros(Shape.of(2, 3)));

    assertThatThrownBy(() -> loss.value(Tensor.zeros(Shape.of(3, 2))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("loss/targets: expected 2×3, found 3×2");
  }

  private static Tensor oneHot(int samples, int classes, int label) {
    Tensor t = Tensor.zeros(Shape.of(samples, classes));
    for (int row = 0; row < samples; row++) {
      t.data()[row * classes + label] = 1;
    }
    return t;
  }
}
