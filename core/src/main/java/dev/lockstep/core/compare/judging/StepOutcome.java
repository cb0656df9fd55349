package dev.lockstep.core.compare.judging;

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
public record StepOutcome(@Nullable Finding finding, boolean divergedAlike) {

  public static final StepOutcome AGREES = new StepOutcome(null, false);

  /** Returns the first finding of several that are not null. */
  public static StepOutcome first(boolean divergedAlike, @Nullable Finding... findings) {
    for (Finding finding : findings) {
      if (finding != null) {
        return new StepOutcome(finding, divergedAlike);
      }
    }
    return new StepOutcome(null, divergedAlike);
  }

  public boolean agrees() {
    return finding == null && !divergedAlike;
  }

  /** Returns whether it is a reading of this kind that differs. */
  public boolean isOf(Reading reading) {
    FirstDivergence divergence = finding == null ? null : finding.divergence();
    return divergence != null && divergence.reading() == reading;
  }

  public StepOutcome explained(String diagnosis) {
    return finding == null ? this : new StepOutcome(finding.explained(diagnosis), divergedAlike);
  }
}
