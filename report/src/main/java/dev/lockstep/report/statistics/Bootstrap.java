package dev.lockstep.report.statistics;

import dev.lockstep.core.plan.RandomStreams;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/** How far a mean would move with other seeds, by drawing from those there are (Efron 1979). */
final class Bootstrap {

  /** The ends of a 95 % interval then rest on 250 means each. */
  private static final int RESAMPLES = 10_000;

  private Bootstrap() {}

  /**
   * Returns the percentile interval of the mean.
   *
   * @param confidence the share of resampled means inside
   * @param name of the random stream: the same name and values give the same interval
   */
  static Interval ofMean(List<Double> values, double confidence, String name) {
    UniformRandomProvider random = new RandomStreams(0).stream("bootstrap/" + name, 0);
    int n = values.size();
    double[] means = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      double sum = 0;
      for (int j = 0; j < n; j++) {
        sum += values.get(random.nextInt(n));
      }
      means[i] = sum / n;
    }
    Arrays.sort(means);
    int outside = (int) Math.round(RESAMPLES * (1 - confidence) / 2);
    return new Interval(means[outside], means[RESAMPLES - 1 - outside]);
  }
}
