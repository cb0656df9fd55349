package dev.lockstep.experiments.faults;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.lockstep.core.result.FirstDivergence;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What became of one fault at one size.
 *
 * @param detected whether the comparison came to another verdict than agreement
 * @param divergence what the comparison showed first; null if it showed no tensor
 * @param detectors the step after which each noticed the fault; those that never did are missing
 * @param accuracyLost test accuracy of the correct implementation minus that of the faulty one
 */
public record Detection(
    Fault fault,
    Fault.Size size,
    boolean detected,
    @Nullable FirstDivergence divergence,
    Map<Detector, Long> detectors,
    double accuracyLost) {

  /** Returns whether phase and layer are those in which the fault really is. */
  @JsonProperty
  public boolean located() {
    return divergence != null
        && divergence.phase() == fault.place().phase()
        && divergence.layer().equals(fault.place().layer());
  }

  /** Returns whether the diagnosis is of a kind that names what is wrong. */
  @JsonProperty
  public boolean explained() {
    return divergence != null
        && fault.explanations().stream().anyMatch(kind -> kind.isGivenBy(divergence.diagnosis()));
  }
}
