package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Buffer;
import dev.lockstep.scratch.kernels.PerFeature;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Batch normalization (Ioffe and Szegedy 2015; chapter 6). A feature is an element of the input
 * (the book's form) or a channel of an image; M counts what its mean is taken over: the samples, or
 * samples × height × width.
 *
 * <pre>
 * mean = Σ x / M    variance = Σ (x − mean)² / M
 * xn = (x − mean) / √(variance + epsilon)
 * y = gamma · xn + beta
 *
 * dbeta = Σ dout    dgamma = Σ dout · xn
 * dx = gamma / √(variance + epsilon) · (dout − dbeta / M − xn · dgamma / M)
 * </pre>
 *
 * <p>The last line is what the book's backward pass comes to, step by step, when mean and variance
 * are followed back to x. Prediction takes the running statistics, which start at 0 and move with
 * every training pass: {@code running ← momentum · running + (1 − momentum) · batch}.
 *
 * <p>x and y are N×D, or N×C×H×W; gamma, beta and the statistics have one number per feature. DL4J:
 * {@code BatchNormalization}.
 */
public final class BatchNormalization implements Layer {

  private final String name;
  private final Shape sample;
  private final double momentum;
  private final double epsilon;
  private final int positions;
  private final PerFeature perFeature;
  private final Parameter gamma;
  private final Parameter beta;
  private final Tensor runningMean;
  private final Tensor runningVar;
  private final double[] mean;
  private final double[] variance;
  private final double[] inverseDeviation;
  private final double[] scale;
  private final double[] meanOfGradient;
  private final double[] meanOfProduct;
  private final Buffer normalized = new Buffer();
  private boolean training;
  private Tensor xn = Tensor.zeros(Shape.of(0));

  /**
   * @param sample the shape of one input sample
   * @param perChannel true: one feature per channel, the sample's first axis; false: one per
   *     element
   */
  public BatchNormalization(
      String name, Shape sample, double momentum, double epsilon, boolean perChannel) {
    this.name = name;
    this.sample = sample;
    this.momentum = momentum;
    this.epsilon = epsilon;
    int features = perChannel ? sample.length(0) : sample.size();
    this.positions = sample.size() / features;
    this.perFeature = new PerFeature(features, positions);
    Shape shape = Shape.of(features);
    this.gamma = new Parameter(name, "gamma", shape, Penalty.NONE);
    Arrays.fill(gamma.value().data(), 1);
    this.beta = new Parameter(name, "beta", shape, Penalty.NONE);
    this.runningMean = Tensor.zeros(shape);
    this.runningVar = Tensor.zeros(shape);
    this.mean = new double[features];
    this.variance = new double[features];
    this.inverseDeviation = new double[features];
    this.scale = new double[features];
    this.meanOfGradient = new double[features];
    this.meanOfProduct = new double[features];
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(gamma, beta);
  }

  @Override
  public Map<String, Tensor> statistics() {
    Map<String, Tensor> statistics = new LinkedHashMap<>();
    statistics.put(name + "/runningMean", runningMean);
    statistics.put(name + "/runningVar", runningVar);
    return statistics;
  }

  @Override
  public Shape begin(Shape input, Pass pass) {
    Require.samples(name, sample, input);
    training = pass.training();
    xn = normalized.of(input);
    return input;
  }

  @Override
  public void forward(Samples x, Samples y) {
    if (training) {
      computeStatistics(x);
      normalize(x, mean, variance);
    } else {
      normalize(x, runningMean.data(), runningVar.data());
    }
    perFeature.scaleAndShift(xn.data(), gamma.value().data(), beta.value().data(), y.data());
  }

  private void computeStatistics(Samples x) {
    double count = count(x);
    perFeature.sum(x.data(), mean);
    divide(mean, count);
    perFeature.sumOfSquares(x.data(), mean, variance);
    divide(variance, count);
    move(runningMean.data(), mean);
    move(runningVar.data(), variance);
  }

  private void move(double[] running, double[] batch) {
    for (int f = 0; f < running.length; f++) {
      running[f] = momentum * running[f] + (1 - momentum) * batch[f];
    }
  }

  private void normalize(Samples x, double[] mean, double[] variance) {
    for (int f = 0; f < inverseDeviation.length; f++) {
      inverseDeviation[f] = 1 / Math.sqrt(variance[f] + epsilon);
    }
    perFeature.centerAndScale(x.data(), mean, inverseDeviation, xn.data());
  }

  @Override
  public void backwardToParameters(Samples x, Samples dout) {
    perFeature.sum(dout.data(), beta.gradient().data());
    perFeature.sumOfProducts(dout.data(), xn.data(), gamma.gradient().data());
  }

  @Override
  public void backwardToInput(Samples x, Samples y, Samples dout, Samples dx) {
    double count = count(dout);
    for (int f = 0; f < scale.length; f++) {
      scale[f] = gamma.value().data()[f] * inverseDeviation[f];
      meanOfGradient[f] = beta.gradient().data()[f] / count;
      meanOfProduct[f] = gamma.gradient().data()[f] / count;
    }
    perFeature.subtractLine(
        dout.data(), meanOfGradient, meanOfProduct, xn.data(), scale, dx.data());
  }

  private double count(Samples x) {
    return (double) x.count() * positions;
  }

  private static void divide(double[] numbers, double divisor) {
    for (int f = 0; f < numbers.length; f++) {
      numbers[f] /= divisor;
    }
  }
}
