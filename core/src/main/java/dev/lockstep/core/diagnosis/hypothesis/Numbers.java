package dev.lockstep.core.diagnosis.hypothesis;

import dev.lockstep.core.tensor.Tensor;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;

/** Arithmetic on rows of numbers, and how one of them is told. */
public final class Numbers {

  private static final double NEXT_TO_ONE = 1e-3;

  /** A fitted number is exact to about so many digits. */
  private static final MathContext DIGITS = new MathContext(6);

  /** Digits of numbers that people write down. */
  private static final MathContext WRITTEN = new MathContext(7);

  /** How far a fit to exact numbers may be off, relatively. */
  private static final double FIT = 1e-12;

  private Numbers() {}

  public static double[] each(int size, IntToDoubleFunction value) {
    double[] values = new double[size];
    for (int i = 0; i < size; i++) {
      values[i] = value.applyAsDouble(i);
    }
    return values;
  }

  /** Returns a tensor of the same shape with other elements. */
  public static Tensor like(Tensor tensor, IntToDoubleFunction element) {
    return Tensor.of(tensor.shape(), each(tensor.size(), element));
  }

  public static double[] times(double factor, double[] values) {
    return each(values.length, i -> factor * values[i]);
  }

  public static double[] plus(double[] a, double factor, double[] b) {
    return each(a.length, i -> a[i] + factor * b[i]);
  }

  public static double[] minus(double[] a, double[] b) {
    return plus(a, -1, b);
  }

  public static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  public static double norm(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }

  /** Returns exp(a) ÷ Σ exp(a) over all of it. */
  public static double[] softmax(double[] scores) {
    double max = Arrays.stream(scores).max().orElse(0);
    double[] y = each(scores.length, i -> Math.exp(scores[i] - max));
    return times(1 / sum(y), y);
  }

  /** Returns the softmax over each column in place of each row. */
  public static double[] softmaxByColumn(double[] scores, int columns) {
    double[] y = each(scores.length, i -> Math.exp(scores[i]));
    double[] sums = new double[columns];
    for (int i = 0; i < y.length; i++) {
      sums[i % columns] += y[i];
    }
    return each(y.length, i -> y[i] / sums[i % columns]);
  }

  /** Returns the factor by which the first comes nearest to the second; NaN if it is all zeros. */
  public static double leastSquares(double[] reference, double[] candidate) {
    double product = 0;
    double square = 0;
    for (int i = 0; i < reference.length; i++) {
      product += reference[i] * candidate[i];
      square += reference[i] * reference[i];
    }
    return square == 0 ? Double.NaN : product / square;
  }

  /** Returns the factors by which the sum of two comes nearest to a third. */
  public static double[] leastSquares(double[] a, double[] b, double[] sum) {
    double aa = 0;
    double ab = 0;
    double bb = 0;
    double as = 0;
    double bs = 0;
    for (int i = 0; i < sum.length; i++) {
      aa += a[i] * a[i];
      ab += a[i] * b[i];
      bb += b[i] * b[i];
      as += a[i] * sum[i];
      bs += b[i] * sum[i];
    }
    double determinant = aa * bb - ab * ab;
    return new double[] {(as * bb - bs * ab) / determinant, (aa * bs - ab * as) / determinant};
  }

  /** Returns the sums over the rows of a matrix. */
  public static double[] columnSums(Tensor tensor, int width) {
    double[] sums = new double[width];
    for (int i = 0; i < tensor.size(); i++) {
      sums[i % width] += tensor.data()[i];
    }
    return sums;
  }

  /**
   * Returns the number of few digits that a fit can only mean, else what was fitted: a rate or a
   * share that somebody wrote down is one.
   */
  public static double exact(double fitted) {
    if (!Double.isFinite(fitted)) {
      return fitted;
    }
    double rounded = new BigDecimal(fitted).round(WRITTEN).doubleValue();
    return Math.abs(rounded - fitted) <= FIT * Math.abs(fitted) ? rounded : fitted;
  }

  /** Returns the number of the fewest digits between two, the second included unless it is 0. */
  public static double between(double open, double end) {
    double low = Math.min(open, end);
    double high = Math.max(open, end);
    for (int scale = -6; scale < 18; scale++) {
      double up = new BigDecimal(low).setScale(scale, RoundingMode.CEILING).doubleValue();
      if (up > low && up < high) {
        return up;
      }
    }
    return open;
  }

  /** Returns a setting without the digits that fitting or arithmetic added. */
  public static String setting(double value) {
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
  public static String factor(double factor) {
    double excess = factor - 1;
    return Math.abs(excess) < NEXT_TO_ONE
        ? String.format(Locale.ROOT, "1 %s %.3g", excess < 0 ? "-" : "+", Math.abs(excess))
        : setting(factor);
  }
}
