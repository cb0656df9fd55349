package dev.lockstep.core.plan;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Changes of training images that leave their labels right (section 8.1.3): each image of each step
 * is shifted, turned, made larger or smaller and bent anew. Every kind draws from a stream of its
 * own, so that adding one never changes another.
 *
 * @param shift the largest shift along each axis, in pixels
 * @param rotation the largest angle, in degrees
 * @param scaling the largest change of size, as a share
 * @param elastic the strength α of elastic distortion (Simard, Steinkraus and Platt 2003): uniform
 *     displacements of every pixel, smoothed by a Gaussian of {@value #SMOOTHING} pixels, times α;
 *     theirs is 34
 */
public record Augmentation(double shift, double rotation, double scaling, double elastic) {

  /** Leaves images as they are. */
  public static final Augmentation NONE = new Augmentation(0, 0, 0, 0);

  /** The standard deviation of Simard et al., in pixels. */
  static final int SMOOTHING = 4;

  public Augmentation {
    require("shift", shift);
    require("rotation", rotation);
    require("scaling", scaling);
    require("elastic", elastic);
    if (scaling >= 1) {
      throw new IllegalArgumentException("scaling: expected less than 1, found " + scaling);
    }
  }

  private static void require(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + ": expected at least 0, found " + value);
    }
  }

  /**
   * Returns the images of a step as it sees them.
   *
   * @param inputs samples × anything of as many elements as an image
   * @param image channels × height × width; all channels of an image are moved alike
   */
  Tensor apply(Tensor inputs, Shape image, RandomStreams streams, long step) {
    if (equals(NONE)) {
      return inputs;
    }
    UniformRandomProvider shifts = streams.stream("augmentation/shift", step);
    UniformRandomProvider rotations = streams.stream("augmentation/rotation", step);
    UniformRandomProvider scalings = streams.stream("augmentation/scaling", step);
    UniformRandomProvider bends = streams.stream("augmentation/elastic", step);
    Tensor moved = Tensor.zeros(inputs.shape());
    int height = image.length(1);
    int width = image.length(2);
    int plane = height * width;
    for (int from = 0; from < inputs.size(); from += image.size()) {
      Warp warp =
          new Warp(
              height,
              width,
              between(-shift, shift, shifts),
              between(-shift, shift, shifts),
              StrictMath.toRadians(between(-rotation, rotation, rotations)),
              1 + between(-scaling, scaling, scalings),
              elastic == 0 ? null : displacement(height, width, bends),
              elastic == 0 ? null : displacement(height, width, bends));
      for (int channel = 0; channel < image.length(0); channel++) {
        warp.apply(inputs.data(), from + channel * plane, moved.data());
      }
    }
    return moved;
  }

  private static double between(double low, double high, UniformRandomProvider random) {
    return low + (high - low) * random.nextDouble();
  }

  /** Draws how far every pixel moves along one axis. */
  private double[] displacement(int height, int width, UniformRandomProvider random) {
    double[] field = new double[height * width];
    for (int i = 0; i < field.length; i++) {
      field[i] = elastic * between(-1, 1, random);
    }
    return smoothed(smoothed(field, height, width, width, 1), width, height, 1, width);
  }

  /**
   * Smooths along one axis: of {@code length} elements {@code stride} apart, in each of the lines.
   */
  private static double[] smoothed(
      double[] field, int lines, int length, int lineStride, int stride) {
    double[] kernel = gaussian();
    int reach = kernel.length / 2;
    double[] smooth = new double[field.length];
    for (int line = 0; line < lines; line++) {
      for (int at = 0; at < length; at++) {
        double sum = 0;
        for (int k = Math.max(-reach, -at); k <= Math.min(reach, length - 1 - at); k++) {
          sum += kernel[k + reach] * field[line * lineStride + (at + k) * stride];
        }
        smooth[line * lineStride + at * stride] = sum;
      }
    }
    return smooth;
  }

  /** A Gaussian to three standard deviations on each side, of sum 1. */
  private static double[] gaussian() {
    int reach = 3 * SMOOTHING;
    double[] kernel = new double[2 * reach + 1];
    double sum = 0;
    for (int k = -reach; k <= reach; k++) {
      kernel[k + reach] = StrictMath.exp(-0.5 * k * k / (SMOOTHING * SMOOTHING));
      sum += kernel[k + reach];
    }
    for (int i = 0; i < kernel.length; i++) {
      kernel[i] /= sum;
    }
    return kernel;
  }
}
