package dev.lockstep.scratch.book.neuralnetwork;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class ThreeLayerNetworkTest {

  /** The book prints eight digits. */
  private static final Offset<Double> PRINTED = within(5e-9);

  private final ThreeLayerNetwork network = ThreeLayerNetwork.printed();

  @Test
  void givesThePrintedOutput() {
    Tensor y = network.forward(Tensor.of(Shape.of(2), 1, 0.5));

    assertThat(y.shape()).isEqualTo(Shape.of(2));
    assertThat(y.data()).containsExactly(new double[] {0.31682708, 0.69627909}, PRINTED);
  }

  @Test
  void aBatchGivesTheOutputsOfItsSamples() {
    Tensor batch = network.forward(Tensor.of(Shape.of(3, 2), 1, 0.5, -2, 7, 1, 0.5));

    assertThat(batch.shape()).isEqualTo(Shape.of(3, 2));
    double[] second = network.forward(Tensor.of(Shape.of(2), -2, 7)).data();
    assertThat(batch.data())
        .containsExactly(
            new double[] {0.31682708, 0.69627909, second[0], second[1], 0.31682708, 0.69627909},
            PRINTED);
  }

  @Test
  void refusesAnInputOfAnotherWidth() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.forward(Tensor.zeros(Shape.of(4, 3))))
        .withMessage("x: expected 2 features, found 4×3");
  }

  @Test
  void refusesWhatIsNotANumber() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> network.forward(Tensor.of(Shape.of(1, 2), 0, Double.NaN)))
        .withMessage("x: expected finite numbers, found NaN at [0, 1]");
  }
}
