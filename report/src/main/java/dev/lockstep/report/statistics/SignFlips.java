package dev.lockstep.report.statistics;

import dev.lockstep.core.plan.RandomStreams;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Fisher's randomization test of paired differences (The Design of Experiments, 1935, section 21):
 * if neither side were better, each difference could as well have had the other sign. It assumes no
 * distribution.
 */
final class SignFlips {

  /** Up to here every combination of signs is tried: half a million of them. */
  private static final int EXACT = 20;

  /** Beyond, that many are drawn; the error of a p of 0.05 is then 0.0007. */
  private static final int DRAWN = 100_000;

  /** Sums that are equal but for their rounding count as equal. */
  private static final double ROUNDING = 1e-12;

  private SignFlips() {}

  /** Returns the smallest two-sided p that n pairs can reach, however far apart they lie. */
  static double smallestAttainable(int n) {
    return n <= EXACT ? Math.pow(2, 1 - n) : 1.0 / (DRAWN + 1);
  }

  /**
   * Returns the two-sided p: the share of sign combinations whose sum is at least as far from 0.
   */
  static double p(double[] differences) {
    double observed = 0;
    double size = 0;
    for (double d : differences) {
      observed += d;
      size += Math.abs(d);
    }
    double threshold = Math.abs(observed) - ROUNDING * size;
    if (differences.length > EXACT) {
      return drawn(differences, threshold);
    }
    // The sum of all signs turned is as far from 0: one half of the combinations tells the other.
    return extreme(differences, 1, differences[0], threshold) / Math.pow(2, differences.length - 1);
  }

  private static double extreme(double[] differences, int from, double sum, double threshold) {
    if (from == differences.length) {
      return Math.abs(sum) >= threshold ? 1 : 0;
    }
    return extreme(differences, from + 1, sum + differences[from], threshold)
        + extreme(differences, from + 1, sum - differences[from], threshold);
  }

  private static double drawn(double[] differences, double threshold) {
    UniformRandomProvider random = new RandomStreams(0).stream("sign flips", differences.length);
    int extreme = 0;
    for (int i = 0; i < DRAWN; i++) {
      double sum = 0;
      for (double d : differences) {
        sum += random.nextBoolean() ? d : -d;
      }
      if (Math.abs(sum) >= threshold) {
        extreme++;
      }
    }
    return (1.0 + extreme) / (1.0 + DRAWN);
  }
}
