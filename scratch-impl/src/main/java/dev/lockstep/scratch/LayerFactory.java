package dev.lockstep.scratch;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.scratch.execution.Branches;
import dev.lockstep.scratch.execution.Sequence;
import dev.lockstep.scratch.kernels.MatrixProduct;
import dev.lockstep.scratch.kernels.Windows;
import dev.lockstep.scratch.kernels.Workers;
import dev.lockstep.scratch.layers.Affine;
import dev.lockstep.scratch.layers.AveragePooling;
import dev.lockstep.scratch.layers.BatchNormalization;
import dev.lockstep.scratch.layers.Convolution;
import dev.lockstep.scratch.layers.Dropout;
import dev.lockstep.scratch.layers.Identity;
import dev.lockstep.scratch.layers.Layer;
import dev.lockstep.scratch.layers.Loss;
import dev.lockstep.scratch.layers.MaxPooling;
import dev.lockstep.scratch.layers.Relu;
import dev.lockstep.scratch.layers.Sigmoid;
import dev.lockstep.scratch.layers.SoftmaxWithLoss;
import dev.lockstep.scratch.layers.SquaredLoss;
import dev.lockstep.scratch.layers.Step;
import dev.lockstep.scratch.layers.Tanh;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Builds the layers that a specification asks for. */
final class LayerFactory {

  private final NetworkSpec network;
  private final MatrixProduct product;
  private final Workers workers;
  private final Map<String, Shape> inputShapes;
  private final Map<String, Shape> outputShapes;

  LayerFactory(NetworkSpec network, MatrixProduct product, Workers workers) {
    this.network = network;
    this.product = product;
    this.workers = workers;
    this.inputShapes = network.inputShapes();
    this.outputShapes = network.outputShapes();
  }

  Sequence layers() {
    return sequence(network.layers());
  }

  private Sequence sequence(List<LayerSpec> specs) {
    return new Sequence(specs.stream().map(this::layer).toList(), workers);
  }

  private Layer layer(LayerSpec spec) {
    String name = spec.name();
    Shape input = Objects.requireNonNull(inputShapes.get(name), name);
    if (spec instanceof LayerSpec.Affine affine) {
      return new Affine(name, input.size(), affine.units(), network.weightDecay(), product);
    } else if (spec instanceof LayerSpec.Activation activation) {
      return activation(name, activation.function());
    } else if (spec instanceof LayerSpec.BatchNormalization norm) {
      return new BatchNormalization(
          name, input, norm.momentum(), norm.epsilon(), norm.perChannel());
    } else if (spec instanceof LayerSpec.Dropout dropout) {
      return new Dropout(name, dropout.ratio(), dropout.inverted());
    }
    return imageLayer(spec, input);
  }

  private Layer imageLayer(LayerSpec spec, Shape input) {
    String name = spec.name();
    if (spec instanceof LayerSpec.Convolution conv) {
      Windows windows =
          windows(input, conv.kernelHeight(), conv.kernelWidth(), conv.stride(), conv.pad());
      return new Convolution(name, conv.filters(), windows, network.weightDecay(), product);
    } else if (spec instanceof LayerSpec.Pooling pool) {
      Windows windows = windows(input, pool.height(), pool.width(), pool.stride(), pool.pad());
      return switch (pool.type()) {
        case MAX -> new MaxPooling(name, windows);
        case AVERAGE -> new AveragePooling(name, windows);
      };
    } else if (spec instanceof LayerSpec.Branches branches) {
      return new Branches(
          name,
          branches.join() == LayerSpec.Join.CONCATENATE,
          branches.branches().stream().map(this::sequence).toList(),
          Objects.requireNonNull(outputShapes.get(name), name));
    }
    throw new UsageException("scratch: no layer by hand for " + spec);
  }

  private static Windows windows(Shape image, int height, int width, int stride, int pad) {
    return new Windows(
        image.length(0), image.length(1), image.length(2), height, width, stride, pad);
  }

  private static Layer activation(String name, ActivationFunction function) {
    return switch (function) {
      case RELU -> new Relu(name);
      case SIGMOID -> new Sigmoid(name);
      case TANH -> new Tanh(name);
      case IDENTITY -> new Identity(name);
      case STEP -> new Step(name);
    };
  }

  Loss loss() {
    LossSpec spec = network.loss();
    return switch (spec.type()) {
      case SOFTMAX_CROSS_ENTROPY -> new SoftmaxWithLoss(spec.stabilizer());
      case SUM_OF_SQUARES -> SquaredLoss.sumOfSquares();
      case MEAN_SQUARED -> SquaredLoss.meanSquared();
    };
  }
}
