package dev.lockstep.core.result;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.rounding.Tolerance;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The earliest place where the two sides part further than rounding can explain.
 *
 * @param step counted from 1
 * @param layer the layer that computes the tensor, and so answers for it
 * @param tensor its path
 * @param index of the worst element along each axis
 * @param reference the element on the reference's side
 * @param candidate the element on the candidate's side
 * @param error their absolute difference
 * @param floor how far two correct computations of this tensor lie apart, measured
 * @param reading in which it shows
 * @param mismatched elements beyond what is allowed
 * @param elements of the tensor
 * @param greatestRelative where the relative difference is greatest, which may be elsewhere
 * @param diagnosis what explains it, in words; null if nothing known does
 * @param finiteDifferenceCheck which side's gradient is wrong; null where it is not a gradient that
 *     differs
 */
public record FirstDivergence(
    long step,
    Phase phase,
    String layer,
    String tensor,
    List<Integer> index,
    double reference,
    double candidate,
    double error,
    double floor,
    Reading reading,
    int mismatched,
    int elements,
    Element greatestRelative,
    @Nullable String diagnosis,
    @Nullable FiniteDifferenceCheck finiteDifferenceCheck) {

  /**
   * One element on both sides.
   *
   * @param index along each axis
   */
  public record Element(List<Integer> index, double reference, double candidate) {

    /** Returns |reference − candidate| ÷ max(|reference|, |candidate|). */
    public double relativeError() {
      double error = Math.abs(reference - candidate);
      return error == 0 ? 0 : error / Math.max(Math.abs(reference), Math.abs(candidate));
    }
  }

  /** Returns this divergence with what explains it. */
  public FirstDivergence withDiagnosis(String explanation) {
    return with(explanation, finiteDifferenceCheck);
  }

  /** Returns this divergence with what central differences say of it. */
  public FirstDivergence with(FiniteDifferenceCheck check) {
    return with(diagnosis, check);
  }

  private FirstDivergence with(
      @Nullable String explanation, @Nullable FiniteDifferenceCheck check) {
    return new FirstDivergence(
        step,
        phase,
        layer,
        tensor,
        index,
        reference,
        candidate,
        error,
        floor,
        reading,
        mismatched,
        elements,
        greatestRelative,
        explanation,
        check);
  }

  /** Returns error ÷ floor, the number on which the verdict rests. */
  public double errorOverFloor() {
    return error == 0 ? 0 : error / floor;
  }

  /** Returns the largest error that would still have counted as rounding. */
  public double allowed() {
    return Tolerance.MAX_ERROR_OVER_FLOOR * floor;
  }

  /** Returns the share of the tensor's elements that lie beyond what is allowed. */
  public double mismatchedShare() {
    return (double) mismatched / elements;
  }
}
