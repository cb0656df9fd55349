package dev.lockstep.core.diagnosis.hypothesis;

import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.tensor.Tensor;

/**
 * A tensor of the candidate beside the one that the reference computes from the candidate's own
 * inputs to it.
 *
 * @param allowed how far two elements may lie apart
 */
public record Judged(ExpectedTensor tensor, Tensor reference, Tensor candidate, double allowed) {

  /** Returns the same with other numbers in place of the reference's. */
  public Judged with(double[] right) {
    return new Judged(tensor, Tensor.of(reference.shape(), right), candidate, allowed);
  }

  /** Returns how far two correct computations lie apart. */
  public double floor() {
    return allowed / Tolerance.MAX_ERROR_OVER_FLOOR;
  }

  /** Returns whether some element lies further away than rounding explains. */
  public boolean differs() {
    return !fits(reference.data());
  }

  /**
   * Returns whether the candidate is what is predicted. Numbers larger than the reference's may err
   * by more.
   */
  public boolean fits(double[] predicted) {
    return error(predicted) <= allowed * Math.max(1, scale(predicted));
  }

  /** Returns whether a prediction leaves much less than the reference does. */
  public boolean explains(double[] predicted) {
    return fits(predicted) && error(predicted) <= LEFT_OVER * error(reference.data());
  }

  /** Returns whether a prediction leaves next to nothing of the reference's error. */
  public boolean nearly(double[] predicted) {
    return fits(predicted) || error(predicted) <= NEXT_TO_NOTHING * error(reference.data());
  }

  /**
   * Returns how far an element of a prediction that fits can lie from the candidate's at most: what
   * lies further need not be predicted to its end.
   */
  public double furthest() {
    double right = reference.largestMagnitude();
    double share = right == 0 ? 0 : allowed / right;
    // a prediction is no larger than what is shown and its own error
    return share >= 1
        ? Double.POSITIVE_INFINITY
        : Math.max(allowed, share / (1 - share) * candidate.largestMagnitude());
  }

  private static final double NEXT_TO_NOTHING = 1e-3;

  /** What explains less than nine tenths of a difference does not explain it. */
  private static final double LEFT_OVER = .1;

  private double scale(double[] predicted) {
    double largest = 0;
    for (double value : predicted) {
      largest = Math.max(largest, Math.abs(value));
    }
    double right = reference.largestMagnitude();
    return right == 0 ? 1 : largest / right;
  }

  /** Returns the largest distance from the candidate, infinite where a number is none. */
  public double error(double[] predicted) {
    double[] shown = candidate.data();
    if (predicted.length != shown.length) {
      return Double.POSITIVE_INFINITY;
    }
    double error = 0;
    for (int i = 0; i < shown.length; i++) {
      double distance = Math.abs(predicted[i] - shown[i]);
      if (!(distance <= Double.MAX_VALUE)) {
        return Double.POSITIVE_INFINITY;
      }
      error = Math.max(error, distance);
    }
    return error;
  }
}
