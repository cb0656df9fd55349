package dev.lockstep.scratch.book.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class GradientDescentTest {

  /** Published as −6.1e-10 and 8.1e-10. */
  private static final Offset<Double> PUBLISHED = within(5e-12);

  private static final Tensor START = Tensor.of(Shape.of(2), -3, 4);

  @Test
  void reachesThePublishedPoint() {
    Tensor path = GradientDescent.path(NumericalGradientTest::sumOfSquares, START, 0.1, 100);

    assertThat(path.shape()).isEqualTo(Shape.of(101, 2));
    assertThat(path.data()[200]).isCloseTo(-6.1e-10, PUBLISHED);
    assertThat(path.data()[201]).isCloseTo(8.1e-10, PUBLISHED);
    assertThat(START.data()).containsExactly(-3, 4);
  }

  /** x ← x − 0.1·2x = 0.8·x. */
  @Test
  void everyStepShrinksByAFifth() {
    Tensor path = GradientDescent.path(NumericalGradientTest::sumOfSquares, START, 0.1, 3);

    assertThat(path.data())
        .containsExactly(
            new double[] {-3, 4, -2.4, 3.2, -1.92, 2.56, -1.536, 2.048}, within(1e-11));
  }

  /** Known from the book: too large a rate runs away, too small a rate stays. */
  @Test
  void theLearningRateDecides() {
    Tensor away = GradientDescent.path(NumericalGradientTest::sumOfSquares, START, 10, 100);
    Tensor stays = GradientDescent.path(NumericalGradientTest::sumOfSquares, START, 1e-10, 100);

    assertThat(Math.abs(away.data()[200])).isGreaterThan(1e10);
    assertThat(stays.data()[200]).isCloseTo(-3, within(1e-7));
  }

  @Test
  void arrowsPointAgainstTheGradientOnTheWholeGrid() {
    Map<String, Tensor> field =
        GradientField.arrows(NumericalGradientTest::sumOfSquares, -2, 2.5, 0.25);

    double[] x0 = Objects.requireNonNull(field.get("x0")).data();
    double[] x1 = Objects.requireNonNull(field.get("x1")).data();
    assertThat(field.values()).allSatisfy(t -> assertThat(t.shape()).isEqualTo(Shape.of(18, 18)));
    assertThat(new double[] {x0[0], x0[1], x0[17], x1[0], x1[18], x1[323]})
        .containsExactly(-2, -1.75, 2.25, -2, -1.75, 2.25);
    double[] arrow0 = Objects.requireNonNull(field.get("arrow0")).data();
    double[] arrow1 = Objects.requireNonNull(field.get("arrow1")).data();
    for (int i = 0; i < x0.length; i++) {
      assertThat(arrow0[i]).isCloseTo(-2 * x0[i], within(1e-11));
      assertThat(arrow1[i]).isCloseTo(-2 * x1[i], within(1e-11));
    }
  }

  @Test
  void refusesAStartThatIsNoPoint() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                GradientDescent.path(
                    NumericalGradientTest::sumOfSquares, Tensor.scalar(1), 0.1, 100))
        .withMessageContaining("expected a vector");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                GradientDescent.path(
                    NumericalGradientTest::sumOfSquares,
                    Tensor.of(Shape.of(1), Double.NaN),
                    0.1,
                    100))
        .withMessageContaining("start: expected finite numbers");
  }
}
