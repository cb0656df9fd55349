package dev.lockstep.core.compare;

import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.FirstDivergence;
import org.jspecify.annotations.Nullable;

/**
 * What one reading of one step showed.
 *
 * @param finding the first thing, in the order of computation, that does not agree; null if all
 *     does
 * @param divergedAlike true if both sides left the finite numbers in the same tensor, as foreseen
 */
record StepOutcome(@Nullable Finding finding, boolean divergedAlike) {

  static final StepOutcome AGREES = new StepOutcome(null, false);

  /** Returns the first finding of several that are not null. */
  static StepOutcome first(boolean divergedAlike, @Nullable Finding... findings) {
    for (Finding finding : findings) {
      if (finding != null) {
        return new StepOutcome(finding, divergedAlike);
      }
    }
    return new StepOutcome(null, divergedAlike);
  }

  boolean agrees() {
    return finding == null && !divergedAlike;
  }

  /** Returns whether it is a reading of this kind that differs. */
  boolean isOf(Reading reading) {
    FirstDivergence divergence = finding == null ? null : finding.divergence();
    return divergence != null && divergence.reading() == reading;
  }

  StepOutcome explained(String diagnosis) {
    return finding == null ? this : new StepOutcome(finding.explained(diagnosis), divergedAlike);
  }
}
