package dev.lockstep.report.statistics;

import java.util.List;
import java.util.stream.DoubleStream;

/** The moments of a few numbers. */
record Sample(List<Double> values) {

  double mean() {
    double sum = 0;
    for (double x : values) {
      sum += x;
    }
    double mean = sum / values.size();
    // The rounding of the sum is taken back: equal numbers have themselves as their mean.
    double rest = 0;
    for (double x : values) {
      rest += x - mean;
    }
    return mean + rest / values.size();
  }

  /** Returns the standard deviation with n − 1 in the denominator. */
  double standardDeviation() {
    double mean = mean();
    double squares = 0;
    for (double x : values) {
      squares += (x - mean) * (x - mean);
    }
    return Math.sqrt(squares / (values.size() - 1));
  }

  double standardError() {
    return standardDeviation() / Math.sqrt(values.size());
  }

  /** Returns the smallest finite value, NaN if there is none. */
  double low() {
    return finiteValues().min().orElse(Double.NaN);
  }

  /** Returns the largest finite value, NaN if there is none. */
  double high() {
    return finiteValues().max().orElse(Double.NaN);
  }

  private DoubleStream finiteValues() {
    return values.stream().mapToDouble(Double::doubleValue).filter(Double::isFinite);
  }

  boolean finite() {
    return values.stream().allMatch(Double::isFinite);
  }
}
