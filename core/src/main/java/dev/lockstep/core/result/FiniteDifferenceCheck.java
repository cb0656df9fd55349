package dev.lockstep.core.result;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What central differences of each side's own loss say about two gradients that differ. Where the
 * gradient of an activation differs, the first parameter upstream of it is asked about, since only
 * parameters can be moved from outside.
 *
 * @param tensor path of the parameter
 * @param index of the element along each axis
 * @param reference null if this side could not be asked
 * @param candidate null if this side could not be asked
 * @param reason why nothing was decided; empty if it was
 */
public record FiniteDifferenceCheck(
    Judgement judgement,
    String tensor,
    List<Integer> index,
    @Nullable SideSlope reference,
    @Nullable SideSlope candidate,
    String reason) {

  /**
   * Central differences are no better than this many times what halving their step changes in them.
   */
  public static final double MARGIN = 10;

  /** Which side is wrong. */
  public enum Judgement {
    REFERENCE_WRONG,
    CANDIDATE_WRONG,
    BOTH_WRONG,
    UNDECIDED
  }

  /**
   * One side.
   *
   * @param gradient as the side's backward pass computed it
   * @param slope of the side's own loss, by central differences
   * @param uncertainty how far the slope moves when it is measured otherwise
   */
  public record SideSlope(double gradient, double slope, double uncertainty) {

    private boolean decides(double difference) {
      return MARGIN * uncertainty < difference;
    }

    private boolean refutes(double difference) {
      return decides(difference) && Math.abs(gradient - slope) > MARGIN * uncertainty;
    }
  }

  /** Returns a check that could not be made. */
  public static FiniteDifferenceCheck silent(String tensor, List<Integer> index, String reason) {
    return new FiniteDifferenceCheck(Judgement.UNDECIDED, tensor, index, null, null, reason);
  }

  /**
   * Judges by what both sides said; a slope less certain than a tenth of the difference between the
   * two gradients says nothing.
   *
   * @param silence why a side could not be asked; empty if both were
   */
  public static FiniteDifferenceCheck of(
      String tensor,
      List<Integer> index,
      double difference,
      @Nullable SideSlope reference,
      @Nullable SideSlope candidate,
      String silence) {
    boolean referenceWrong = reference != null && reference.refutes(difference);
    boolean candidateWrong = candidate != null && candidate.refutes(difference);
    if (referenceWrong || candidateWrong) {
      Judgement judgement =
          !candidateWrong
              ? Judgement.REFERENCE_WRONG
              : referenceWrong ? Judgement.BOTH_WRONG : Judgement.CANDIDATE_WRONG;
      return new FiniteDifferenceCheck(judgement, tensor, index, reference, candidate, "");
    }
    boolean bothDecide =
        reference != null
            && candidate != null
            && reference.decides(difference)
            && candidate.decides(difference);
    String reason =
        !silence.isEmpty()
            ? silence
            : bothDecide
                ? "each gradient is the slope of its own side's loss"
                : "the slope is less certain than a tenth of the difference, as at a kink";
    return new FiniteDifferenceCheck(
        Judgement.UNDECIDED, tensor, index, reference, candidate, reason);
  }
}
