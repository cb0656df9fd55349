package dev.lockstep.scratch.book.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class NumericalGradientTest {

  /** A few roundings of f, at most 25 here, divided by 2h: 4 · 25 · 2⁻⁵³ / 2e-4. */
  private static final Offset<Double> ROUNDING = within(6e-11);

  static double sumOfSquares(Tensor x) {
    double sum = 0;
    for (double value : x.data()) {
      sum += value * value;
    }
    return sum;
  }

  @Test
  void aFunctionOfOneNumberHasThePublishedDerivative() {
    double derivative = NumericalGradient.derivative(x -> 0.01 * x * x + 0.1 * x, 5);

    assertThat(derivative).isCloseTo(.1999999999990898, within(1e-16));
  }

  @Test
  void aFunctionOfTwoNumbersHasThePublishedGradients() {
    double[][] pointsAndGradients = {{3, 4, 6, 8}, {0, 2, 0, 4}, {3, 0, 6, 0}};
    for (double[] row : pointsAndGradients) {
      Tensor x = Tensor.of(Shape.of(2), row[0], row[1]);

      assertThat(NumericalGradient.gradient(NumericalGradientTest::sumOfSquares, x).data())
          .containsExactly(new double[] {row[2], row[3]}, ROUNDING);
      assertThat(NumericalGradient.partialDerivative(NumericalGradientTest::sumOfSquares, x, 1))
          .isCloseTo(row[3], ROUNDING);
    }
  }

  @Test
  void theGradientHasTheShapeOfTheArrayAndLeavesItAsItWas() {
    Tensor x = Tensor.of(Shape.of(2, 1, 2), 1, -2, 0.1, 0);
    Tensor before = x.copy();

    Tensor gradient = NumericalGradient.gradient(NumericalGradientTest::sumOfSquares, x);

    assertThat(gradient.shape()).isEqualTo(Shape.of(2, 1, 2));
    assertThat(gradient.data()).containsExactly(new double[] {2, -4, 0.2, 0}, ROUNDING);
    assertThat(x).isEqualTo(before);
  }

  @Test
  void putsTheElementBackEvenIfTheFunctionFails() {
    Tensor x = Tensor.of(Shape.of(1), 3);

    assertThatIllegalStateException()
        .isThrownBy(
            () ->
                NumericalGradient.gradient(
                    moved -> {
                      throw new IllegalStateException("no value");
                    },
                    x));
    assertThat(x.data()).containsExactly(3);
  }

  /** d/da of a·b² + a is b² + 1, d/db is 2ab. */
  @Test
  void gradientsOfANetworkComeByPath() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    Tensor a = Tensor.scalar(2);
    Tensor b = Tensor.of(Shape.of(1, 1), 3);
    parameters.put("a", a);
    parameters.put("b", b);

    Map<String, Tensor> gradients =
        NumericalGradient.gradients(
            () -> a.data()[0] * b.data()[0] * b.data()[0] + a.data()[0], parameters);

    assertThat(gradients.keySet()).containsExactly("a", "b");
    assertThat(Objects.requireNonNull(gradients.get("a")).data()[0]).isCloseTo(10, ROUNDING);
    assertThat(Objects.requireNonNull(gradients.get("b")).data()[0]).isCloseTo(12, ROUNDING);
  }
}
