package dev.lockstep.core.diagnosis;

import dev.lockstep.core.tensor.Tensor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;

/** Arithmetic on rows of numbers, and how one of them is told. */
final class Numbers {

  private static final double NEXT_TO_ONE = 1e-3;

  /** A fitted number is exact to about so many digits. */
  private static final MathContext DIGITS = new MathContext(6);

  private Numbers() {}

  static double[] each(int size, IntToDoubleFunction value) {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = value.applyAsDouble(i);
    }
    return values;
  }

  static double[] times(double factor, double[] values) {
    return each(values.length, i -> factor * values[i]);
  }

  static double[] plus(double[] a, double factor, double[] b) {
    return each(a.length, i -> a[i] + factor * b[i]);
  }

  static double[] minus(double[] a, double[] b) {
    return plus(a, -1, b);
  }

  static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  static double norm(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }

  /** Returns the factor by which the first comes nearest to the second; NaN if it is all zeros. */
  static double leastSquares(double[] reference, double[] candidate) {
    double product = 0;
    double square = 0;
    for (int i = 0; i < reference.length; i++) {
      product += reference[i] * candidate[i];
      square += reference[i] * reference[i];
    }
    return square == 0 ? Double.NaN : product / square;
  }

  /** Returns the sums over the rows of a matrix. */
  static double[] columnSums(Tensor tensor, int width) {
    double[] sums = new double[width];
    for (int i = 0; i < tensor.size(); i++) {
      sums[i % width] += tensor.data()[i];
    }
    return sums;
  }

  /** Returns a setting without the digits that fitting or arithmetic added. */
  static String setting(double value) {
    if (!Double.isFinite(value)) {
      return String.valueOf(value);
    }
    return new BigDecimal(value)
        .round(DIGITS)
        .stripTrailingZeros()
        .toString()
        .toLowerCase(Locale.ROOT);
  }

  /** Returns a factor; next to 1 it is the distance from 1 that tells something. */
  static String factor(double factor) {
    double excess = factor - 1;
    return Math.abs(excess) < NEXT_TO_ONE
        ? String.format(Locale.ROOT, "1 %s %.3g", excess < 0 ? "-" : "+", Math.abs(excess))
        : setting(factor);
  }
}
