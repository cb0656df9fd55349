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
  static final long STEPS = 5;

  private final NetworkSpec network;
  private final TrainingPlan plan;
  private final Split train;
  private final Split test;
  private final Set<Convention> conventions;
  private final Precision precision;
  private final @Nullable DeclaredTolerance tolerance;
  private final ModelProvider reference;
  private final ModelProvider twin;
  private final long seed;
  private final boolean mayDiverge;

  /**
   * @param plan of {@link #STEPS} steps
   * @param conventions in Deeplearning4j's way
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
      boolean mayDiverge) {
    this.network = network;
    this.plan = plan;
    this.train = train;
    this.test = test.first(1);
    this.conventions = conventions;
    this.precision = precision;
    this.tolerance = tolerance;
    this.reference = reference;
    this.twin = twin;
    this.seed = seed;
    this.mayDiverge = mayDiverge;
  }

  /**
   * Searches in the first steps, and tries what it found on the whole run.
   *
   * @param wholeRun with just the given conventions in Deeplearning4j's way
   */
  Attribution attribution(Function<Set<Convention>, Outcome> wholeRun) {
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
        new Lockstep(network, plan, train, test, options, LockstepListener.NONE)
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
