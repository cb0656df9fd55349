package dev.lockstep.experiments.faults.detection;

import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.compare.judging.Classification;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.rounding.RoundedToFloat;
import dev.lockstep.core.rounding.RoundedUp;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.scratch.ScratchProvider;

/** Trains the base networks, by the correct scratch implementation and a candidate beside it. */
final class Trainings {

  private static final int BATCH_SIZE = 20;

  private final ModelProvider scratch = new ScratchProvider(Blas.pureJava().implementation());
  private final SmallDigits digits;
  private final long steps;

  Trainings(SmallDigits digits, long steps) {
    this.digits = digits;
    this.steps = steps;
  }

  /** Returns the correct implementation. */
  ModelProvider scratch() {
    return scratch;
  }

  long steps() {
    return steps;
  }

  /** Compares a candidate with the correct implementation. */
  Outcome compare(BaseNetwork base, ModelProvider candidate, long seed) {
    return compare(base, candidate, plan(base, seed, steps), digits.test());
  }

  /** Compares a candidate that computes in float. */
  Outcome compareInFloat(BaseNetwork base, ModelProvider candidate, long seed) {
    return compareInFloat(base, candidate, plan(base, seed, steps), digits.test());
  }

  private Outcome compareInFloat(
      BaseNetwork base, ModelProvider candidate, TrainingPlan plan, Split test) {
    LockstepOptions inFloat =
        new LockstepOptions(
            LockstepOptions.DEFAULT.cadence(),
            LockstepOptions.DEFAULT.selection(),
            LockstepOptions.DEFAULT.mayDiverge(),
            LockstepOptions.DEFAULT.failFast(),
            null,
            true);
    return compare(base, candidate, plan, test, inFloat, new RoundedToFloat(scratch));
  }

  /** Compares the first step alone. */
  Outcome compareFirstStep(BaseNetwork base, ModelProvider candidate, long seed, boolean inFloat) {
    TrainingPlan plan = plan(base, seed, 1);
    Split test = digits.test().first(BATCH_SIZE);
    return inFloat
        ? compareInFloat(base, candidate, plan, test)
        : compare(base, candidate, plan, test);
  }

  private Outcome compare(
      BaseNetwork base, ModelProvider candidate, TrainingPlan plan, Split test) {
    return compare(base, candidate, plan, test, LockstepOptions.DEFAULT, new RoundedUp(scratch));
  }

  private Outcome compare(
      BaseNetwork base,
      ModelProvider candidate,
      TrainingPlan plan,
      Split test,
      LockstepOptions options,
      ModelProvider perturbed) {
    return new Lockstep(base.network(), plan, digits.train(), test, options, LockstepListener.NONE)
        .run(new Lockstep.Sides(scratch, candidate, perturbed));
  }

  private TrainingPlan plan(BaseNetwork base, long seed, long steps) {
    TrainingSpec training =
        new TrainingSpec(
            BATCH_SIZE, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Steps(steps));
    return new TrainingPlan(base.network(), training, digits.train(), seed);
  }

  /** Trains the correct implementation and returns its accuracy on the test images. */
  double accuracy(BaseNetwork base, long seed) {
    TrainingPlan plan = plan(base, seed, steps);
    try (Model model = scratch.create(base.network())) {
      model.restore(plan.initialState());
      for (long step = 1; step <= steps; step++) {
        model.step(plan.batch(step), plan.masks(step), Observer.NONE);
      }
      return Classification.of(model, digits.test(), base.network().input()).accuracy();
    }
  }
}
