package dev.lockstep.experiments.bench;

import dev.lockstep.report.statistics.Ratio;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/** What the processes found, by contender and number of threads, round after round. */
final class Measured {

  private final Map<Contender, Map<Integer, List<Measurement>>> rounds = new LinkedHashMap<>();

  void add(Contender contender, int threads, Measurement measurement) {
    rounds
        .computeIfAbsent(contender, unseen -> new LinkedHashMap<>())
        .computeIfAbsent(threads, unseen -> new ArrayList<>())
        .add(measurement);
  }

  /** Returns the samples per second of every round. */
  List<Double> speeds(Contender contender, int threads) {
    return of(contender, threads).stream().map(Measurement::samplesPerSecond).toList();
  }

  /** Returns the samples per second, over the rounds. */
  double speed(Contender contender, int threads) {
    return Ratio.geometricMean(speeds(contender, threads));
  }

  /** Returns the number of threads at which a contender was fastest. */
  int best(Contender contender) {
    return byThreads(contender).keySet().stream()
        .max(Comparator.comparingDouble(threads -> speed(contender, threads)))
        .orElseThrow();
  }

  /** Returns whether there is anything but one thread. */
  boolean hasSeveralSettings(Contender contender) {
    return byThreads(contender).size() > 1;
  }

  /** Returns the most that the heap held; empty for what has none. */
  OptionalDouble peakHeapMiB(Contender contender, int threads) {
    return of(contender, threads).stream()
        .map(Measurement::peakHeapMiB)
        .filter(Objects::nonNull)
        .mapToDouble(peak -> Math.rint(peak))
        .max();
  }

  boolean has(Contender contender) {
    return rounds.containsKey(contender);
  }

  private Map<Integer, List<Measurement>> byThreads(Contender contender) {
    return Objects.requireNonNull(rounds.get(contender), contender.name());
  }

  private List<Measurement> of(Contender contender, int threads) {
    return Objects.requireNonNull(
        byThreads(contender).get(threads), () -> contender + " on " + threads);
  }
}
