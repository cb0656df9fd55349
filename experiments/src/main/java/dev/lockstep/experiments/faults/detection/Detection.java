package dev.lockstep.experiments.faults.detection;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.lockstep.core.diagnosis.Cause;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.experiments.faults.seeded.Fault;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of one fault at one size.
 *
 * @param detected whether the comparison came to another verdict than agreement
 * @param divergence what the comparison showed first; null if it showed no tensor
 * @param changes whether the fault changes any number that training leaves or that is shown
 * @param detectors the step after which each noticed the fault; those that never did are missing
 * @param accuracyLost test accuracy of the correct implementation minus that of the faulty one
 */
public record Detection(
    Fault fault,
    Fault.Size size,
    boolean detected,
    @Nullable FirstDivergence divergence,
    boolean changes,
    Map<Detector, Long> detectors,
    double accuracyLost) {

  /** Returns whether phase and layer are those in which the fault really is. */
  @JsonProperty
  public boolean located() {
    return divergence != null
        && divergence.phase() == fault.place().phase()
        && divergence.layer().equals(fault.place().layer());
  }

  /** What is told of a cause. */
  public enum Told {
    /** The right one, and nothing is left unexplained. */
    CONFIRMED,
    /** The right one, with what it does not explain. */
    HINT,
    NONE,
    /** One of a kind that the fault is not. */
    WRONG;

    /** Returns the word for tables. */
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Returns what is told of a cause. */
  @JsonProperty
  public Told told() {
    String cause = divergence == null ? null : divergence.diagnosis();
    if (cause == null) {
      return Told.NONE;
    }
    boolean right = fault.explanations().stream().anyMatch(kind -> kind.isGivenBy(cause));
    return !right ? Told.WRONG : Cause.isHint(cause) ? Told.HINT : Told.CONFIRMED;
  }
}
