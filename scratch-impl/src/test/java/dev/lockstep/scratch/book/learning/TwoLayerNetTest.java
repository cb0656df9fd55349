package dev.lockstep.scratch.book.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class TwoLayerNetTest {

  /** The loss's constant against the derivative without it, 1e-7 ÷ (y + 1e-7), at y above .05. */
  private static final Offset<Double> CONSTANT = within(2e-6);

  private final Tensor x = Tensor.of(Shape.of(3, 4), .1, 0, .9, .4, .8, 0, .2, .3, .5, 0, .5, 1);
  private final Tensor t = Tensor.of(Shape.of(3, 3), 1, 0, 0, 0, 0, 1, 0, 1, 0);

  private static TwoLayerNet net() {
    return new TwoLayerNet(4, 5, 3, 0.5, new Random(1));
  }

  private static Tensor parameter(TwoLayerNet net, String path) {
    return Objects.requireNonNull(net.parameters().get(path));
  }

  /** With all weights 0 every class has the same probability, whatever is shown. */
  @Test
  void knowsNothingWithoutWeights() {
    TwoLayerNet blank = new TwoLayerNet(4, 5, 3, 0, new Random(1));

    assertThat(blank.predict(x).data()).containsOnly(1.0 / 3);
    assertThat(blank.loss(x, t)).isCloseTo(Math.log(3), CONSTANT);
    assertThat(blank.accuracy(x, t)).isEqualTo(1.0 / 3);
  }

  @Test
  void aSampleByItselfIsPredictedAsInItsBatch() {
    TwoLayerNet net = net();
    Tensor second = Tensor.of(Shape.of(4), .8, 0, .2, .3);

    double[] batch = net.predict(x).data();

    assertThat(net.predict(second).data()).containsExactly(batch[3], batch[4], batch[5]);
  }

  /** On paper: the gradient at the last bias is the mean of y − t over the batch. */
  @Test
  void theGradientOfTheLastBiasIsTheMeanError() {
    TwoLayerNet net = net();
    double[] y = net.predict(x).data();

    double[] gradient = Objects.requireNonNull(net.numericalGradient(x, t).get("affine2/b")).data();

    for (int k = 0; k < 3; k++) {
      double error = 0;
      for (int row = 0; row < 3; row++) {
        error += (y[3 * row + k] - t.data()[3 * row + k]) / 3;
      }
      assertThat(gradient[k]).isCloseTo(error, CONSTANT);
    }
  }

  @Test
  void aPixelThatIsAlwaysBlackMovesNothing() {
    Tensor gradient = Objects.requireNonNull(net().numericalGradient(x, t).get("affine1/W"));

    assertThat(gradient.shape()).isEqualTo(Shape.of(4, 5));
    for (int unit = 0; unit < 5; unit++) {
      assertThat(gradient.data()[5 + unit]).isZero();
      assertThat(gradient.data()[unit]).isNotZero();
    }
  }

  @Test
  void learnsThreeSamplesByHeart() {
    TwoLayerNet net = net();

    for (int step = 0; step < 500; step++) {
      net.step(x, t, 1);
    }

    assertThat(net.accuracy(x, t)).isOne();
    assertThat(net.loss(x, t)).isLessThan(0.1);
  }

  @Test
  void goesOnFromParametersThatItCopies() {
    TwoLayerNet net = net();
    TwoLayerNet twin = new TwoLayerNet(net.parameters());
    twin.step(x, t, 1);

    assertThat(net.parameters()).isEqualTo(net().parameters());
    assertThat(parameter(twin, "affine1/W")).isNotEqualTo(parameter(net, "affine1/W"));
  }

  @Test
  void refusesWhatDoesNotFit() {
    TwoLayerNet net = net();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> net.predict(Tensor.zeros(Shape.of(2, 5))))
        .withMessage("affine1: expected 4 features, found 2×5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> net.predict(Tensor.zeros(Shape.of(0, 4))))
        .withMessageContaining("affine1")
        .withMessageContaining("at least one");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> net.loss(Tensor.filled(Shape.of(3, 4), Double.NaN), t))
        .withMessage("affine1: expected finite numbers, found NaN at [0, 0]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> net.loss(x, Tensor.zeros(Shape.of(3, 4))))
        .withMessage("targets: expected 3×3, found 3×4");

    Map<String, Tensor> parameters = new LinkedHashMap<>(net.parameters());
    parameters.put("affine2/W", Tensor.zeros(Shape.of(4, 3)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TwoLayerNet(parameters))
        .withMessage("affine2/W: expected 5×3, found 4×3");
    parameters.remove("affine1/b");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TwoLayerNet(parameters))
        .withMessageContaining("affine1/b: expected a tensor, found only");
  }
}
