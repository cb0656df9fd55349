package dev.lockstep.scratch.book.neuralnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ActivationsTest {

  /** The book prints eight digits. */
  private static final Offset<Double> PRINTED = within(5e-9);

  /** Rounding of a handful of operations on numbers near 1. */
  private static final Offset<Double> ROUNDING = within(1e-15);

  @Test
  void stepIsOneOnlyAboveZero() {
    assertThat(Activations.step(-1)).isZero();
    assertThat(Activations.step(0)).isZero();
    assertThat(Activations.step(Double.MIN_VALUE)).isOne();
  }

  @Test
  void sigmoidHasThePrintedValues() {
    assertThat(Activations.sigmoid(-1)).isCloseTo(0.26894142, PRINTED);
    assertThat(Activations.sigmoid(1)).isCloseTo(0.73105858, PRINTED);
    assertThat(Activations.sigmoid(2)).isCloseTo(0.88079708, PRINTED);
    assertThat(Activations.sigmoid(0)).isEqualTo(0.5);
  }

  @Test
  void sigmoidStaysFiniteAtTheEnds() {
    assertThat(Activations.sigmoid(-1e4)).isZero();
    assertThat(Activations.sigmoid(1e4)).isOne();
  }

  @Test
  void reluCutsWhatIsNegative() {
    assertThat(Activations.relu(-3)).isZero();
    assertThat(Activations.relu(3)).isEqualTo(3);
    assertThat(Activations.relu(Double.NaN)).isNaN();
  }

  /** tanh(x) = 2·sigmoid(2x) − 1. */
  @Test
  void tanhIsAStretchedSigmoid() {
    for (double x : new double[] {-3, -0.5, 0, 0.1, 2}) {
      assertThat(Activations.tanh(x)).isCloseTo(2 * Activations.sigmoid(2 * x) - 1, ROUNDING);
    }
  }

  @Test
  void softmaxHasThePrintedValues() {
    Tensor y = Activations.softmax(Tensor.of(Shape.of(3), 0.3, 2.9, 4.0));

    assertThat(y.data())
        .containsExactly(new double[] {0.01821127, 0.24519181, 0.73659691}, PRINTED);
  }

  @Test
  void softmaxDoesNotOverflow() {
    Tensor y = Activations.softmax(Tensor.of(Shape.of(3), 1010, 1000, 990));

    // exp(−10) and exp(−20) against 1.
    double sum = 1 + Math.exp(-10) + Math.exp(-20);
    assertThat(y.data())
        .containsExactly(
            new double[] {1 / sum, Math.exp(-10) / sum, Math.exp(-20) / sum}, ROUNDING);
  }

  /** A softmax over the whole batch would make each row depend on the other. */
  @Test
  void softmaxTakesEachRowByItself() {
    Tensor y = Activations.softmax(Tensor.of(Shape.of(2, 2), 0, 0, 700, 700 + Math.log(3)));

    assertThat(y.data()).containsExactly(new double[] {0.5, 0.5, 0.25, 0.75}, within(1e-13));
  }

  @Test
  void softmaxRefusesAnEmptyBatch() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Activations.softmax(Tensor.zeros(Shape.of(0, 10))))
        .withMessageContaining("softmax")
        .withMessageContaining("0×10");
  }

  @Test
  void curvesHoldEachFunctionOnTheSamePositions() {
    Map<String, Tensor> curves = Activations.curves(-6, 6, 0.1);

    assertThat(curves.keySet()).containsExactly("x", "step", "sigmoid", "relu", "tanh");
    assertThat(curves.values()).allSatisfy(c -> assertThat(c.shape()).isEqualTo(Shape.of(120)));
    double[] x = Objects.requireNonNull(curves.get("x")).data();
    assertThat(x[0]).isEqualTo(-6);
    assertThat(x[119]).isCloseTo(5.9, within(1e-14));
    assertThat(Objects.requireNonNull(curves.get("sigmoid")).data()[70])
        .isCloseTo(0.73105858, PRINTED);
  }

  @Test
  void everyFunctionOfALayerIsTheOneOfItsName() {
    assertThat(Activations.of(ActivationFunction.STEP).applyAsDouble(2)).isOne();
    assertThat(Activations.of(ActivationFunction.SIGMOID).applyAsDouble(0)).isEqualTo(0.5);
    assertThat(Activations.of(ActivationFunction.RELU).applyAsDouble(-2)).isZero();
    assertThat(Activations.of(ActivationFunction.TANH).applyAsDouble(1e9)).isOne();
    assertThat(Activations.of(ActivationFunction.IDENTITY).applyAsDouble(-2)).isEqualTo(-2);
  }
}
