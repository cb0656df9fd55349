package dev.lockstep.core.compare;

import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Solo;
import java.util.function.Supplier;

/** Told of the progress of a run. */
public interface LockstepListener {

  /** Wants to know nothing. */
  LockstepListener NONE = new LockstepListener() {};

  /**
   * Told before a side takes a step.
   *
   * @param side its name
   */
  default void stepBegins(long step, String side) {}

  /** Told after a side has taken a step. */
  default void stepEnds(long step, String side) {}

  /** Told after every step, with the loss of both sides. */
  default void stepTaken(long step, long steps, double referenceLoss, double candidateLoss) {}

  /** Told after every evaluation. */
  default void evaluated(Curves.AccuracyPoint point, long steps) {}

  /** Told after every step that the reference takes alone. */
  default void steppedAlone(long step, long steps, double loss) {}

  /** Told after every evaluation of the reference alone. */
  default void evaluatedAlone(Solo.Point point, long steps) {}

  /**
   * Told between two steps, last of all.
   *
   * @param snapshot from which the run could go on; copies the state of every side when asked for
   * @param stops true if the run ends here because {@link #stops()} said so
   */
  default void betweenSteps(Supplier<Snapshot> snapshot, boolean stops) {}

  /**
   * Told between two steps that the reference takes alone, last of all.
   *
   * @param snapshot from which it could go on
   * @param stops true if the run ends here because {@link #stops()} said so
   */
  default void betweenStepsAlone(Supplier<SoloTraining.Snapshot> snapshot, boolean stops) {}

  /** Told when every step that is compared was taken. */
  default void compared(Supplier<Snapshot> snapshot) {}

  /** Told when the steps are over, and what explains the difference they showed is looked for. */
  default void explaining() {}

  /** Returns true to end the run in order after the current step. */
  default boolean stops() {
    return false;
  }
}
