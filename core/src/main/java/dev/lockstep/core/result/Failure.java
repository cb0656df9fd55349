package dev.lockstep.core.result;

/**
 * Why a comparison did not agree.
 *
 * @param message one sentence for a person
 */
public record Failure(Kind kind, String message) {

  /** The kinds of failure, told apart because they call for different remedies. */
  public enum Kind {
    /** A tensor lies further apart than rounding can explain, or has another shape. */
    DIFFERENCE,
    /**
     * A number that is not finite, on one side only or where the experiment does not foresee it.
     */
    NON_FINITE,
    /** A tensor that only one side, or neither, showed. */
    MISSING_TENSOR,
    /** One side ended before the other. */
    SHORTER_RUN,
    /** The candidate threw something, ended, hung or gave no answer that can be used. */
    CANDIDATE_FAILED
  }
}
