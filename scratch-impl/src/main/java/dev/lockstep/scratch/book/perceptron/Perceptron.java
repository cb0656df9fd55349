package dev.lockstep.scratch.book.perceptron;

/**
 * A perceptron with two inputs: it fires where {@code w1·x1 + w2·x2 + bias > 0} (section 2.3).
 *
 * @param w1 how much the first input counts
 * @param w2 how much the second input counts
 * @param bias how easily it fires
 */
public record Perceptron(double w1, double w2, double bias) {

  /**
   * @throws IllegalArgumentException if one of the numbers is not finite
   */
  public Perceptron {
    requireFinite("w1", w1);
    requireFinite("w2", w2);
    requireFinite("bias", bias);
  }

  /**
   * Returns 1 if it fires, otherwise 0.
   *
   * @throws IllegalArgumentException if an input is not finite
   */
  public int output(double x1, double x2) {
    requireFinite("x1", x1);
    requireFinite("x2", x2);
    return w1 * x1 + w2 * x2 + bias > 0 ? 1 : 0;
  }

  private static void requireFinite(String name, double value) {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException(name + ": expected a finite number, found " + value);
    }
  }
}
