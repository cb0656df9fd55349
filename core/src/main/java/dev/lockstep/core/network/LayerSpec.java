package dev.lockstep.core.network;

import java.util.List;

/**
 * One layer of a network. Its name is its full path, {@code affine1} or {@code residual1/conv2},
 * stable across implementations, reports and runs.
 */
public sealed interface LayerSpec {

  /** Returns the full path of this layer. */
  String name();

  /**
   * A fully connected layer, {@code y = x·W + b}; an input with several axes is flattened first.
   * Parameters {@code W} (inputs × units) and {@code b} (units). DL4J: {@code DenseLayer}.
   */
  record Affine(String name, int units, InitialValues initial) implements LayerSpec {
    public Affine {
      Require.atLeastOne("units", units);
    }
  }

  /** An elementwise function. DL4J: {@code ActivationLayer}. */
  record Activation(String name, ActivationFunction function) implements LayerSpec {}

  /**
   * Batch normalization (Ioffe and Szegedy 2015; chapter 6): per feature {@code (x − mean) /
   * √(variance + epsilon)} with the biased variance of the batch, then {@code gamma · x + beta}.
   * Running statistics start at 0 (the book's choice, for the variance too) and move by {@code
   * running ← momentum · running + (1 − momentum) · batch}. Parameters {@code gamma} and {@code
   * beta}, statistics {@code runningMean} and {@code runningVar}.
   *
   * @param perChannel true: one feature per channel, over batch, height and width; false: one per
   *     element, over the batch alone (the book's)
   */
  record BatchNormalization(String name, double momentum, double epsilon, boolean perChannel)
      implements LayerSpec {
    public BatchNormalization {
      Require.share("momentum", momentum);
      Require.positive("epsilon", epsilon);
    }
  }

  /**
   * Dropout (Srivastava et al. 2014).
   *
   * @param ratio the share of elements that is dropped in training
   * @param inverted false: the book's form, kept elements unscaled in training and everything times
   *     {@code 1 − ratio} in prediction; true: kept elements divided by {@code 1 − ratio} in
   *     training and nothing done in prediction
   */
  record Dropout(String name, double ratio, boolean inverted) implements LayerSpec {
    public Dropout {
      Require.share("ratio", ratio);
    }
  }

  /**
   * A convolution (cross-correlation) over channels × height × width, with a square stride and zero
   * padding; sizes that do not divide are rounded down. Parameters {@code W} (filters × channels ×
   * kernel height × kernel width) and {@code b} (filters). DL4J: {@code ConvolutionLayer}.
   */
  record Convolution(
      String name,
      int filters,
      int kernelHeight,
      int kernelWidth,
      int stride,
      int pad,
      InitialValues initial)
      implements LayerSpec {
    public Convolution {
      Require.atLeastOne("filters", filters);
      Require.atLeastOne("kernelHeight", kernelHeight);
      Require.atLeastOne("kernelWidth", kernelWidth);
      Require.atLeastOne("stride", stride);
      Require.pad(pad, kernelHeight, kernelWidth);
    }
  }

  /** What a pooling window is reduced to. */
  enum PoolingType {
    /** The largest element; of equal ones the first in row-major order. */
    MAX,
    /** The mean. */
    AVERAGE
  }

  /**
   * Pooling over windows of each channel; a padded element counts as 0. DL4J: {@code
   * SubsamplingLayer}.
   */
  record Pooling(String name, PoolingType type, int height, int width, int stride, int pad)
      implements LayerSpec {
    public Pooling {
      Require.atLeastOne("height", height);
      Require.atLeastOne("width", width);
      Require.atLeastOne("stride", stride);
      Require.pad(pad, height, width);
    }
  }

  /** How the outputs of branches become one. */
  enum Join {
    /** Elementwise sum of equal shapes. */
    SUM,
    /** Concatenation along the first axis of a sample, the channels of an image. */
    CONCATENATE
  }

  /**
   * Several sequences of layers over the same input, joined at the end: an inception block, a
   * residual block. An empty branch is the identity.
   */
  record Branches(String name, Join join, List<List<LayerSpec>> branches) implements LayerSpec {
    public Branches {
      if (branches.size() < 2) {
        throw new IllegalArgumentException(
            "branches: expected at least two, found " + branches.size());
      }
      branches = branches.stream().map(List::copyOf).toList();
    }
  }
}
