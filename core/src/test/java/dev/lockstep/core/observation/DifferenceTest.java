package dev.lockstep.core.observation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DifferenceTest {

  private static Tensor row(double... values) {
    return Tensor.of(Shape.of(values.length), values);
  }

  @Test
  void namesTheLargestAbsoluteAndTheLargestRelativeDifferenceEachWithItsPlace() {
    Difference difference = Difference.between(row(100, 1, 2), row(104, 1.5, 2));
    assertThat(difference.maxAbs()).isEqualTo(4);
    assertThat(difference.maxAbsAt()).isEqualTo(0);
    assertThat(difference.maxRel()).isEqualTo(0.5 / 1.5);
    assertThat(difference.maxRelAt()).isEqualTo(1);
    assertThat(difference.finite()).isTrue();
  }

  @Test
  void seesReversedElementsThoughMeanAndDeviationAreTheSame() {
    assertThat(Difference.between(row(1, 2, 3), row(3, 2, 1)).maxAbs()).isEqualTo(2);
  }

  @Test
  void neverTransposes() {
    Tensor wide = Tensor.zeros(Shape.of(2, 3));
    Tensor tall = Tensor.zeros(Shape.of(3, 2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Difference.between(wide, tall))
        .withMessageContainingAll("2×3", "3×2");
  }

  @Test
  void neverBroadcasts() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Difference.between(Tensor.zeros(Shape.of(1, 3)), row(0, 0, 0)));
  }

  @ParameterizedTest
  @CsvSource({
    "NaN, 1",
    "1, NaN",
    "NaN, NaN",
    "Infinity, 1",
    "1, -Infinity",
    "Infinity, Infinity",
    "Infinity, -Infinity",
    "NaN, Infinity"
  })
  void isNotFiniteWhereOneElementIsNot(double reference, double candidate) {
    Difference difference = Difference.between(row(0, reference, 3), row(0, candidate, 5));
    assertThat(difference.finite()).isFalse();
    assertThat(difference.nonFiniteAt()).isEqualTo(1);
    assertThat(difference.nonFinite()).isEqualTo(1);
    assertThat(difference.maxAbs()).as("of the finite elements").isEqualTo(2);
    assertThat(difference.error()).isNaN();
  }

  @Test
  void takesFiniteElementsWhoseDifferenceOverflowsForFinite() {
    Difference difference = Difference.between(row(1e308), row(-1e308));
    assertThat(difference.finite()).isTrue();
    assertThat(difference.maxAbs()).isInfinite();
    assertThat(difference.maxAbsAt()).isEqualTo(0);
  }

  @Test
  void isZeroBetweenZerosOfEitherSignAndOfEmptyTensors() {
    assertThat(Difference.between(row(0.0), row(-0.0)).maxAbs()).isZero();
    Difference empty = Difference.between(row(), row());
    assertThat(empty.maxAbs()).isZero();
    assertThat(empty.maxAbsAt()).isEqualTo(-1);
    assertThat(empty.finite()).isTrue();
  }

  @Test
  void tellsTheReferencesLargestMagnitude() {
    assertThat(Difference.between(row(1, -7, 2), row(1, 9, 2)).magnitude()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void countsAnElementThatIsNotFiniteAsMismatchedEvenIfBothSidesShareIt(double element) {
    assertThat(Difference.mismatched(row(element, 1), row(element, 1), 1)).isEqualTo(1);
    assertThat(Difference.mismatched(row(element, 1), row(2, 1), 1)).isEqualTo(1);
    assertThat(Difference.mismatched(row(2, 1), row(element, 1), 1)).isEqualTo(1);
  }

  @Test
  void countsElementsBeyondWhatIsAllowed() {
    assertThat(Difference.mismatched(row(0, 0, 0), row(1, 2, 3), 2)).isEqualTo(1);
    assertThat(Difference.mismatched(row(1, 2), row(1, 2), 0)).isZero();
  }
}
