package dev.lockstep.core.observation;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelState;
import org.jspecify.annotations.Nullable;

/**
 * One step of a candidate: all that is needed to judge it, whether it was taken just now or
 * recorded elsewhere.
 *
 * @param before the candidate's state before the step
 * @param batch what it trained on
 * @param masks of its dropout layers
 * @param shown every tensor that the candidate showed
 * @param after the candidate's state after the step, null if it was not asked for
 */
public record CandidateStep(
    ModelState before, Batch batch, Masks masks, Recording shown, @Nullable ModelState after) {

  /** Returns the number of the step, counted from 1. */
  public long step() {
    return batch.step();
  }
}
