package dev.lockstep.core.diagnosis.layers;

import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A batch normalization of one step, from the candidate's own tensors. */
public final class Normalized {

  private final double[] x;
  private final double[] dout;
  private final double[] gamma;
  private final double[] beta;
  private final double epsilon;

  /** Elements of an image that share a feature. */
  private final int positions;

  /** What a mean is taken over. */
  private final double count;

  private final double[] mean;
  private final double[] variance;

  private Normalized(Tensor x, Tensor dout, Tensor gamma, Tensor beta, double epsilon) {
    this.x = x.data();
    this.dout = dout.data();
    this.gamma = gamma.data();
    this.beta = beta.data();
    this.epsilon = epsilon;
    int samples = x.shape().length(0);
    this.positions = x.size() / samples / gamma.size();
    this.count = (double) samples * positions;
    this.mean = new double[gamma.size()];
    this.variance = new double[gamma.size()];
    for (int i = 0; i < x.size(); i++) {
      mean[feature(i)] += x.data()[i] / count;
    }
    for (int i = 0; i < x.size(); i++) {
      double centered = x.data()[i] - mean[feature(i)];
      variance[feature(i)] += centered * centered / count;
    }
  }

  public static @Nullable Normalized of(Look look, LayerSpec.BatchNormalization norm) {
    List<Normalized> whole = parts(look, norm, 1);
    return whole.isEmpty() ? null : whole.get(0);
  }

  /**
   * Returns the batch in so many parts of as many rows, each a batch by itself; none if it has not.
   */
  static List<Normalized> parts(Look look, LayerSpec.BatchNormalization norm, int parts) {
    Tensor x = look.input(norm.name());
    Tensor dout = look.candidate(Phase.BACKWARD, norm.name() + "/out");
    Tensor gamma = look.before(norm.name() + "/gamma");
    Tensor beta = look.before(norm.name() + "/beta");
    List<Normalized> each = new ArrayList<>();
    if (x == null
        || dout == null
        || gamma == null
        || beta == null
        || dout.size() != x.size()
        || x.shape().length(0) % parts != 0) {
      return each;
    }
    for (int part = 0; part < parts; part++) {
      each.add(
          new Normalized(
              part(x, part, parts), part(dout, part, parts), gamma, beta, norm.epsilon()));
    }
    return each;
  }

  private static Tensor part(Tensor tensor, int part, int parts) {
    int size = tensor.size() / parts;
    if (parts == 1) {
      return tensor;
    }
    return Tensor.of(
        tensor.shape().sample().batchOf(tensor.shape().length(0) / parts),
        Arrays.copyOfRange(tensor.data(), part * size, (part + 1) * size));
  }

  /** Returns the gradient of the input. */
  double[] rightSlope() {
    return slope(count, 1);
  }

  /** Returns the gradient of gamma. */
  double[] rightGammaGradient() {
    return gammaGradient(Numbers.each(gamma.length, this::root));
  }

  /** Returns gamma's gradient with the input in place of x̂. */
  double[] gammaGradientOfInput() {
    return products(x);
  }

  public double count() {
    return count;
  }

  public double[] mean() {
    return mean;
  }

  public double[] variance() {
    return variance;
  }

  public int features() {
    return gamma.length;
  }

  private int feature(int i) {
    return i / positions % gamma.length;
  }

  private double root(int feature) {
    return Math.sqrt(variance[feature] + epsilon);
  }

  /** Returns the output if it is divided by other numbers. */
  public double[] output(double[] divisors) {
    return Numbers.each(
        x.length,
        i -> {
          int f = feature(i);
          return gamma[f] * (x[i] - mean[f]) / divisors[f] + beta[f];
        });
  }

  /** Returns the output if it is normalized by statistics from elsewhere. */
  public double[] output(double[] means, double[] divisors, double[] input) {
    return Numbers.each(
        input.length,
        i -> {
          int f = feature(i);
          return gamma[f] * (input[i] - means[f]) / divisors[f] + beta[f];
        });
  }

  /** Returns the input's gradient if the statistics do not depend on it. */
  public double[] scaled(double[] divisors) {
    return Numbers.each(dout.length, i -> dout[i] * gamma[feature(i)] / divisors[feature(i)]);
  }

  /** Returns the mean distance of each feature from its mean. */
  public double[] deviation() {
    double[] deviation = new double[gamma.length];
    for (int i = 0; i < x.length; i++) {
      deviation[feature(i)] += Math.abs(x[i] - mean[feature(i)]) / count;
    }
    return deviation;
  }

  public double variance(int feature) {
    return variance[feature] + epsilon;
  }

