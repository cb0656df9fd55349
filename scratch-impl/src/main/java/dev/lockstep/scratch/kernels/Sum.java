package dev.lockstep.scratch.kernels;

import java.util.Arrays;

/** Sums of many numbers. */
public final class Sum {

  private Sum() {}

  /**
   * Returns the sum of the elements from … to − 1. Four sums at once: a single one would wait for
   * each addition before the next.
   */
  public static double of(double[] values, int from, int to) {
    double sum0 = 0;
    double sum1 = 0;
    double sum2 = 0;
    double sum3 = 0;
    int i = from;
    for (; i < to - 3; i += 4) {
      sum0 += values[i];
      sum1 += values[i + 1];
      sum2 += values[i + 2];
      sum3 += values[i + 3];
    }
    for (; i < to; i++) {
      sum0 += values[i];
    }
    return (sum0 + sum1) + (sum2 + sum3);
  }

  /** Sets {@code sum} to the sum of some arrays, in their order. */
  public static void of(double[][] arrays, double[] sum) {
    Arrays.fill(sum, 0);
    for (double[] array : arrays) {
      for (int i = 0; i < sum.length; i++) {
        sum[i] += array[i];
      }
    }
  }
}
