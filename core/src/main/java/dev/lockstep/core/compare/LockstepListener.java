package dev.lockstep.core.compare;

import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Solo;

/** Told of the progress of a run. */
public interface LockstepListener {

  /** Wants to know nothing. */
  LockstepListener NONE = new LockstepListener() {};

  /** Told after every step, with the loss of both sides. */
  default void stepTaken(long step, long steps, double referenceLoss, double candidateLoss) {}

  /** Told after every evaluation. */
  default void evaluated(Curves.AccuracyPoint point, long steps) {}

  /** Told after every step that the reference takes alone. */
  default void steppedAlone(long step, long steps, double loss) {}

  /** Told after every evaluation of the reference alone. */
  default void evaluatedAlone(Solo.Point point, long steps) {}

  /** Returns true to end the run in order after the current step. */
  default boolean stops() {
    return false;
  }
}
