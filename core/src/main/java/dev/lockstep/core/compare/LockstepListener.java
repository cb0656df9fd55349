package dev.lockstep.core.compare;

import dev.lockstep.core.result.Curves;

/** Told of the progress of a run. */
public interface LockstepListener {

  /** Wants to know nothing. */
  LockstepListener NONE = new LockstepListener() {};

  /** Told after every step, with the loss of both sides. */
  default void stepTaken(long step, long steps, double referenceLoss, double candidateLoss) {}

  /** Told after every evaluation. */
  default void evaluated(Curves.AccuracyPoint point, long steps) {}

  /** Returns true to end the run in order after the current step. */
  default boolean stops() {
    return false;
  }
}
