package dev.lockstep.scratch.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
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
    product.multiply(2, 3, 2, new double[] {0, 0, 1, 2, 3, 4}, 2, B, 0, 2, sum, 1);
    assertThat(sum).containsExactly(-1, 11, 14, 17, 21, 28, 35);
  }

  @Test
  void doesNotReadWhatItOverwrites() {
    Arrays.fill(c, Double.NaN);
    product.multiply(2, 3, 2, A, B, c);
    assertThat(c).containsExactly(AB);
  }
}
