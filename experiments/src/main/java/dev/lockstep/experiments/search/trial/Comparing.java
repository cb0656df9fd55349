package dev.lockstep.experiments.search.trial;

import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.experiments.compare.Comparer;

/** Trains a candidate of a search on both sides, which may be others than the comparer's. */
@FunctionalInterface
public interface Comparing {

  /** With the sides that the comparer has. */
  Comparing AS_IT_IS =
      (comparer, experiment, seed, listener) -> comparer.run(experiment, seed, listener).result();

  /**
   * @param listener told of the progress
   */
  RunResult run(Comparer comparer, Experiment experiment, long seed, LockstepListener listener);
}
