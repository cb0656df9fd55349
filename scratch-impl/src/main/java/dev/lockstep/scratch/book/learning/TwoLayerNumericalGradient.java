package dev.lockstep.scratch.book.learning;

import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.book.neuralnetwork.Inference;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Central differences of the loss of a network of two layers, on one batch: the numbers of {@link
 * NumericalGradient} for a fraction of the work, since only what a perturbation changes is
 * evaluated.
 *
 * <ul>
 *   <li>A weight of the first layer moves one hidden unit, in proportion to its pixel: no sample
 *       whose pixel is 0 changes, and pixels of equal brightness change a sample equally.
 *   <li>A weight of the second layer moves one score, in proportion to its hidden unit.
 *   <li>A bias moves what a pixel of brightness 1 would move.
 * </ul>
 *
 * <p>x is N×D, the hidden layer a1 (before its function) and z1 are N×H, the scores a2 are N×C.
 * Hidden units are evaluated side by side on all cores. Each adds up its samples in their order and
 * writes numbers of its own, so the result does not depend on the number of cores.
 */
final class TwoLayerNumericalGradient {

  private static final double H = NumericalGradient.H;

  private final BrightPixels[] x;
  private final double[] a1;
  private final double[] z1;
  private final double[] w2;
  private final double[] exponentials;
  private final double[] sums;
  private final int[] labels;
  private final DoubleUnaryOperator function;
  private final double stabilizer;
  private final int samples;
  private final int inputs;
  private final int hidden;
  private final int classes;

  /**
   * @param x samples × inputs
   * @param a1 of the forward pass, samples × hidden
   * @param z1 function of a1, samples × hidden
   * @param w2 hidden × classes
   * @param a2 of the forward pass, samples × classes
   * @param t one-hot, samples × classes
   * @param function of the hidden layer
   * @param stabilizer added inside the logarithm of the loss
   */
  TwoLayerNumericalGradient(
      Tensor x,
      Tensor a1,
      Tensor z1,
      Tensor w2,
      Tensor a2,
      Tensor t,
      DoubleUnaryOperator function,
      double stabilizer) {
    this.samples = x.shape().length(0);
    this.inputs = x.size() / samples;
    this.hidden = w2.shape().length(0);
    this.classes = w2.shape().length(1);
    this.x = new BrightPixels[samples];
    for (int i = 0; i < samples; i++) {
      this.x[i] = new BrightPixels(x.data(), i * inputs, inputs);
    }
    this.a1 = a1.data();
    this.z1 = z1.data();
    this.w2 = w2.data();
    this.labels = Inference.labels(t);
    this.function = function;
    this.stabilizer = stabilizer;
    this.exponentials = new double[a2.size()];
    this.sums = new double[samples];
    for (int i = 0; i < samples; i++) {
      exponentiate(a2.data(), i);
    }
  }

  /** Keeps the terms of a sample's softmax, {@code exp(a2 − max)}, and their sum. */
  private void exponentiate(double[] a2, int sample) {
    int from = sample * classes;
    double max = Arrays.stream(a2, from, from + classes).max().orElseThrow();
    for (int k = from; k < from + classes; k++) {
      exponentials[k] = Math.exp(a2[k] - max);
      sums[sample] += exponentials[k];
    }
  }

  /**
   * Differentiates with respect to the first layer.
   *
   * @param dw1 to be set, inputs × hidden
   * @param da1 to be set, samples × hidden
   */
  void firstLayer(Tensor dw1, Tensor da1) {
    forEachHiddenUnit(
        unit -> {
          double[] column = new double[inputs];
          for (int i = 0; i < samples; i++) {
            da1.data()[i * hidden + unit] = moveInput(i, unit, 1);
            BrightPixels pixels = x[i];
            double[] derivatives = new double[pixels.levels()];
            for (int level = 0; level < derivatives.length; level++) {
              derivatives[level] = moveInput(i, unit, pixels.brightness(level));
            }
            pixels.add(derivatives, column);
          }
          for (int d = 0; d < inputs; d++) {
            dw1.data()[d * hidden + unit] = column[d];
          }
        });
  }

  /**
   * Differentiates with respect to the output of the hidden layer.
   *
   * @param dz1 to be set, samples × hidden
   */
  void hiddenLayer(Tensor dz1) {
    forEachHiddenUnit(
        unit -> {
          for (int i = 0; i < samples; i++) {
            dz1.data()[i * hidden + unit] = moveOutput(i, unit, H, -H);
          }
        });
  }

  /**
   * Differentiates with respect to the second layer.
   *
   * @param dw2 to be set, hidden × classes
   * @param da2 to be set, samples × classes
   */
  void secondLayer(Tensor dw2, Tensor da2) {
    forEachHiddenUnit(
        unit -> {
          for (int k = 0; k < classes; k++) {
            double sum = 0;
            for (int i = 0; i < samples; i++) {
              sum += moveScore(i, k, z1[i * hidden + unit]);
            }
            dw2.data()[unit * classes + k] = sum;
          }
        });
    for (int i = 0; i < samples; i++) {
      for (int k = 0; k < classes; k++) {
        da2.data()[i * classes + k] = moveScore(i, k, 1);
      }
    }
  }

  private void forEachHiddenUnit(IntConsumer task) {
    IntStream.range(0, hidden).parallel().forEach(task);
  }

  /** Moves the weight between a pixel and a hidden unit: the unit's input follows. */
  private double moveInput(int sample, int unit, double brightness) {
    double a = a1[sample * hidden + unit];
    double z = z1[sample * hidden + unit];
    return moveOutput(
        sample,
        unit,
        function.applyAsDouble(a + H * brightness) - z,
        function.applyAsDouble(a - H * brightness) - z);
  }

  /** Moves the output of a hidden unit up and down: all scores follow. */
  private double moveOutput(int sample, int unit, double up, double down) {
    int scores = sample * classes;
    int weights = unit * classes;
    double sumAbove = 0;
    double sumBelow = 0;
    for (int k = 0; k < classes; k++) {
      sumAbove += exponentials[scores + k] * exp(up * w2[weights + k]);
      sumBelow += exponentials[scores + k] * exp(down * w2[weights + k]);
    }
    int label = labels[sample];
    double exponential = exponentials[scores + label];
    double weight = w2[weights + label];
    return derivative(
        loss(exponential * exp(up * weight), sumAbove),
        loss(exponential * exp(down * weight), sumBelow));
  }

  /** Moves the weight between a hidden unit and a class: one score follows. */
  private double moveScore(int sample, int k, double z) {
    return derivative(lossWithScore(sample, k, H * z), lossWithScore(sample, k, -H * z));
  }

  private double lossWithScore(int sample, int k, double moved) {
    double before = exponentials[sample * classes + k];
    double after = before * exp(moved);
    int label = labels[sample];
    return loss(
        k == label ? after : exponentials[sample * classes + label], sums[sample] - before + after);
  }

  /** Returns {@code −log(y + stabilizer)}, y being the label's share of the softmax. */
  private double loss(double exponential, double sum) {
    return -Math.log(exponential / sum + stabilizer);
  }

  private double derivative(double above, double below) {
    return (above - below) / (2 * H) / samples;
  }

  /**
   * Returns {@code exp(u)}: next to 0, where h leaves nearly every u, by its series, which is
   * several times as fast. The first term left out, u⁵/120, is below 1e-17 there, and so below
   * rounding.
   */
  static double exp(double u) {
    return Math.abs(u) < 1e-3
        ? 1 + u * (1 + u * (1 / 2.0 + u * (1 / 6.0 + u * (1 / 24.0))))
        : Math.exp(u);
  }
}