  /**
   * Returns γ/σ · (dout − Σ dout/m − s · x̂ · Σ dout·x̂/m).
   *
   * @param m what sums are divided by
   * @param s the sign of the variance's term
   */
  public double[] slope(double m, double s) {
    return slope(Numbers.each(gamma.length, this::root), m, s);
  }

  /** Returns the slope with another number in place of each σ, also within x̂. */
  public double[] rescaledSlope(double[] divisors) {
    return slope(divisors, count, 1);
  }

  /** Returns the mean of squares of each feature. */
  double[] squares() {
    return Numbers.each(gamma.length, f -> variance[f] + mean[f] * mean[f]);
  }

  /** Returns the slope with other means and other numbers in place of each σ. */
  double[] slopeBy(double[] means, double[] divisors) {
    return slope(normalized(means, divisors), divisors, count, 1);
  }

  private double[] slope(double[] divisors, double m, double s) {
    return slope(normalized(mean, divisors), divisors, m, s);
  }

  /** Returns γ/D · (dout − Σ dout/m − s · h · Σ dout·h/m). */
  private double[] slope(double[] h, double[] divisors, double m, double s) {
    double[] sums = new double[gamma.length];
    double[] products = products(h);
    for (int i = 0; i < x.length; i++) {
      sums[feature(i)] += dout[i];
    }
    return Numbers.each(
        x.length,
        i -> {
          int f = feature(i);
          return gamma[f] / divisors[f] * (dout[i] - sums[f] / m - s * h[i] * products[f] / m);
        });
  }

  private double[] normalized(double[] means, double[] divisors) {
    return Numbers.each(x.length, i -> (x[i] - means[feature(i)]) / divisors[feature(i)]);
  }

  /** Returns Σ dout·h of each feature. */
  private double[] products(double[] h) {
    double[] products = new double[gamma.length];
    for (int i = 0; i < x.length; i++) {
      products[feature(i)] += dout[i] * h[i];
    }
    return products;
  }

  /** Returns γ·x̂ + β. */
  double[] output() {
    return output(Numbers.each(gamma.length, this::root));
  }

  public double[] gammaGradient(double[] means, double[] divisors) {
    return products(normalized(means, divisors));
  }

  public double[] gammaGradientOfOutput() {
    return products(output());
  }

  /** Returns the input's gradient with the output in place of x̂. */
  public double[] slopeOfOutput() {
    return slope(output(), Numbers.each(gamma.length, this::root), count, 1);
  }

  public double[] gammaGradient(double[] divisors) {
    return gammaGradient(mean, divisors);
  }

  /** Returns a gradient as if it were divided by other numbers. */
  public double[] rescaled(double[] gradient, double[] divisors) {
    return Numbers.each(
        gradient.length, i -> gradient[i] * root(feature(i)) / divisors[feature(i)]);
  }

  /**
   * Returns γ/D · (dout − mean of dout − (x − μ) · Σ dout (x − μ) · 2 D′/(D M)).
   *
   * @param derivatives of the divisor with respect to the variance
   */
  public double[] slope(double[] divisors, double[] derivatives) {
    double[] means = new double[gamma.length];
    double[] products = new double[gamma.length];
    for (int i = 0; i < x.length; i++) {
      int f = feature(i);
      means[f] += dout[i] / count;
      products[f] += dout[i] * (x[i] - mean[f]) / count;
    }
    return Numbers.each(
        x.length,
        i -> {
          int f = feature(i);
          double along = 2 * derivatives[f] / divisors[f] * (x[i] - mean[f]) * products[f];
          return gamma[f] / divisors[f] * (dout[i] - means[f] - along);
        });
  }

  public double[] constantStatistics() {
    return Numbers.each(x.length, i -> dout[i] * gamma[feature(i)] / root(feature(i)));
  }

  public double[] constantVariance() {
    double[] divisors = Numbers.each(gamma.length, this::root);
    return slope(divisors, new double[gamma.length]);
  }

  public double[] constantMean() {
    double[] products = new double[gamma.length];
    for (int i = 0; i < x.length; i++) {
      products[feature(i)] += dout[i] * (x[i] - mean[feature(i)]) / count;
    }
    return Numbers.each(
        x.length,
        i -> {
          int f = feature(i);
          double xn = (x[i] - mean[f]) / root(f);
          return gamma[f] / root(f) * (dout[i] - xn * products[f] / root(f));
        });
  }

  public double[] withoutGamma(double[] gradient) {
    return Numbers.each(gradient.length, i -> gradient[i] / gamma[feature(i)]);
  }
}
