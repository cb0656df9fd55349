package dev.lockstep.report.statistics;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.Tolerance;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One measure of both sides over the same seeds. All of it is conditional on one split of the data:
 * seeds change initial values, order and masks, not which images there are.
 *
 * @param reference of the reference
 * @param candidate of the candidate, in the same order of seeds
 * @param differences candidate − reference for each seed; 0 where both are the same but for
 *     rounding or not finite in the same way
 * @param wins seeds in which the candidate is the better
 * @param ties seeds in which both are equal
 * @param losses seeds in which the reference is the better
 * @param test null if the sides are identical, if a value is not finite, or if there are fewer than
 *     {@value #SEEDS_TO_TEST} seeds: values and range then say all there is to say
 */
public record PairedStatistics(
    Side reference,
    Side candidate,
    List<Double> differences,
    int wins,
    int ties,
    int losses,
    @Nullable PairedTest test) {

  /** With fewer the sign-flip test cannot reach 0.05, whatever the values. */
  public static final int SEEDS_TO_TEST = 6;

  /** What the intervals of both sides' means cover. */
  static final double CONFIDENCE = 0.95;

  /**
   * One side.
   *
   * @param low the smallest finite value, NaN if there is none
   * @param high the largest finite value, NaN if there is none
   * @param spread of the values; null where there is no test to be made, because of too few seeds
   *     or values that are not finite
   */
  public record Side(List<Double> values, double low, double high, @Nullable Spread spread) {}

  /**
   * How the values of a side lie.
   *
   * @param standardDeviation with n − 1 in the denominator
   * @param interval of the mean, 95 %, by bootstrap
   */
  public record Spread(double mean, double standardDeviation, Interval interval) {}

  /** Which of two values is the better one. */
  public enum Better {
    /** As of accuracies. */
    HIGHER,
    /** As of losses. */
    LOWER;

    /** Returns whether a is better than b; what is not finite is worst. */
    private boolean prefers(double a, double b) {
      return goodness(a) > goodness(b);
    }

    private double goodness(double x) {
      double goodness = this == HIGHER ? x : -x;
      return Double.isFinite(x) ? goodness : Double.NEGATIVE_INFINITY;
    }
  }

  /**
   * @param name of the measure; it fixes what the bootstrap draws
   * @param margin the largest difference at which the two still count as equally good; null if none
   *     was fixed before the runs
   */
  public static PairedStatistics of(
      String name,
      Better better,
      List<Double> reference,
      List<Double> candidate,
      @Nullable Double margin) {
    if (reference.size() != candidate.size() || reference.isEmpty()) {
      throw new IllegalArgumentException(
          "%s: expected a value of both sides for every seed, found %d and %d"
              .formatted(name, reference.size(), candidate.size()));
    }
    List<Double> differences = new ArrayList<>();
    int wins = 0;
    int ties = 0;
    for (int i = 0; i < reference.size(); i++) {
      double difference = difference(reference.get(i), candidate.get(i));
      differences.add(difference);
      boolean tie = difference == 0;
      ties += tie ? 1 : 0;
      wins += !tie && better.prefers(candidate.get(i), reference.get(i)) ? 1 : 0;
    }
    Sample sample = new Sample(differences);
    boolean tested =
        differences.size() >= SEEDS_TO_TEST && sample.finite() && ties < differences.size();
    return new PairedStatistics(
        side(name, reference),
        side(name, candidate),
        Collections.unmodifiableList(differences),
        wins,
        ties,
        differences.size() - wins - ties,
        tested ? PairedTest.of(sample, margin) : null);
  }

  /** Rounding is no difference: the comparison of every tensor has judged it already. */
  private static double difference(double reference, double candidate) {
    double difference = candidate - reference;
    double rounding = Tolerance.EQUAL_FIGURES * Math.max(1, Math.abs(reference));
    boolean same = Double.compare(reference, candidate) == 0 || Math.abs(difference) <= rounding;
    return same ? 0 : difference;
  }

  /** Both sides are drawn from alike, seed by seed: equal values have equal intervals. */
  private static Side side(String name, List<Double> values) {
    Sample sample = new Sample(List.copyOf(values));
    Spread spread =
        values.size() >= SEEDS_TO_TEST && sample.finite()
            ? new Spread(
                sample.mean(),
                sample.standardDeviation(),
                Bootstrap.ofMean(sample.values(), CONFIDENCE, name))
            : null;
    return new Side(sample.values(), sample.low(), sample.high(), spread);
  }

  /**
   * Returns whether the two sides are equally good: {@link Verdict#AGREE} if they lie within the
   * margin that was fixed before the runs, {@link Verdict#DIFFER} if they surely differ, and {@link
   * Verdict#UNDECIDED} if the seeds do not decide.
   *
   * @param together how many measures are judged together: of many that do not differ, one in
   *     twenty would by chance seem to, so that each must show it more surely (Bonferroni)
   */
  public Verdict verdict(int together) {
    PairedTest.Equivalence equivalence = test == null ? null : test.equivalence();
    if (test == null || equivalence == null) {
      return Verdict.UNDECIDED;
    }
    if (equivalence.equivalent()) {
      return Verdict.AGREE;
    }
    boolean sure = together == 1 || together * test.p() <= PairedTest.LEVEL;
    return sure && !test.interval().contains(0) ? Verdict.DIFFER : Verdict.UNDECIDED;
  }

  /** Returns the number of seeds. */
  public int seeds() {
    return differences.size();
  }

  /** Returns whether both sides are equal for every seed, but for rounding. */
  @JsonProperty
  public boolean identical() {
    return ties == differences.size();
  }
}
