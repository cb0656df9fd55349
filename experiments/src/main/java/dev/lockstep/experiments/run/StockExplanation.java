package dev.lockstep.experiments.run;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.DeclaredTolerance;
import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.compare.Tolerance;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.Attribution;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.dl4j.Dl4jProvider;
import dev.lockstep.dl4j.Precision;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.ledger.Conventions;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Says which conventions of the ledger a stock comparison's difference comes from. */
final class StockExplanation {

  /** Optimizers show their conventions by the second step, running statistics by the third. */
  private static final long STEPS = 5;

  /** Conventions show in any batch of several images, and convolutions are slow. */
  private static final int BATCH_SIZE = 20;

  private final NetworkSpec network;
  private final TrainingPlan plan;
  private final int batchSize;
  private final Split train;
  private final Split test;
  private final Set<Convention> conventions;
  private final Precision precision;
  private final @Nullable DeclaredTolerance tolerance;
  private final ModelProvider reference;
  private final ModelProvider twin;
  private final long seed;
  private final boolean mayDiverge;
  private final LockstepListener listener;

  /**
   * @param plan of the training of {@link #training}
   * @param conventions in Deeplearning4j's way
   * @param listener told that this begins, and asked whether it is to end early
   */
  StockExplanation(
      NetworkSpec network,
      TrainingPlan plan,
      Split train,
      Split test,
      Set<Convention> conventions,
      Precision precision,
      @Nullable DeclaredTolerance tolerance,
      ModelProvider reference,
      ModelProvider twin,
      long seed,
      boolean mayDiverge,
      LockstepListener listener) {
    this.network = network;
    this.plan = plan;
    this.batchSize = plan.batch(1).size();
    this.train = train;
    this.test = test.first(1);
    this.conventions = conventions;
    this.precision = precision;
    this.tolerance = tolerance;
    this.reference = reference;
    this.twin = twin;
    this.seed = seed;
    this.mayDiverge = mayDiverge;
    this.listener = listener;
  }

  /** Returns a short training on small batches, in which every convention of a run shows. */
  static TrainingSpec training(TrainingSpec whole, int trainingSamples) {
    return new TrainingSpec(
        Math.min(BATCH_SIZE, whole.batchSize()),
        whole.order(),
        new TrainingSpec.Length.Steps(Math.min(STEPS, whole.steps(trainingSamples))),
        whole.augmentation());
  }

  /**
   * Searches in a few small steps, and tries what it found on the whole run.
   *
   * @param wholeRun with just the given conventions in Deeplearning4j's way
   */
  Attribution attribution(Function<Set<Convention>, Outcome> wholeRun) {
    listener.explaining();
    var found =
        dev.lockstep.dl4j.ledger.Attribution.search(
            Conventions.applicable(network, conventions),
            this::effect,
            Tolerance.MAX_ERROR_OVER_FLOOR);
    Set<Convention> explanation = found.explanation();
    Map<String, Double> ownEffects = new LinkedHashMap<>();
    found.ownEffects().forEach((convention, effect) -> ownEffects.put(convention.id(), effect));
    return new Attribution(
        plan.steps(),
        batchSize,
        found.total(),
        explanation == null ? null : explanation.stream().map(Convention::id).toList(),
        explanation == null ? null : remainder(explanation, wholeRun),
        ownEffects,
        found.unexplained());
  }

  private @Nullable String remainder(
      Set<Convention> explanation, Function<Set<Convention>, Outcome> wholeRun) {
    Set<Convention> left = new LinkedHashSet<>(conventions);
    left.removeAll(explanation);
    Failure failure = wholeRun.apply(left).failure();
    return failure == null ? null : failure.message();
  }

  /** What was measured by then is of no use if it was ended early. */
  private LockstepListener untilStopped() {
    return new LockstepListener() {
      @Override
      public boolean stops() {
        return listener.stops();
      }
    };
  }

  /** Returns the largest error ÷ floor with just these conventions in Deeplearning4j's way. */
  private double effect(Set<Convention> conventions) {
    LockstepOptions options =
        new LockstepOptions(
            new Cadence(1),
            Selection.ALL,
            mayDiverge,
            false,
            tolerance,
            precision == Precision.FLOAT);
    Outcome outcome =
        new Lockstep(network, plan, train, test, options, untilStopped())
            .run(
                new Lockstep.Sides(
                    reference, new Dl4jProvider(precision, conventions, seed), twin));
    Failure failure = outcome.failure();
    if (failure != null && failure.kind() != Failure.Kind.DIFFERENCE) {
      return Double.POSITIVE_INFINITY;
    }
    // where the run may diverge, what left the finite numbers did so on both sides
    double largest =
        outcome.readings().stream()
            .mapToDouble(TensorReading::errorOverFloor)
            .filter(Double::isFinite)
            .max()
            .orElse(0);
    // the run's own verdict decides: past the horizon it is not every reading that counts
    return failure == null
        ? Math.min(largest, Tolerance.MAX_ERROR_OVER_FLOOR)
        : Math.max(largest, Math.nextUp(Tolerance.MAX_ERROR_OVER_FLOOR));
  }
}
