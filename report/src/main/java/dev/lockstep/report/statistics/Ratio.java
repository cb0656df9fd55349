package dev.lockstep.report.statistics;

import java.util.ArrayList;
import java.util.List;
import org.apache.commons.statistics.distribution.TDistribution;
import org.jspecify.annotations.Nullable;

/**
 * How many times as large the numbers of one row are as those of another, measured in pairs.
 *
 * @param value the geometric mean of the quotients
 * @param interval of 95 %, by Student's t over the logarithms of the quotients; null for one pair
 */
public record Ratio(double value, @Nullable Interval interval) {

  private static final double UPPER_QUANTILE = 0.975;

  /**
   * Divides pair by pair.
   *
   * @param numerators positive
   * @param denominators positive, as many
   */
  public static Ratio of(List<Double> numerators, List<Double> denominators) {
    if (numerators.isEmpty() || numerators.size() != denominators.size()) {
      throw new IllegalArgumentException(
          "expected pairs, found %d numerators and %d denominators"
              .formatted(numerators.size(), denominators.size()));
    }
    List<Double> logarithms = new ArrayList<>();
    for (int i = 0; i < numerators.size(); i++) {
      logarithms.add(Math.log(numerators.get(i) / denominators.get(i)));
    }
    Sample sample = new Sample(logarithms);
    double mean = sample.mean();
    if (logarithms.size() == 1) {
      return new Ratio(Math.exp(mean), null);
    }
    double t = TDistribution.of(logarithms.size() - 1).inverseCumulativeProbability(UPPER_QUANTILE);
    double half = t * sample.standardError();
    return new Ratio(Math.exp(mean), new Interval(Math.exp(mean - half), Math.exp(mean + half)));
  }

  /** Returns the geometric mean of positive numbers: the quotient of two is the ratio's value. */
  public static double geometricMean(List<Double> values) {
    return Math.exp(new Sample(values.stream().map(Math::log).toList()).mean());
  }
}
