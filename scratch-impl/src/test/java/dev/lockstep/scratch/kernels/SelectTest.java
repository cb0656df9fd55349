package dev.lockstep.scratch.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

class SelectTest {

  @Test
  void keepsWhatIsPositive() {
    assertThat(Select.ifPositive(1, -2)).isEqualTo(-2);
    assertThat(Select.ifPositive(Double.MIN_VALUE, 3)).isEqualTo(3);
    assertThat(Select.ifPositive(Double.POSITIVE_INFINITY, -4)).isEqualTo(-4);
    assertThat(Select.ifPositive(Double.NaN, 5)).isEqualTo(5);
    double[] notPositive = {0, -0.0, -Double.MIN_VALUE, -1, Double.NEGATIVE_INFINITY};
    for (double condition : notPositive) {
      assertThat(Double.doubleToRawLongBits(Select.ifPositive(condition, -7))).isZero();
    }
  }

  @Test
  void findsTheFirstOfTheLargest() {
    // 3 columns, windows of 2×2 at position 1 and of 2×3 at 0
    double[] values = {0, 4, 2, 7, 1, 4};
    assertThat(Select.largest(values, 1, 3, 2, 2)).isEqualTo(1);
    assertThat(Select.largest(values, 0, 3, 2, 3)).isEqualTo(3);
    assertThat(Select.largest(new double[] {5, 5, 5, 5, 5, 5}, 0, 3, 2, 3)).isZero();
    assertThat(Select.largest(new double[] {-0.0, 0.0, 0.0, -0.0}, 0, 2, 2, 2)).isZero();
    assertThat(Select.largest(new double[] {-0.0, 0.0, 0.0}, 0, 3, 1, 3)).isZero();
    assertThat(Select.largest(new double[] {-2, -1, Double.MIN_VALUE, 0}, 0, 2, 2, 2)).isEqualTo(2);
  }

  @Test
  void agreesWithBranchesOnRandomWindows() {
    Random random = new Random(3);
    for (int run = 0; run < 1000; run++) {
      double[] values = random.ints(9, -2, 3).asDoubleStream().toArray();
      for (int window = 2; window <= 3; window++) {
        int expected = 0;
        for (int y = 0; y < window; y++) {
          for (int x = 0; x < window; x++) {
            if (values[3 * y + x] > values[expected]) {
              expected = 3 * y + x;
            }
          }
        }
        assertThat(Select.largest(values, 0, 3, window, window)).isEqualTo(expected);
      }
    }
  }
}
