package dev.lockstep.scratch.kernels;

/**
 * Choices without branches. Which elements are positive, or which of a window is the largest, is as
 * good as random: a branch would be mispredicted every other time and cost ten times the choice.
 */
public final class Select {

  private Select() {}

  /**
   * Returns {@code condition > 0 ? value : 0}.
   *
   * @param condition NaN counts as positive, unless its sign bit is set
   */
  public static double ifPositive(double condition, double value) {
    // As whole numbers, the bits of a positive number are positive and those of a negative one, of
    // the negative zero too, are negative.
    long bits = Double.doubleToRawLongBits(condition);
    long mask = (-bits & ~bits) >> 63;
    return Double.longBitsToDouble(Double.doubleToRawLongBits(value) & mask);
  }

  /**
   * Returns the position of the largest element of a window, of equal ones the first.
   *
   * @param corner the position of the window's first element
   * @param width of a row of what the window stands on
   */
  public static int largest(
      double[] values, int corner, int width, int windowHeight, int windowWidth) {
    if (windowHeight == 2 && windowWidth == 2) {
      return largestOfFour(values, corner, corner + width);
    }
    int winner = corner;
    for (int row = 0; row < windowHeight; row++) {
      int start = corner + row * width;
      for (int i = start; i < start + windowWidth; i++) {
        winner = larger(values, winner, i);
      }
    }
    return winner;
  }

  private static int larger(double[] values, int first, int second) {
    int mask = (int) smaller(values[first], values[second]);
    return first ^ ((first ^ second) & mask);
  }

  /** What {@link #larger} would find in three calls, with every number read once. */
  private static int largestOfFour(double[] values, int upper, int lower) {
    long upperMask = smaller(values[upper], values[upper + 1]);
    long lowerMask = smaller(values[lower], values[lower + 1]);
    int first = upper - (int) upperMask;
    int second = lower - (int) lowerMask;
    double top = either(values[upper], values[upper + 1], upperMask);
    double bottom = either(values[lower], values[lower + 1], lowerMask);
    int mask = (int) smaller(top, bottom);
    return first ^ ((first ^ second) & mask);
  }

  /** Returns ones where a is smaller than b, otherwise zeros. */
  private static long smaller(double a, double b) {
    // The sign of the difference; + 0.0 makes a negative zero positive.
    return Double.doubleToRawLongBits(a - b + 0.0) >> 63;
  }

  /** Returns b where the mask is ones, a where it is zeros. */
  private static double either(double a, double b, long mask) {
    long bits = Double.doubleToRawLongBits(a);
    return Double.longBitsToDouble(bits ^ ((bits ^ Double.doubleToRawLongBits(b)) & mask));
  }
}
