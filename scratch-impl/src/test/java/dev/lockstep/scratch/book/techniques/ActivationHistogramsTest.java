package dev.lockstep.scratch.book.techniques;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ActivationHistogramsTest {

  private static final int NUMBERS = 1000 * 100;

  private static List<Tensor> activations(InitialValues initial, ActivationFunction function) {
    Random random = new Random(1);
    Tensor input = ActivationHistograms.input(random);
    return ActivationHistograms.activations(
        input, ActivationHistograms.weights(initial, random), function);
  }

  private static double meanSquare(Tensor tensor) {
    return Arrays.stream(tensor.data()).map(x -> x * x).average().orElseThrow();
  }

  @Test
  void countsByHand() {
    Tensor values = Tensor.of(Shape.of(3, 3), -0.1, 0, 0.24, 0.25, 0.5, 0.99, 1, 1.01, Double.NaN);

    assertThat(ActivationHistograms.histogram(values, 4, 0, 1).data()).containsExactly(2, 1, 1, 2);
  }

  @Test
  void everyLayerHasAsManyActivations() {
    List<Tensor> layers = activations(new InitialValues.Xavier(), ActivationFunction.SIGMOID);

    assertThat(layers)
        .hasSize(5)
        .allSatisfy(
            layer -> {
              assertThat(layer.shape()).isEqualTo(Shape.of(1000, 100));
              Tensor counts = ActivationHistograms.histogram(layer, 30, 0, 1);
              assertThat(Arrays.stream(counts.data()).sum()).isEqualTo(NUMBERS);
            });
  }

  /** With deviation 1 a sum of 100 is far outside of where a sigmoid bends. */
  @Test
  void largeWeightsDriveASigmoidToItsEnds() {
    Tensor last = activations(new InitialValues.Normal(1), ActivationFunction.SIGMOID).get(4);

    double[] counts = ActivationHistograms.histogram(last, 10, 0, 1).data();

    assertThat(counts[0] + counts[9]).isGreaterThan(0.6 * NUMBERS);
    assertThat(counts[4] + counts[5]).isLessThan(0.1 * NUMBERS);
  }

  /**
   * With deviation .01 the sum over 100 halves has deviation .05: a sigmoid of it is .5 ± .0125.
   */
  @Test
  void smallWeightsLeaveEveryUnitTheSame() {
    Tensor last = activations(new InitialValues.Normal(0.01), ActivationFunction.SIGMOID).get(4);

    double[] counts = ActivationHistograms.histogram(last, 10, 0, 1).data();

    assertThat(counts[4] + counts[5]).isEqualTo(NUMBERS);
    double deviation =
        Math.sqrt(Arrays.stream(last.data()).map(y -> (y - .5) * (y - .5)).average().orElseThrow());
    assertThat(deviation).isCloseTo(.0125, within(.003));
  }

  /**
   * On paper: with He's values the mean square after a ReLU is 1 in every layer; with deviation .01
   * it is .005 (after the first layer, whose input was not halved, .01 · ½) and falls to 1/200 from
   * layer to layer. Each layer of 100 units is off by about a fifth.
   */
  @Test
  void heKeepsTheSpreadOfReluAndSmallWeightsLoseIt() {
    List<Tensor> he = activations(new InitialValues.He(), ActivationFunction.RELU);
    List<Tensor> small = activations(new InitialValues.Normal(0.01), ActivationFunction.RELU);

    assertThat(meanSquare(he.get(0))).isCloseTo(1, within(.3));
    assertThat(meanSquare(he.get(4))).isCloseTo(1, within(.6));
    assertThat(meanSquare(small.get(0))).isCloseTo(.005, within(.0015));
    assertThat(Math.log10(meanSquare(small.get(4))))
        .isCloseTo(Math.log10(.005) - 4 * Math.log10(200), within(.4));
  }

  @Test
  void refusesAnEmptyRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ActivationHistograms.histogram(Tensor.scalar(1), 10, 1, 1))
        .withMessageContaining("a range");
  }
}
