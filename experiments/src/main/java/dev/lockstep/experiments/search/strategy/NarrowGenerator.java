package dev.lockstep.experiments.search.strategy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.deeplearning4j.arbiter.optimize.api.Candidate;
import org.deeplearning4j.arbiter.optimize.api.OptimizationResult;
import org.deeplearning4j.arbiter.optimize.generator.BaseCandidateGenerator;

/**
 * The book's own way (chapter 6): values at random in their ranges, then each range narrowed to
 * what the best of all so far span, and so on. Ranges are narrowed as positions from 0 to 1, so
 * that a logarithmic one stays logarithmic and a choice loses the values that none of the best has.
 */
@SuppressWarnings({"rawtypes", "unchecked"}) // Arbiter's interface
final class NarrowGenerator extends BaseCandidateGenerator<Map<String, String>> {

  /** The best of a block of twenty: enough not to follow a single lucky one. */
  private static final int BEST = Strategy.BLOCK / 4;

  private record Scored(double score, Candidate candidate) {}

  private final List<Scored> scored = new ArrayList<>();
  private final double[] low;
  private final double[] high;

  NarrowGenerator(CandidateSpace space, long seed) {
    super(space, null, false);
    initialize();
    setRngSeed(seed);
    low = new double[space.numParameters()];
    high = new double[space.numParameters()];
    Arrays.fill(high, 1);
  }

  @Override
  public boolean hasMoreCandidates() {
    return true;
  }

  @Override
  public Candidate getCandidate() {
    double[] positions = new double[low.length];
    for (int i = 0; i < positions.length; i++) {
      positions[i] = low[i] + (high[i] - low[i]) * rng.nextDouble();
    }
    return new Candidate(
        parameterSpace.getValue(positions),
        candidateCounter.getAndIncrement(),
        positions,
        null,
        null);
  }

  @Override
  public void reportResults(OptimizationResult result) {
    scored.add(new Scored(result.getScore(), result.getCandidate()));
    if (scored.size() % Strategy.BLOCK == 0) {
      narrow();
    }
  }

  private void narrow() {
    List<double[]> best =
        scored.stream()
            .filter(trial -> trial.score() > ValidationAccuracy.WORST)
            .sorted(Comparator.comparingDouble(Scored::score).reversed())
            .limit(BEST)
            .map(trial -> trial.candidate().getFlatParameters())
            .toList();
    if (best.isEmpty()) {
      return;
    }
    for (int i = 0; i < low.length; i++) {
      int parameter = i;
      low[i] = best.stream().mapToDouble(p -> p[parameter]).min().orElse(low[i]);
      high[i] = best.stream().mapToDouble(p -> p[parameter]).max().orElse(high[i]);
    }
  }

  @Override
  public Class<?> getCandidateType() {
    return Map.class;
  }
}
