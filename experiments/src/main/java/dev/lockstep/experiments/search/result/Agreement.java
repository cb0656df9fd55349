package dev.lockstep.experiments.search.result;

import dev.lockstep.experiments.search.trial.Trial;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Whether the two sides find the same candidates good.
 *
 * @param trials with scores
 * @param identical of those, with the same score on both sides to the last bit
 * @param largestDifference between the two scores of a trial, as a share
 * @param sameOrder whether both sides rank all trials alike; equal scores in the order of trials
 * @param bestReference number of the reference's best trial
 * @param bestCandidate number of the candidate's best trial
 * @param best how many of the best are looked at: ten, or all if there are fewer
 * @param shared how many of its best the one side shares with the other
 * @param spearman null where a side gives all trials the same score
 * @param kendall null where a side gives all trials the same score
 */
public record Agreement(
    int trials,
    int identical,
    double largestDifference,
    boolean sameOrder,
    int bestReference,
    int bestCandidate,
    int best,
    int shared,
    @Nullable RankCorrelation spearman,
    @Nullable RankCorrelation kendall) {

  private static final int BEST = 10;

  /**
   * @param trials with scores, at least one
   */
  static Agreement of(List<Trial> trials) {
    List<Double> reference = trials.stream().map(Trial::referenceScore).toList();
    List<Double> candidate = trials.stream().map(Trial::candidateScore).toList();
    List<Integer> referenceOrder = order(trials, Trial::referenceScore);
    List<Integer> candidateOrder = order(trials, Trial::candidateScore);
    int best = Math.min(BEST, trials.size());
    List<Integer> shared = new ArrayList<>(referenceOrder.subList(0, best));
    shared.retainAll(candidateOrder.subList(0, best));
    return new Agreement(
        trials.size(),
        (int) trials.stream().filter(t -> difference(t) == 0).count(),
        trials.stream().mapToDouble(Agreement::difference).max().orElse(0),
        referenceOrder.equals(candidateOrder),
        referenceOrder.get(0),
        candidateOrder.get(0),
        best,
        shared.size(),
        RankCorrelation.spearman(reference, candidate),
        RankCorrelation.kendall(reference, candidate));
  }

  /** Returns the numbers of trials, the best first; equal ones in their order. */
  static List<Integer> order(List<Trial> trials, ToDoubleFunction<Trial> score) {
    return trials.stream()
        .sorted(Comparator.comparingDouble(score).reversed().thenComparing(Trial::number))
        .map(Trial::number)
        .toList();
  }

  static double difference(Trial trial) {
    return Math.abs(trial.referenceScore() - trial.candidateScore());
  }
}
