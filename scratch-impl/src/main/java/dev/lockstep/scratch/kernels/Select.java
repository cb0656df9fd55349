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
      int first = larger(values, corner, corner + 1);
      int second = larger(values, corner + width, corner + width + 1);
      return larger(values, first, second);
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
    // Ones where the difference is below 0; + 0.0 makes a negative zero positive.
    double difference = values[first] - values[second] + 0.0;
    int mask = (int) (Double.doubleToRawLongBits(difference) >> 63);
    return first ^ ((first ^ second) & mask);
  }
}
