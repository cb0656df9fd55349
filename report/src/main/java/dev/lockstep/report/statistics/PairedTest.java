package dev.lockstep.report.statistics;

import org.apache.commons.statistics.distribution.TDistribution;
import org.apache.commons.statistics.inference.AlternativeHypothesis;
import org.apache.commons.statistics.inference.TTest;
import org.jspecify.annotations.Nullable;

/**
 * What paired differences allow to say.
 *
 * @param meanDifference candidate − reference
 * @param standardDeviation of the differences
 * @param interval of the mean difference, 95 %, by Student's t
 * @param equivalence null if no margin was fixed before the runs
 * @param detectable the smallest true difference that this many seeds, scattered like these, show
 *     four times out of five at the 5 % level
 * @param p of the differences if neither side were better, by flips of their signs
 * @param smallestAttainableP the smallest that this many seeds can reach
 */
public record PairedTest(
    double meanDifference,
    double standardDeviation,
    Interval interval,
    @Nullable Equivalence equivalence,
    double detectable,
    double p,
    double smallestAttainableP) {

  /** The share of true hypotheses that a test may call false. */
  public static final double LEVEL = 0.05;

  /** The share of true differences of the detectable size that show. */
  public static final double POWER = 0.8;

  /**
   * Two one-sided tests (Schuirmann 1987): is the difference above −margin, and is it below margin?
   *
   * @param margin fixed before the runs
   * @param interval of the mean difference, 90 %: inside of ±margin exactly if both tests say so
   * @param p the larger of the two
   * @param equivalent whether the sides are equally good, p below {@value PairedTest#LEVEL}
   */
  public record Equivalence(double margin, Interval interval, double p, boolean equivalent) {}

  static PairedTest of(Sample differences, @Nullable Double margin) {
    int n = differences.values().size();
    double[] values = differences.values().stream().mapToDouble(Double::doubleValue).toArray();
    return new PairedTest(
        differences.mean(),
        differences.standardDeviation(),
        interval(differences, 1 - LEVEL),
        margin == null ? null : equivalence(differences, values, margin),
        detectable(differences),
        SignFlips.p(values),
        SignFlips.smallestAttainable(n));
  }

  private static TDistribution student(Sample differences) {
    return TDistribution.of(differences.values().size() - 1.0);
  }

  private static Interval interval(Sample differences, double confidence) {
    double t = student(differences).inverseSurvivalProbability((1 - confidence) / 2);
    double half = t * differences.standardError();
    return new Interval(differences.mean() - half, differences.mean() + half);
  }

  private static Equivalence equivalence(Sample differences, double[] values, double margin) {
    Interval interval = interval(differences, 1 - 2 * LEVEL);
    double p =
        Math.max(
            oneSided(differences, values, -margin, AlternativeHypothesis.GREATER_THAN),
            oneSided(differences, values, margin, AlternativeHypothesis.LESS_THAN));
    return new Equivalence(margin, interval, p, p < LEVEL);
  }

  /**
   * Returns p of "the mean lies on the far side of mu"; differences that are all equal leave no
   * doubt.
   */
  private static double oneSided(
      Sample differences, double[] values, double mu, AlternativeHypothesis alternative) {
    if (differences.standardDeviation() == 0) {
      double beyond = differences.mean() - mu;
      return (alternative == AlternativeHypothesis.GREATER_THAN ? beyond > 0 : beyond < 0) ? 0 : 1;
    }
    return TTest.withDefaults().withMu(mu).with(alternative).test(values).getPValue();
  }

  /** (t of the level + t of the power) × standard error (Zar, Biostatistical Analysis, 7.7). */
  private static double detectable(Sample differences) {
    TDistribution student = student(differences);
    return (student.inverseSurvivalProbability(LEVEL / 2)
            + student.inverseCumulativeProbability(POWER))
        * differences.standardError();
  }
}
