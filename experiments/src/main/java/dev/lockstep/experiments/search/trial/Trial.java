package dev.lockstep.experiments.search.trial;

import dev.lockstep.core.result.Curves.AccuracyPoint;
import dev.lockstep.core.result.Verdict;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One candidate, trained on both sides.
 *
 * @param number from 1
 * @param reason why it was stopped or failed; empty if it was completed
 * @param values by the experiment's dotted keys, as they may stand after {@code key=}
 * @param runs one for each seed; those before the one that failed
 */
public record Trial(
    int number, State state, String reason, Map<String, String> values, List<Run> runs) {

  /** How a trial ended. */
  public enum State {
    /** Trained to the end. */
    COMPLETED,
    /** Given up early: worse on both sides than the median of earlier trials at the same point. */
    STOPPED,
    /** Not to be built, or not finite: never the best. */
    FAILED
  }

  /**
   * One training on both sides.
   *
   * @param steps taken
   * @param planned steps of the whole training
   * @param verdict on the state that the last step left on both sides
   * @param difference null where they agree
   * @param accuracy over the steps; {@code test} is the validation split
   */
  public record Run(
      long seed,
      long steps,
      long planned,
      double referenceLoss,
      double candidateLoss,
      Verdict verdict,
      @Nullable String difference,
      List<AccuracyPoint> accuracy) {

    /** Returns the accuracies after the last step. */
    public AccuracyPoint last() {
      return accuracy.get(accuracy.size() - 1);
    }
  }

  public Trial {
    values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    runs = List.copyOf(runs);
  }

  /** Returns whether this trial has scores. */
  public boolean hasScores() {
    return state != State.FAILED;
  }

  /**
   * Returns the share of validation images that the reference gets right after the last step, the
   * mean over the seeds; NaN if the trial failed.
   */
  public double referenceScore() {
    return mean(AccuracyPoint::referenceTest);
  }

  /** Returns the same of the candidate's side. */
  public double candidateScore() {
    return mean(AccuracyPoint::candidateTest);
  }

  private double mean(ToDoubleFunction<AccuracyPoint> accuracy) {
    return hasScores()
        ? runs.stream().map(Run::last).mapToDouble(accuracy).average().orElse(Double.NaN)
        : Double.NaN;
  }

  /** Returns the worst verdict of all runs; null if there is none. */
  public @Nullable Verdict verdict() {
    return runs.stream().map(Run::verdict).reduce(Verdict::or).orElse(null);
  }
}
