package dev.lockstep.scratch.book.deeplearning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.scratch.kernels.MatrixProduct;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfPrecisionTest {

  private static final MatrixProduct PRODUCT = new MatrixProduct(HalfPrecisionBlas.instance());

  /** Computed by NumPy's float16. */
  @ParameterizedTest
  @CsvSource({
    "0.1, 0.0999755859375",
    "0.333333333333333, 0.333251953125",
    "-3.14159265358979, -3.140625",
    "2049, 2048",
    "2051, 2052",
    "65519, 65504",
    "65520, Infinity",
    "-1e300, -Infinity",
    "1e-5, 1.0013580322265625e-05",
    "6.1e-05, 6.097555160522461e-05",
    "2.9802322387695312e-08, 0",
    "2.98023223876954e-08, 5.960464477539063e-08",
    "-0.0, -0.0",
    "NaN, NaN",
  })
  void roundsToTheNearestHalfAndToTheEvenOneOfTwo(Double x, Double half) {
    assertThat(Double.valueOf(HalfPrecision.round(x))).isEqualTo(half);
  }

  @Test
  void everyHalfIsItsOwnNearest() {
    for (int exponent = -24; exponent <= 5; exponent++) {
      for (int significand = 0; significand < 2048; significand++) {
        double half = significand * Math.pow(2, exponent);
        assertThat(HalfPrecision.round(half)).isEqualTo(half);
      }
    }
  }

  /** 2048 + 1 is 2048 in half precision: a sum in it stops to grow, one rounded at its end not. */
  @Test
  void sumsAreRoundedAfterEveryTerm() {
    double[] c = new double[1];
    PRODUCT.multiply(1, 1, 3, new double[] {2048, 1, 1}, new double[] {1, 1, 1}, c);
    assertThat(c).containsExactly(2048);
    PRODUCT.multiply(1, 1, 3, new double[] {1, 1, 2048}, new double[] {1, 1, 1}, c);
    assertThat(c).containsExactly(2050);
  }

  @Test
  void productsOfSmallWholeNumbersAreExactHoweverTheMatricesLie() {
    double[] a = {1, 2, 3, 4, 5, 6}; // 2×3, or 3×2 transposed
    double[] b = {7, 8, 9, 10, 11, 12}; // 3×2, or 2×3 transposed
    double[] c = new double[4];
    PRODUCT.multiply(2, 2, 3, a, b, c);
    assertThat(c).containsExactly(58, 64, 139, 154);
    PRODUCT.multiplySecondTransposed(2, 2, 3, a, b, c);
    assertThat(c).containsExactly(50, 68, 122, 167);
    PRODUCT.multiplyFirstTransposed(2, 2, 3, a, b, c);
    assertThat(c).containsExactly(89, 98, 116, 128);
    PRODUCT.add(2, 2, 3, a, b, c, 0);
    assertThat(c).containsExactly(147, 162, 255, 282);
  }

  @Test
  void whatHalfPrecisionDoesNotKnowIsRefused() {
    assertThatThrownBy(() -> HalfPrecisionBlas.instance().dscal(1, 2, new double[1], 1))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("dscal");
  }
}
