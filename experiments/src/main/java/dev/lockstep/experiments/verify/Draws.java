package dev.lockstep.experiments.verify;

import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.wording.TypeNames;
import java.util.Arrays;
import org.apache.commons.statistics.distribution.ContinuousDistribution;
import org.apache.commons.statistics.distribution.NormalDistribution;
import org.apache.commons.statistics.distribution.TruncatedNormalDistribution;
import org.apache.commons.statistics.distribution.UniformContinuousDistribution;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;
import org.jspecify.annotations.Nullable;

/**
 * Initial values that one side drew, against the distribution that they are to have.
 *
 * @param initial the distribution's name
 * @param weights where it was drawn for
 * @param drawnBy {@code plan}, {@code scratch} or {@code dl4j}
 * @param count how many were drawn
 * @param exactDeviation the standard deviation of the distribution; its mean is 0
 * @param mean of the draws
 * @param meanPValue how likely draws from the distribution have a mean at least this far off
 * @param deviation the standard deviation of the draws
 * @param deviationPValue the same for the deviation
 * @param distance the largest between the empirical and the exact distribution function (Kolmogorov
 *     and Smirnov)
 * @param distancePValue the same for the distance
 */
public record Draws(
    String initial,
    String weights,
    String drawnBy,
    int count,
    double exactDeviation,
    double mean,
    double meanPValue,
    double deviation,
    double deviationPValue,
    double distance,
    double distancePValue,
    Verdict verdict,
    @Nullable String failure)
    implements Row {

  /** Of all tests: how unlikely draws must be to be no draws from the distribution. */
  public static final double SIGNIFICANCE = 1e-3;

  private static final NormalDistribution STANDARD = NormalDistribution.of(0, 1);

  /** The fourth central moment over the square of the second. */
  private static final double KURTOSIS_OF_NORMAL = 3;

  private static final double KURTOSIS_OF_UNIFORM = 1.8;

  @Override
  public String title() {
    return "initial %s, %s, drawn by %s".formatted(initial, weights, drawnBy);
  }

  /** Tests mean, standard deviation and distribution function. */
  static Draws of(
      InitialValues initial, ParameterSpec weights, String place, String drawnBy, Tensor drawn) {
    ContinuousDistribution exact = distribution(initial, weights.fanIn(), weights.fanOut());
    double[] values = drawn.data();
    double sigma = Math.sqrt(exact.getVariance());
    double mean = Arrays.stream(values).average().orElseThrow();
    double deviation = deviation(values, mean);
    double kurtosis =
        exact instanceof NormalDistribution ? KURTOSIS_OF_NORMAL : KURTOSIS_OF_UNIFORM;
    double meanPValue = pValue(mean / (sigma / Math.sqrt(values.length)));
    double deviationPValue =
        pValue((deviation / sigma - 1) / Math.sqrt((kurtosis - 1) / (4.0 * values.length)));
    var distance = KolmogorovSmirnovTest.withDefaults().test(values, exact::cumulativeProbability);
    double smallest = Math.min(distance.getPValue(), Math.min(meanPValue, deviationPValue));
    return new Draws(
        TypeNames.of(initial),
        place,
        drawnBy,
        values.length,
        sigma,
        mean,
        meanPValue,
        deviation,
        deviationPValue,
        distance.getStatistic(),
        distance.getPValue(),
        smallest >= SIGNIFICANCE ? Verdict.AGREE : Verdict.DIFFER,
        smallest >= SIGNIFICANCE
            ? null
            : "draws from the distribution are so far from it with a probability of only %.1e"
                .formatted(smallest));
  }

  /** Returns the distribution that {@link InitialValues} describes. */
  static ContinuousDistribution distribution(InitialValues initial, int fanIn, int fanOut) {
    return initial.accept(new Formula(fanIn, fanOut));
  }

  private record Formula(int fanIn, int fanOut)
      implements InitialValues.Visitor<ContinuousDistribution> {

    @Override
    public ContinuousDistribution constant(InitialValues.Constant initial) {
      throw new IllegalArgumentException("a constant is not drawn");
    }

    @Override
    public ContinuousDistribution normal(InitialValues.Normal initial) {
      return NormalDistribution.of(0, initial.standardDeviation());
    }

    @Override
    public ContinuousDistribution xavier(InitialValues.Xavier initial) {
      return NormalDistribution.of(0, Math.sqrt(1.0 / fanIn));
    }

    @Override
    public ContinuousDistribution he(InitialValues.He initial) {
      return NormalDistribution.of(0, Math.sqrt(2.0 / fanIn));
    }

    @Override
    public ContinuousDistribution glorotUniform(InitialValues.GlorotUniform initial) {
      double limit = Math.sqrt(6.0 / ((double) fanIn + fanOut));
      return UniformContinuousDistribution.of(-limit, limit);
    }

    @Override
    public ContinuousDistribution uniform(InitialValues.Uniform initial) {
      return UniformContinuousDistribution.of(initial.from(), initial.to());
    }

    @Override
    public ContinuousDistribution truncatedNormal(InitialValues.TruncatedNormal initial) {
      double deviation = initial.standardDeviation();
      return TruncatedNormalDistribution.of(0, deviation, -2 * deviation, 2 * deviation);
    }
  }

  private static double deviation(double[] values, double mean) {
    double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(squares / (values.length - 1));
  }

  /** Returns how likely a standard normal number lies at least as far from 0. */
  private static double pValue(double z) {
    return 2 * STANDARD.survivalProbability(Math.abs(z));
  }
}
