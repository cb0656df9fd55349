package dev.lockstep.experiments.search.result;

import dev.lockstep.experiments.search.space.Range;
import dev.lockstep.experiments.search.trial.Trial;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.commons.math3.stat.ranking.NaturalRanking;
import org.jspecify.annotations.Nullable;

/**
 * What a hyperparameter is worth by itself: the share of the variance of the scores' ranks that its
 * value explains, η²H = (H − k + 1) ÷ (n − k) of Kruskal and Wallis's H (1952) over k groups of n
 * trials. A choice groups by its value, a range into fifths of its trials. Draws nothing, so that
 * it is the same at every call; 0 for no more than chance would give. Effects of several together
 * do not show.
 *
 * @param key of the experiment
 * @param share from 0 to 1; null if there are too few trials to tell
 */
public record Importance(String key, @Nullable Double share) {

  private static final int GROUPS = 5;

  /** Below this many trials in a group on average, ranks say nothing. */
  private static final int TRIALS_PER_GROUP = 3;

  /**
   * Returns every key with more than one value, the most important first.
   *
   * @param trials with scores
   */
  static List<Importance> of(Map<String, Range> ranges, List<Trial> trials) {
    List<Importance> all = new ArrayList<>();
    ranges.forEach(
        (key, range) -> {
          if (!range.isSingle()) {
            all.add(new Importance(key, share(groups(key, range, trials), trials)));
          }
        });
    all.sort(
        Comparator.comparing(
            Importance::share, Comparator.nullsLast(Comparator.<Double>reverseOrder())));
    return all;
  }

  /** Returns the positions of the trials in each group. */
  private static List<List<Integer>> groups(String key, Range range, List<Trial> trials) {
    Map<Object, List<Integer>> groups = new LinkedHashMap<>();
    if (range instanceof Range.Choice) {
      for (int i = 0; i < trials.size(); i++) {
        groups.computeIfAbsent(trials.get(i).values().get(key), k -> new ArrayList<>()).add(i);
      }
      return List.copyOf(groups.values());
    }
    double[] values =
        trials.stream().mapToDouble(t -> Double.parseDouble(t.values().get(key))).toArray();
    double[] ranks = values.length == 0 ? values : new NaturalRanking().rank(values);
    for (int i = 0; i < ranks.length; i++) {
      int group = (int) ((ranks[i] - 1) * GROUPS / ranks.length);
      groups.computeIfAbsent(group, k -> new ArrayList<>()).add(i);
    }
    return List.copyOf(groups.values());
  }

  private static @Nullable Double share(List<List<Integer>> groups, List<Trial> trials) {
    int n = trials.size();
    int k = groups.size();
    if (k < 2 || n < TRIALS_PER_GROUP * k) {
      return null;
    }
    double[] ranks =
        new NaturalRanking().rank(trials.stream().mapToDouble(Trial::referenceScore).toArray());
    double mean = (n + 1) / 2.0;
    double total = 0;
    for (double rank : ranks) {
      total += (rank - mean) * (rank - mean);
    }
    if (total == 0) {
      return 0.0;
    }
    double between = 0;
    for (List<Integer> group : groups) {
      double groupMean = group.stream().mapToDouble(i -> ranks[i]).average().orElse(mean);
      between += group.size() * (groupMean - mean) * (groupMean - mean);
    }
    double h = (n - 1) * between / total;
    return Math.max(0, (h - k + 1) / (n - k));
  }
}
