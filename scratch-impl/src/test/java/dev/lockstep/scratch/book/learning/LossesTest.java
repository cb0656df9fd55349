package dev.lockstep.scratch.book.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/** The numbers that the book prints for its two example outputs. */
class LossesTest {

  private static final double[] GUESSES_TWO = {.1, .05, .6, 0, .05, .1, 0, .1, 0, 0};
  private static final double[] GUESSES_SEVEN = {.1, .05, .1, 0, .05, .1, 0, .6, 0, 0};
  private static final double[] IS_TWO = {0, 0, 1, 0, 0, 0, 0, 0, 0, 0};

  /** Printed in full: only the order of summation is free. */
  private static final Offset<Double> ROUNDING = within(1e-15);

  private static Tensor vector(double... values) {
    return Tensor.of(Shape.of(values.length), values);
  }

  private static Tensor batch() {
    double[] both = new double[20];
    System.arraycopy(GUESSES_TWO, 0, both, 0, 10);
    System.arraycopy(GUESSES_SEVEN, 0, both, 10, 10);
    return Tensor.of(Shape.of(2, 10), both);
  }

  @Test
  void sumOfSquaresIsHalfTheSquaredDistance() {
    assertThat(Losses.sumOfSquares(vector(GUESSES_TWO), vector(IS_TWO))).isCloseTo(.0975, ROUNDING);
    assertThat(Losses.sumOfSquares(vector(GUESSES_SEVEN), vector(IS_TWO)))
        .isCloseTo(.5975, ROUNDING);
  }

  /** Twice the sum of squares, divided by ten outputs. */
  @Test
  void meanSquaredIsAveragedOverTheOutputs() {
    assertThat(Losses.meanSquared(vector(GUESSES_TWO), vector(IS_TWO))).isCloseTo(.0195, ROUNDING);
  }

  @Test
  void crossEntropyHasThePrintedValues() {
    assertThat(crossEntropy(vector(GUESSES_TWO), vector(IS_TWO)))
        .isCloseTo(0.510825457099338, ROUNDING);
    assertThat(crossEntropy(vector(GUESSES_SEVEN), vector(IS_TWO)))
        .isCloseTo(2.302584092994546, ROUNDING);
  }

  @Test
  void aBatchCostsTheMeanOfItsSamples() {
    Tensor targets = Tensor.zeros(Shape.of(2, 10));
    targets.data()[2] = 1;
    targets.data()[12] = 1;

    assertThat(crossEntropy(batch(), targets))
        .isCloseTo((0.510825457099338 + 2.302584092994546) / 2, ROUNDING);
    assertThat(Losses.sumOfSquares(batch(), targets)).isCloseTo((.0975 + .5975) / 2, ROUNDING);
    assertThat(Losses.meanSquared(batch(), targets)).isCloseTo((.0195 + .1195) / 2, ROUNDING);
  }

  @Test
  void labelsCostTheSameAsOneHotTargets() {
    assertThat(Losses.crossEntropy(batch(), new int[] {2, 2}, LossSpec.BOOK_STABILIZER))
        .isCloseTo((0.510825457099338 + 2.302584092994546) / 2, ROUNDING);
    assertThat(Losses.crossEntropy(vector(GUESSES_TWO), new int[] {2}, LossSpec.BOOK_STABILIZER))
        .isCloseTo(0.510825457099338, ROUNDING);
  }

  /** −log(0 + 1e-7) = 7·log(10). Outside the logarithm the constant would leave infinity. */
  @Test
  void theConstantStandsInsideTheLogarithm() {
    assertThat(crossEntropy(vector(1, 0), vector(0, 1))).isCloseTo(7 * Math.log(10), within(1e-14));
  }

  @Test
  void withoutTheConstantAnImpossibleAnswerCostsInfinitelyMuch() {
    assertThat(Losses.crossEntropy(vector(1, 0), vector(0, 1), 0)).isInfinite();
    assertThat(Losses.crossEntropy(vector(1, 0), vector(1, 0), 0)).isZero();
  }

  @Test
  void refusesWhatDoesNotFit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> crossEntropy(batch(), vector(IS_TWO)))
        .withMessage("targets: expected 2×10, found 10");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Losses.crossEntropy(batch(), new int[] {2, 10}, 0))
        .withMessage("labels: expected 0 to 9, found 10 at 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Losses.crossEntropy(batch(), new int[] {2}, 0))
        .withMessage("labels: expected 2, one per sample, found 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> crossEntropy(vector(.5, .5), vector(Double.NaN, 1)))
        .withMessage("targets: expected finite numbers, found NaN at [0]");
    Tensor nothing = Tensor.zeros(Shape.of(0, 10));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Losses.sumOfSquares(nothing, nothing))
        .withMessageContaining("at least one");
  }

  private static double crossEntropy(Tensor y, Tensor t) {
    return Losses.crossEntropy(y, t, LossSpec.BOOK_STABILIZER);
  }
}
