package dev.lockstep.core.compare;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.compare.judging.Comparison;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.rounding.KnownRounding;
import dev.lockstep.core.rounding.PerturbedStep;
import org.jspecify.annotations.Nullable;

/**
 * Trains two models of one network on one plan, step by step, and compares what they show.
 *
 * <p>The candidate takes every step once, on the calling thread. At an observed step the reference
 * takes over the candidate's state and takes the same step ({@link Reading#SINGLE_STEP}), and once
 * more with each tensor computed from the candidate's own ({@link Reading#SINGLE_LAYER}). The
 * perturbed reference does the same and measures what rounding does (see {@link PerturbedStep}).
 * Where a tolerance is declared nothing is measured, and no perturbed reference takes part.
 */
public final class Lockstep {

  /** Accuracies are taken at the end of epochs, of every n-th if there are more than these. */
  private static final int EVALUATIONS = 30;

  final NetworkSpec network;
  final TrainingPlan plan;
  final Split test;
  final Split trainPart;
  final LockstepOptions options;
  final LockstepListener listener;
  final Comparison comparison;
  final long steps;
  final KnownRounding rounding;

  /**
   * Who takes part.
   *
   * @param perturbed the reference once more, perturbed or rounded to the candidate's precision
   */
  public record Sides(ModelProvider reference, ModelProvider candidate, ModelProvider perturbed) {}

  /**
   * @param train what the plan takes its batches from
   * @param test what both sides are evaluated on
   */
  public Lockstep(
      NetworkSpec network,
      TrainingPlan plan,
      Split train,
      Split test,
      LockstepOptions options,
      LockstepListener listener) {
    this.network = network;
    this.plan = plan;
    this.test = test;
    this.trainPart = train.part(test.size());
    this.options = options;
    this.listener = listener;
    this.comparison = options.comparison(network);
    this.steps = plan.steps();
    this.rounding = KnownRounding.of(network, plan.samples(1).length, options.floatCandidate());
  }

  /**
   * Trains both sides to the end of the plan, or to where it makes no sense to go on.
   *
   * @throws UsageException if the candidate cannot even be built or take over the first state
   */
  public Outcome run(Sides given) {
    return run(given, null);
  }

  /**
   * Trains both sides on from where an equal run stood.
   *
   * @param from null: from the beginning
   * @throws IllegalArgumentException if the snapshot is of another run
   * @throws UsageException if the candidate cannot even be built or take over the state
   */
  public Outcome run(Sides given, @Nullable Snapshot from) {
    if (comparison.comparesNothing()) {
      throw new NothingComparedException();
    }
    if (from != null) {
      from.requireFit(network, steps, options);
    }
    Sides sides =
        new Sides(given.reference(), IsolatedModel.over(given.candidate()), given.perturbed());
    try {
      return runIsolated(sides, from);
    } catch (CandidateException e) {
      throw new UsageException(
          "%s: expected a model ready for step %d, but %s"
              .formatted(
                  sides.candidate().name(),
                  from == null ? 1 : from.now().step() + 1,
                  e.getMessage()),
          e);
    }
  }

  private Outcome runIsolated(Sides sides, @Nullable Snapshot from) {
    ModelState initial = plan.initialState();
    boolean observed = options.cadence().every() != 0;
    ModelProvider perturbed = options.tolerance() == null ? sides.perturbed() : null;
    ReferenceThread thread = new ReferenceThread();
    try (References references =
            References.create(network, sides.reference(), perturbed, observed, initial);
        Model candidate = sides.candidate().create(network)) {
      candidate.restore(initial);
      try {
        return new LockstepRun(this, sides, references, candidate, thread).toTheEnd(from);
      } finally {
        thread.end();
      }
    }
  }

  /** Returns whether a step ends an epoch after which accuracies are taken. */
  static boolean evaluatesAfter(long step, TrainingPlan plan) {
    long epoch = plan.stepsPerEpoch();
    return step % (epoch * Math.max(1, plan.steps() / epoch / EVALUATIONS)) == 0;
  }
}
