package dev.lockstep.scratch;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.scratch.execution.Branches;
import dev.lockstep.scratch.execution.Sequence;
import dev.lockstep.scratch.kernels.MatrixProduct;
import dev.lockstep.scratch.kernels.Windows;
import dev.lockstep.scratch.kernels.Workers;
import dev.lockstep.scratch.layers.AbsoluteLoss;
import dev.lockstep.scratch.layers.Affine;
import dev.lockstep.scratch.layers.AveragePooling;
import dev.lockstep.scratch.layers.BatchNormalization;
import dev.lockstep.scratch.layers.Clipping;
import dev.lockstep.scratch.layers.Convolution;
import dev.lockstep.scratch.layers.DepthwiseConvolution;
import dev.lockstep.scratch.layers.Dropout;
import dev.lockstep.scratch.layers.Elu;
import dev.lockstep.scratch.layers.Gelu;
import dev.lockstep.scratch.layers.GlobalPooling;
import dev.lockstep.scratch.layers.HardSigmoid;
import dev.lockstep.scratch.layers.Identity;
import dev.lockstep.scratch.layers.Layer;
import dev.lockstep.scratch.layers.LeakyRelu;
import dev.lockstep.scratch.layers.LocalResponse;
import dev.lockstep.scratch.layers.Loss;
import dev.lockstep.scratch.layers.MaxPooling;
import dev.lockstep.scratch.layers.Penalty;
import dev.lockstep.scratch.layers.Relu;
import dev.lockstep.scratch.layers.Selu;
import dev.lockstep.scratch.layers.SeparableConvolution;
import dev.lockstep.scratch.layers.Sigmoid;
import dev.lockstep.scratch.layers.SigmoidWithLoss;
import dev.lockstep.scratch.layers.SoftmaxWithLoss;
import dev.lockstep.scratch.layers.Softplus;
import dev.lockstep.scratch.layers.Softsign;
import dev.lockstep.scratch.layers.SquaredLoss;
import dev.lockstep.scratch.layers.Step;
import dev.lockstep.scratch.layers.Swish;
import dev.lockstep.scratch.layers.Tanh;
import dev.lockstep.scratch.layers.Upsampling;
import dev.lockstep.scratch.layers.ZeroPadding;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Builds the layers that a specification asks for. */
final class LayerFactory {

  private final NetworkSpec network;
  private final MatrixProduct product;
  private final Workers workers;
  private final Map<String, Shape> inputShapes;
  private final Penalty penalty;
  private final Clipping clipping;

  LayerFactory(NetworkSpec network, MatrixProduct product, Workers workers) {
    this.network = network;
    this.product = product;
    this.workers = workers;
    this.inputShapes = network.inputShapes();
    this.penalty = new Penalty(network.weightDecay(), network.adjustments().l1());
    this.clipping = new Clipping(network.adjustments().clipping());
  }

  Sequence layers() {
    return sequence(network.layers());
  }

  private Sequence sequence(List<LayerSpec> specs) {
    return new Sequence(specs.stream().map(this::layer).toList(), workers);
  }

  private Layer layer(LayerSpec spec) {
    return spec.accept(new Builder(Objects.requireNonNull(inputShapes.get(spec.name()))));
  }

  /** Builds a layer over an input of a shape. */
  private final class Builder implements LayerSpec.Visitor<Layer> {

    private final Shape input;

    Builder(Shape input) {
      this.input = input;
    }

    @Override
    public Layer affine(LayerSpec.Affine layer) {
      return new Affine(
          layer.name(),
          input.size(),
          layer.units(),
          layer.bias().isPresent(),
          penalty,
          clipping,
          product);
    }

    @Override
    public Layer activation(LayerSpec.Activation layer) {
      return layer.function().accept(new ActivationBuilder(layer.name()));
    }

    @Override
    public Layer batchNormalization(LayerSpec.BatchNormalization layer) {
      return new BatchNormalization(
          layer.name(), input, layer.momentum(), layer.epsilon(), layer.perChannel());
    }

    @Override
    public Layer dropout(LayerSpec.Dropout layer) {
      return new Dropout(layer.name(), layer.ratio(), layer.inverted());
    }

    @Override
    public Layer convolution(LayerSpec.Convolution layer) {
      return new Convolution(
          layer.name(),
          layer.filters(),
          windows(input, layer.window()),
          layer.bias().isPresent(),
          penalty,
          clipping,
          product);
    }

    @Override
    public Layer pooling(LayerSpec.Pooling layer) {
      Windows windows = windows(input, layer.window());
      return switch (layer.type()) {
        case MAX -> new MaxPooling(layer.name(), windows);
        case AVERAGE -> new AveragePooling(layer.name(), windows);
      };
    }

