package dev.lockstep.experiments.search.strategy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.experiments.search.space.Range;
import dev.lockstep.experiments.search.strategy.InOrder.Proposal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StrategyTest {

  private static final Map<String, Range> RANGES = ranges();
  private static final int TRIALS = 3 * Strategy.BLOCK;

  private static Map<String, Range> ranges() {
    Map<String, Range> ranges = new LinkedHashMap<>();
    ranges.put("rate", new Range.LogUniform(1e-6, 1e-2));
    ranges.put("units", new Range.Whole(10, 100));
    ranges.put("layer", new Range.Choice(List.of("relu", "sigmoid", "tanh")));
    ranges.put("fixed", new Range.Whole(7, 7));
    return ranges;
  }

  /** Runs a strategy without training anything: the score is a function of the values. */
  private static List<Map<String, String>> candidates(
      Strategy strategy, Map<String, Range> ranges, long seed, ToDoubleFunction<Proposal> score) {
    List<Proposal> proposals = new ArrayList<>();
    InOrder order =
        new InOrder(
            strategy.generator(ranges, seed),
            TRIALS,
            index -> true,
            index -> score.applyAsDouble(proposals.get(index)),
            () -> null);
    while (order.hasMoreCandidates()) {
      Candidate<?> candidate = order.getCandidate();
      proposals.add((Proposal) candidate.getValue());
    }
    return proposals.stream().<Map<String, String>>map(Proposal::values).toList();
  }

  private static double rate(Map<String, String> candidate) {
    return Double.parseDouble(candidate.getOrDefault("rate", ""));
  }

  @ParameterizedTest
  @EnumSource
  void candidatesLieInTheirRangesAndRepeatWithTheirSeed(Strategy strategy) {
    var first = candidates(strategy, RANGES, 1, p -> 1 - rate(p.values()));
    assertThat(first).hasSizeBetween(Strategy.BLOCK, TRIALS);
    for (Map<String, String> candidate : first) {
      assertThat(rate(candidate)).isBetween(0.999999e-6, 1.000001e-2);
      assertThat(Integer.parseInt(candidate.getOrDefault("units", ""))).isBetween(10, 100);
      assertThat(candidate.get("layer")).isIn("relu", "sigmoid", "tanh");
      assertThat(candidate).containsEntry("fixed", "7");
    }
    assertThat(candidates(strategy, RANGES, 1, p -> 1 - rate(p.values()))).isEqualTo(first);
    if (strategy != Strategy.GRID) {
      assertThat(candidates(strategy, RANGES, 2, p -> 1 - rate(p.values()))).isNotEqualTo(first);
    }
  }

  @Test
  void aGridHasEveryCombinationOnceAndEnds() {
    Map<String, Range> ranges = new LinkedHashMap<>();
    ranges.put("rate", new Range.LogUniform(1e-4, 1));
    ranges.put("layer", new Range.Choice(List.of("relu", "tanh")));
    var grid = candidates(Strategy.GRID, ranges, 1, p -> 1);
    assertThat(grid).hasSize(10).doesNotHaveDuplicates();
    assertThat(grid.stream().limit(5).map(StrategyTest::rate).map(Math::log10).map(Math::round))
        .containsExactly(-4L, -3L, -2L, -1L, 0L);
  }

  @Test
  void narrowingKeepsWhatTheBestSpanAndNeverWidens() {
    // The best lie at 1e-4, the middle of the logarithmic range.
    var candidates =
        candidates(
            Strategy.NARROW, RANGES, 1, p -> 10 - Math.abs(Math.log10(rate(p.values())) + 4));
    double before = 4;
    for (int block = 0; block < 3; block++) {
      double[] exponents =
          candidates.subList(block * Strategy.BLOCK, (block + 1) * Strategy.BLOCK).stream()
              .mapToDouble(c -> Math.log10(rate(c)))
              .sorted()
              .toArray();
      double span = exponents[exponents.length - 1] - exponents[0];
      assertThat(span).as("block %d", block).isLessThan(before);
      assertThat(exponents[0]).isLessThan(-4);
      assertThat(exponents[exponents.length - 1]).isGreaterThan(-4);
      before = span / 2;
    }
  }

  @Test
  void geneticGenerationsImproveOnTheFirst() {
    var candidates =
        candidates(
            Strategy.GENETIC, RANGES, 1, p -> 10 - Math.abs(Math.log10(rate(p.values())) + 4));
    double first = distance(candidates.subList(0, Strategy.BLOCK));
    double last = distance(candidates.subList(2 * Strategy.BLOCK, 3 * Strategy.BLOCK));
    assertThat(last).isLessThan(first);
  }

  private static double distance(List<Map<String, String>> candidates) {
    return candidates.stream()
        .mapToDouble(c -> Math.abs(Math.log10(rate(c)) + 4))
        .average()
        .orElse(Double.NaN);
  }

  @ParameterizedTest
  @EnumSource
  void rangesOfOneValueMakeOneCandidate(Strategy strategy) {
    Map<String, Range> ranges = Map.of("fixed", new Range.Whole(7, 7));
    assertThat(candidates(strategy, ranges, 1, p -> 1)).containsExactly(Map.of("fixed", "7"));
  }

  @Test
  void aBlockWaitsForAllOfTheOneBefore() {
    List<Integer> missing = new ArrayList<>(List.of(3));
    InOrder order =
        new InOrder(
            Strategy.RANDOM.generator(RANGES, 1),
            TRIALS,
            index -> !missing.contains(index),
            index -> 0.0,
            () -> null);
    for (int i = 0; i < Strategy.BLOCK; i++) {
      assertThat(order.hasMoreCandidates()).isTrue();
      assertThat(order.getCandidate().getIndex()).isEqualTo(i);
    }
    assertThat(order.hasMoreCandidates()).isFalse();
    assertThat(order.ending()).isNull();
    missing.clear();
    assertThat(order.hasMoreCandidates()).isTrue();
  }
}
