package dev.lockstep.core.diagnosis.differences;

import java.util.function.DoubleUnaryOperator;

/**
 * The slope of a function by central differences, {@code (f(x + h) − f(x − h)) / 2h}, and how far
 * it can be trusted (chapter 4).
 */
public final class CentralDifferences {

  /**
   * The step for an argument up to 1 in magnitude, a power of two near the cube root of double's
   * rounding: there the error of the formula, which falls with h², meets that of rounding, which
   * grows with 1/h.
   */
  private static final double STEP = 0x1p-17;

  private CentralDifferences() {}

  /**
   * A slope.
   *
   * @param uncertainty the largest of what h against 2h changes, of a kink in between, and of one
   *     rounding of the function
   */
  public record Slope(double value, double uncertainty) {}

  /** Returns the slope of a function at a place. */
  public static Slope of(DoubleUnaryOperator function, double at) {
    double h = STEP * Math.max(1, Math.abs(at));
    double here = function.applyAsDouble(at);
    Pair narrow = Pair.of(function, at, h);
    Pair wide = Pair.of(function, at, 2 * h);
    double rounding = Math.ulp(Math.max(1, Math.abs(here))) / h;
    // Where the function is smooth its bend doubles with the step; at a kink it stays as it is.
    double kink = Math.abs(2 * narrow.bend(here) - wide.bend(here));
    double change = Math.abs(narrow.slope() - wide.slope());
    return new Slope(narrow.slope(), Math.max(rounding, Math.max(kink, change)));
  }

  private record Pair(double h, double below, double above) {

    static Pair of(DoubleUnaryOperator function, double at, double h) {
      return new Pair(h, function.applyAsDouble(at - h), function.applyAsDouble(at + h));
    }

    double slope() {
      return (above - below) / (2 * h);
    }

    /** Returns by how much the slope on the right exceeds that on the left. */
    double bend(double here) {
      return (above - 2 * here + below) / h;
    }
  }
}