    @Override
    public Layer globalPooling(LayerSpec.GlobalPooling layer) {
      return new GlobalPooling(layer.name(), layer.type(), input);
    }

    @Override
    public Layer zeroPadding(LayerSpec.ZeroPadding layer) {
      return new ZeroPadding(layer.name(), input, layer.output(input), layer.top(), layer.left());
    }

    @Override
    public Layer upsampling(LayerSpec.Upsampling layer) {
      return new Upsampling(layer.name(), input, layer.output(input));
    }

    @Override
    public Layer localResponse(LayerSpec.LocalResponse layer) {
      return new LocalResponse(
          layer.name(), input, layer.k(), layer.size(), layer.alpha(), layer.beta());
    }

    @Override
    public Layer depthwise(LayerSpec.Depthwise layer) {
      return new DepthwiseConvolution(
          layer.name(),
          layer.multiplier(),
          windows(input, layer.window()),
          layer.bias().isPresent(),
          penalty,
          clipping);
    }

    @Override
    public Layer separable(LayerSpec.Separable layer) {
      return new SeparableConvolution(
          layer.name(),
          layer.filters(),
          layer.multiplier(),
          windows(input, layer.window()),
          layer.bias().isPresent(),
          penalty,
          clipping,
          product);
    }

    @Override
    public Layer branches(LayerSpec.Branches layer) {
      return new Branches(
          layer.name(),
          layer.join() == LayerSpec.Join.CONCATENATE,
          layer.branches().stream().map(LayerFactory.this::sequence).toList(),
          layer.output(input));
    }

    @Override
    public Layer open(LayerSpec.Open layer) {
      throw new UsageException(
          "scratch: %s is an open layer, %s, whose formula is not known here"
              .formatted(layer.name(), layer.kind()));
    }
  }

  private static Windows windows(Shape image, Window window) {
    return new Windows(
        image.length(0),
        line(image.length(1), window.rows()),
        line(image.length(2), window.columns()));
  }

  private static Windows.Line line(int length, Window.Axis axis) {
    return new Windows.Line(
        length,
        axis.length(),
        axis.stride(),
        axis.before(length),
        axis.dilation(),
        axis.places(length));
  }

  private record ActivationBuilder(String name) implements ActivationFunction.Visitor<Layer> {

    @Override
    public Layer relu(ActivationFunction.Relu function) {
      return new Relu(name);
    }

    @Override
    public Layer sigmoid(ActivationFunction.Sigmoid function) {
      return new Sigmoid(name);
    }

    @Override
    public Layer tanh(ActivationFunction.Tanh function) {
      return new Tanh(name);
    }

    @Override
    public Layer identity(ActivationFunction.Identity function) {
      return new Identity(name);
    }

    @Override
    public Layer step(ActivationFunction.Step function) {
      return new Step(name);
    }

    @Override
    public Layer leakyRelu(ActivationFunction.LeakyRelu function) {
      return new LeakyRelu(name, function.slope());
    }

    @Override
    public Layer elu(ActivationFunction.Elu function) {
      return new Elu(name, function.alpha());
    }

    @Override
    public Layer selu(ActivationFunction.Selu function) {
      return new Selu(name);
    }

    @Override
    public Layer softplus(ActivationFunction.Softplus function) {
      return new Softplus(name);
    }

    @Override
    public Layer softsign(ActivationFunction.Softsign function) {
      return new Softsign(name);
    }

    @Override
    public Layer swish(ActivationFunction.Swish function) {
      return new Swish(name);
    }

    @Override
    public Layer gelu(ActivationFunction.Gelu function) {
      return new Gelu(name);
    }

    @Override
    public Layer hardSigmoid(ActivationFunction.HardSigmoid function) {
      return new HardSigmoid(name);
    }
  }

  Loss loss() {
    LossSpec spec = network.loss();
    return switch (spec.type()) {
      case OPEN -> throw new UsageException("scratch: the loss is open: its formula is not known");
      case SOFTMAX_CROSS_ENTROPY -> new SoftmaxWithLoss(spec.stabilizer());
      case SUM_OF_SQUARES -> SquaredLoss.sumOfSquares();
      case MEAN_SQUARED -> SquaredLoss.meanSquared();
      case SUM_OF_ABSOLUTES -> new AbsoluteLoss(false);
      case MEAN_ABSOLUTE -> new AbsoluteLoss(true);
      case SIGMOID_CROSS_ENTROPY -> new SigmoidWithLoss(spec.stabilizer());
    };
  }
}
