package dev.lockstep.experiments.search.result;

import dev.lockstep.core.plan.RandomStreams;
import dev.lockstep.report.statistics.Interval;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import org.apache.commons.math3.stat.correlation.KendallsCorrelation;
import org.apache.commons.math3.stat.correlation.SpearmansCorrelation;
import org.apache.commons.rng.UniformRandomProvider;
import org.jspecify.annotations.Nullable;

/**
 * How far two lists of scores order the same things alike.
 *
 * @param value 1 for the same order, −1 for the opposite
 * @param interval of 95 %: how far the value would move with other things of the same kind
 */
public record RankCorrelation(double value, Interval interval) {

  /** The ends of the interval then rest on 50 values each. */
  private static final int RESAMPLES = 2000;

  private static final double CONFIDENCE = 0.95;

  /** Returns Spearman's ρ, ties at the mean of their ranks; null if one list is all ties. */
  public static @Nullable RankCorrelation spearman(List<Double> first, List<Double> second) {
    SpearmansCorrelation correlation = new SpearmansCorrelation();
    return of("spearman", first, second, correlation::correlation);
  }

  /** Returns Kendall's τ-b, which takes ties into account; null if one list is all ties. */
  public static @Nullable RankCorrelation kendall(List<Double> first, List<Double> second) {
    KendallsCorrelation correlation = new KendallsCorrelation();
    return of("kendall", first, second, correlation::correlation);
  }

  private static @Nullable RankCorrelation of(
      String name,
      List<Double> first,
      List<Double> second,
      ToDoubleBiFunction<double[], double[]> correlation) {
    double[] x = array(first);
    double[] y = array(second);
    double value = x.length < 2 ? Double.NaN : correlation.applyAsDouble(x, y);
    return Double.isNaN(value)
        ? null
        : new RankCorrelation(value, interval(name, x, y, correlation));
  }

  /** Percentile bootstrap over pairs (Efron 1979); resamples that are all ties are left out. */
  private static Interval interval(
      String name, double[] x, double[] y, ToDoubleBiFunction<double[], double[]> correlation) {
    UniformRandomProvider random = new RandomStreams(0).stream("bootstrap/" + name, 0);
    int n = x.length;
    double[] values = new double[RESAMPLES];
    for (int i = 0; i < RESAMPLES; i++) {
      double[] resampledX = new double[n];
      double[] resampledY = new double[n];
      for (int j = 0; j < n; j++) {
        int chosen = random.nextInt(n);
        resampledX[j] = x[chosen];
        resampledY[j] = y[chosen];
      }
      values[i] = correlation.applyAsDouble(resampledX, resampledY);
    }
    double[] defined = Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
    int outside = (int) Math.round(defined.length * (1 - CONFIDENCE) / 2);
    return new Interval(defined[outside], defined[defined.length - 1 - outside]);
  }

  private static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
