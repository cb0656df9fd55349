package dev.lockstep.scratch.book.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The numbers that the book prints. */
class SimpleNetTest {

  /** The weights are printed to eight digits, and so are the answers. */
  private static final Offset<Double> PRINTED = within(1e-8);

  private final SimpleNet net =
      new SimpleNet(
          Tensor.of(
              Shape.of(2, 3), .24442401, .07673328, .0531962, -.43386236, -.72365264, -1.19456457));
  private final Tensor x = Tensor.of(Shape.of(1, 2), .6, .9);
  private final Tensor t = Tensor.of(Shape.of(1, 3), 0, 0, 1);

  @Test
  void predictsThePrintedScores() {
    assertThat(net.predict(x).data())
        .containsExactly(new double[] {-.24382172, -.60524741, -1.04319039}, PRINTED);
  }

  /** With the constant outside the logarithm it would be 1.5631117. */
  @Test
  void hasThePrintedLoss() {
    assertThat(net.loss(x, t)).isCloseTo(1.5631113398, PRINTED);
  }

  /** The last column is −.47430986 and not −.47431009: the loss has the book's constant. */
  @Test
  void hasThePrintedNumericalGradient() {
    double[] gradient = net.numericalGradient(x, t).data();

    assertThat(gradient[2]).isCloseTo(-.47430986, PRINTED);
    // The constant takes 1e-7 ÷ .2095 off every entry.
    Offset<Double> constant = within(5e-7);
    assertThat(gradient)
        .containsExactly(
            new double[] {.27955149, .1947586, -.47431009, .41932724, .29213789, -.71146514},
            constant);
  }

  @Test
  void refusesOtherShapes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SimpleNet(Tensor.zeros(Shape.of(3, 2))))
        .withMessage("W: expected 2×3, found 3×2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> net.predict(Tensor.zeros(Shape.of(1, 3))))
        .withMessage("x: expected 2 features, found 1×3");
  }
}
