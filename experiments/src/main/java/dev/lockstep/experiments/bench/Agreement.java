package dev.lockstep.experiments.bench;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.experiments.compare.CompareSettings;
import dev.lockstep.experiments.compare.Comparer;

/** Compares a pair in lockstep before its speeds are: a step that is wrong may well be fast. */
final class Agreement {

  /** Every tensor of every one of these steps is compared. */
  private static final int STEPS = 2;

  private static final int BATCH_SIZE = 20;

  private Agreement() {}

  /** Returns what comparing the scratch side with Deeplearning4j comes to. */
  static Verdict withDl4j(Subject subject, Contender dl4j, String command) {
    Experiment full = subject.experiment();
    TrainingSpec training =
        new TrainingSpec(BATCH_SIZE, full.training().order(), new TrainingSpec.Length.Steps(STEPS));
    Experiment experiment = full.withTraining(training, null, null);
    CompareSettings settings =
        new CompareSettings(
            CompareSettings.Alignment.ALIGNED,
            false,
            dl4j.precision(),
            new Cadence(1),
            Selection.ALL,
            true,
            null,
            null,
            BATCH_SIZE);
    return new Comparer(Work.dataset(), settings, command, null)
        .run(experiment, experiment.seed(), LockstepListener.NONE)
        .result()
        .verdict();
  }
}
