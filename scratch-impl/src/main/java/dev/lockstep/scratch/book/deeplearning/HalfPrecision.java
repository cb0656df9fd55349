package dev.lockstep.scratch.book.deeplearning;

import dev.lockstep.core.tensor.Tensor;

/**
 * Numbers of 16 bits (section 8.3.4; IEEE 754 binary16): eleven significant bits, from 2⁻²⁴ to
 * 65504.
 */
public final class HalfPrecision {

  /** Significant bits of a double beyond those of a half. */
  private static final int BITS_DROPPED = 52 - 10;

  private static final double LARGEST = 65504;

  /** Below it, halves lie 2⁻²⁴ apart whatever their size. */
  private static final double SMALLEST_NORMAL = 0x1p-14;

  private static final double SMALLEST = 0x1p-24;

  private HalfPrecision() {}

  /** Returns the nearest half, the even one of two; infinity where none is large enough. */
  public static double round(double x) {
    if (Math.abs(x) < SMALLEST_NORMAL) {
      return Math.rint(x / SMALLEST) * SMALLEST;
    }
    long bits = Double.doubleToRawLongBits(x);
    long even = bits >>> BITS_DROPPED & 1;
    long up = (1L << (BITS_DROPPED - 1)) - 1 + even;
    double rounded = Double.longBitsToDouble((bits + up) & -1L << BITS_DROPPED);
    if (Double.isNaN(x)) {
      return x;
    }
    return Math.abs(rounded) <= LARGEST ? rounded : Math.copySign(Double.POSITIVE_INFINITY, x);
  }

  /** Returns a tensor of the nearest halves. */
  public static Tensor round(Tensor x) {
    Tensor rounded = x.copy();
    double[] values = rounded.data();
    for (int i = 0; i < values.length; i++) {
      values[i] = round(values[i]);
    }
    return rounded;
  }
}
