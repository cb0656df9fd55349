package dev.lockstep.experiments.compare;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.compare.Selection;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.Attribution;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.ledger.Conventions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Says which conventions of the ledger a stock comparison's difference comes from. Runs are given
 * the conventions that are left in Deeplearning4j's way.
 *
 * @param conventions in Deeplearning4j's way
 * @param plan of {@link #training}
 * @param small runs that plan, watching {@link #options}
 * @param whole runs the comparison that is to be explained
 */
record StockExplanation(
    NetworkSpec network,
    Set<Convention> conventions,
    TrainingPlan plan,
    Function<Set<Convention>, Outcome> small,
    Function<Set<Convention>, Outcome> whole) {

  /** Optimizers show their conventions by the second step, running statistics by the third. */
  private static final long STEPS = 5;

  /** Conventions show in any batch of several images, and convolutions are slow. */
  private static final int BATCH_SIZE = 20;

  /** Returns a short training on small batches, in which every convention of a run shows. */
  static TrainingSpec training(TrainingSpec whole, int trainingSamples) {
    return new TrainingSpec(
        Math.min(BATCH_SIZE, whole.batchSize()),
        whole.order(),
        new TrainingSpec.Length.Steps(Math.min(STEPS, whole.steps(trainingSamples))),
        whole.augmentation());
  }

  /** Returns options with which the small run shows everything. */
  static LockstepOptions options(LockstepOptions whole) {
    return new LockstepOptions(
        new Cadence(1),
        Selection.ALL,
        whole.mayDiverge(),
        false,
        whole.tolerance(),
        whole.floatCandidate());
  }

  /** Searches in a few small steps, tries what it found on the whole run and adds what it needs. */
  Attribution attribution() {
    var found =
        dev.lockstep.dl4j.ledger.Attribution.search(
            Conventions.applicable(network, conventions),
            this::effect,
            Tolerance.MAX_ERROR_OVER_FLOOR);
    Set<Convention> explanation = found.explanation();
    String remainder = explanation == null ? null : remainder(explanation);
    if (explanation != null && remainder != null) {
      Set<Convention> grown = grown(explanation, found.ownEffects());
      if (grown != null) {
        explanation = grown;
        remainder = null;
      }
    }
    Map<String, Double> ownEffects = new LinkedHashMap<>();
    Map<String, Attribution.Formulas> formulas = new LinkedHashMap<>();
    found
        .ownEffects()
        .forEach(
            (convention, effect) -> {
              ownEffects.put(convention.id(), effect);
              formulas.put(
                  convention.id(),
                  new Attribution.Formulas(
                      convention.topic(),
                      convention.book(),
                      convention.dl4j(),
                      convention.pytorch()));
            });
    return new Attribution(
        plan.steps(),
        plan.batch(1).size(),
        found.total(),
        explanation == null ? null : explanation.stream().map(Convention::id).toList(),
        remainder,
        ownEffects,
        formulas,
        found.unexplained());
  }

  /**
   * Adds conventions that show in the whole run alone, those of the largest effect first.
   *
   * @return null if the whole run differs with all of them too
   */
  private @Nullable Set<Convention> grown(
      Set<Convention> explanation, Map<Convention, Double> ownEffects) {
    boolean all = explanation.size() == ownEffects.size();
    if (all || remainder(ownEffects.keySet()) != null) {
      return null;
    }
    Set<Convention> grown = new LinkedHashSet<>(explanation);
    List<Convention> others = new ArrayList<>(ownEffects.keySet());
    others.removeAll(explanation);
    others.sort(Comparator.comparing(ownEffects::get).reversed());
    for (Convention convention : others) {
      grown.add(convention);
      if (grown.size() == ownEffects.size() || remainder(grown) == null) {
        break;
      }
    }
    return grown;
  }

  private @Nullable String remainder(Set<Convention> explanation) {
    Set<Convention> left = new LinkedHashSet<>(conventions);
    left.removeAll(explanation);
    Failure failure = whole.apply(left).failure();
    return failure == null ? null : failure.message();
  }

  /** Returns the largest error ÷ floor with just these conventions in Deeplearning4j's way. */
  private double effect(Set<Convention> conventions) {
    Outcome outcome = small.apply(conventions);
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
