package dev.lockstep.experiments.verify;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.dl4j.model.Precision;

/** Trains a part on both sides for a few steps and looks at every tensor of each. */
final class PartVerifier {

  /** The last batch of an epoch is smaller than the others. */
  static final TrainingSpec TRAINING =
      new TrainingSpec(10, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Steps(25));

  private static final long SEED = 1;

  private final Dataset digits;

  PartVerifier(Dataset digits) {
    this.digits = digits;
  }

  /** Returns what both sides came to; what one of them refuses is skipped. */
  PartResult verify(Part part, Pairing pairing) {
    TrainingPlan plan = new TrainingPlan(part.network(), TRAINING, digits.train(), SEED);
    LockstepOptions everything =
        new LockstepOptions(
            new Cadence(1),
            Selection.ALL,
            false,
            false,
            null,
            pairing.precision() == Precision.FLOAT);
    Lockstep lockstep =
        new Lockstep(
            part.network(), plan, digits.train(), digits.test(), everything, LockstepListener.NONE);
    try {
      return PartResult.of(part, pairing, lockstep.run(pairing.sides()));
    } catch (UsageException e) {
      // the other parts can still be verified
      return PartResult.skipped(part, pairing, Reasons.of(e));
    }
  }
}
