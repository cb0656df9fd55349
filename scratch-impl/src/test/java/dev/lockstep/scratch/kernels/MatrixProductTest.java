package dev.lockstep.scratch.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MatrixProductTest {

  private final MatrixProduct product = MatrixProduct.pureJava();
  private final double[] c = new double[6];

  // a·b = ((1,2),(3,4))·((1,2,3),(4,5,6)) by hand.
  private static final double[] A = {1, 2, 3, 4};
  private static final double[] A_TRANSPOSED = {1, 3, 2, 4};
  private static final double[] B = {1, 2, 3, 4, 5, 6};
  private static final double[] B_TRANSPOSED = {1, 4, 2, 5, 3, 6};
  private static final double[] AB = {9, 12, 15, 19, 26, 33};

  @Test
  void multipliesRowMajorMatrices() {
    product.multiply(2, 3, 2, A, B, c);
    assertThat(c).containsExactly(AB);
  }

  @Test
  void multipliesTheFirstTransposed() {
    product.multiplyFirstTransposed(2, 3, 2, A_TRANSPOSED, B, c);
    assertThat(c).containsExactly(AB);
  }

  @Test
  void multipliesTheSecondTransposed() {
    product.multiplySecondTransposed(2, 3, 2, A, B_TRANSPOSED, c);
    assertThat(c).containsExactly(AB);
  }

  @Test
  void addsToWhatIsThereFromAnOffsetOn() {
    double[] sum = {-1, 1, 1, 1, 1, 1, 1};
    product.add(2, 3, 2, A, B, sum, 1);
    assertThat(sum).containsExactly(-1, 10, 13, 16, 20, 27, 34);
  }

  @Test
  void addsTheSecondTransposed() {
    double[] sum = {1, 1, 1, 1, 1, 1};
    product.addSecondTransposed(2, 3, 2, new double[] {0, 0, 1, 2, 3, 4}, 2, B_TRANSPOSED, sum);
    assertThat(sum).containsExactly(10, 13, 16, 20, 27, 34);
  }

  @Test
  void multipliesTheFirstTransposedFromAnOffsetOn() {
    product.multiplyFirstTransposed(
        2, 3, 2, A_TRANSPOSED, new double[] {0, 1, 2, 3, 4, 5, 6}, 1, c);
    assertThat(c).containsExactly(AB);
  }

  /** A product that is cut into parts, of uneven size, against its definition. */
  @Test
  void largeProductsAreCutIntoParts() {
    int m = 101;
    int n = 50;
    int k = 100;
    // Small whole numbers: every sum is exact.
    double[] a = wholeNumbers(m * k, 1);
    double[] b = wholeNumbers(k * n, 2);
    double[] expected = new double[m * n];
    double[] aTransposed = new double[a.length];
    double[] bTransposed = new double[b.length];
    for (int l = 0; l < k; l++) {
      for (int i = 0; i < m; i++) {
        aTransposed[l * m + i] = a[i * k + l];
      }
      for (int j = 0; j < n; j++) {
        bTransposed[j * k + l] = b[l * n + j];
      }
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          expected[i * n + j] += a[i * k + l] * b[l * n + j];
        }
      }
    }
    double[] actual = new double[m * n];
    product.multiply(m, n, k, a, b, actual);
    assertThat(actual).containsExactly(expected);
    Arrays.fill(actual, 0);
    product.multiplyFirstTransposed(m, n, k, aTransposed, b, actual);
    assertThat(actual).containsExactly(expected);
    Arrays.fill(actual, 0);
    product.multiplySecondTransposed(m, n, k, a, bTransposed, actual);
    assertThat(actual).containsExactly(expected);
  }

  private static double[] wholeNumbers(int count, long seed) {
    return new Random(seed).ints(count, -9, 10).asDoubleStream().toArray();
  }

  @Test
  void doesNotReadWhatItOverwrites() {
    Arrays.fill(c, Double.NaN);
    product.multiply(2, 3, 2, A, B, c);
    assertThat(c).containsExactly(AB);
  }
}
