package dev.lockstep.experiments.faults;

import static dev.lockstep.core.network.ActivationFunction.RELU;
import static dev.lockstep.core.network.ActivationFunction.SIGMOID;
import static dev.lockstep.core.network.ActivationFunction.TANH;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * A correct network that faults are seeded into: the book's, small enough to train in moments.
 *
 * @param id its name in tables and tests
 */
public record BaseNetwork(@JsonValue String id, NetworkSpec network) {

  /** Height and width of an image, a quarter of MNIST's area. */
  static final int SIDE = 14;

  /** The share that both dropout layers drop. */
  static final double DROPPED = .2;

  /** How much of the running statistics of both batch normalizations is kept in a step. */
  private static final double BATCH_NORM_MOMENTUM = .9;

  /** The constant inside the root of both batch normalizations. */
  private static final double BATCH_NORM_EPSILON = 1e-7;

  private static final int CLASSES = 10;
  private static final int UNITS = 30;

  /** Chapter 5's two-layer network. */
  static final BaseNetwork SIGMOID_SGD =
      of("sigmoid-sgd", twoLayers("sigmoid1", SIGMOID), softmax(), 0, sgd(.5));

  /** The same with the sum of squared errors. */
  static final BaseNetwork SQUARES_SGD =
      of("squares-sgd", twoLayers("sigmoid1", SIGMOID), sumOfSquares(), 0, sgd(.05));

  /** Three layers with weight decay, momentum and a falling learning rate. */
  static final BaseNetwork RELU_MOMENTUM =
      of("relu-momentum", threeLayers(), softmax(), 1e-3, fallingMomentum());

  /** Chapter 6's batch normalization and dropout. */
  static final BaseNetwork BATCH_NORM =
      of("batchnorm-dropout", normalizedLayers(), softmax(), 0, momentum());

  static final BaseNetwork TANH_ADAM =
      of("tanh-adam", twoLayers("tanh1", TANH), softmax(), 0, adam());

  static final BaseNetwork TANH_ADAGRAD =
      of("tanh-adagrad", twoLayers("tanh1", TANH), softmax(), 0, adaGrad());

  static final BaseNetwork TANH_RMSPROP =
      of("tanh-rmsprop", twoLayers("tanh1", TANH), softmax(), 0, rmsProp());

  /** Chapter 7's simple convolutional network. */
  static final BaseNetwork CONVNET = of("convnet-adam", convolutionLayers(), softmax(), 0, adam());

  /** Returns all of them. */
  public static List<BaseNetwork> all() {
    return List.of(
        SIGMOID_SGD,
        SQUARES_SGD,
        RELU_MOMENTUM,
        BATCH_NORM,
        TANH_ADAM,
        TANH_ADAGRAD,
        TANH_RMSPROP,
        CONVNET);
  }

  /** Returns whether a network is this one in all but sizes, initial values and learning rate. */
  boolean resembles(NetworkSpec other) {
    return kind(network).equals(kind(other));
  }

  /** Names what {@link #resembles} looks at: layers, loss, weight decay and optimizer. */
  static String describe(NetworkSpec network) {
    List<String> parts = new ArrayList<>();
    network.layers().forEach(layer -> parts.add(layer.name()));
    parts.add(network.loss().type().id());
    if (network.weightDecay() > 0) {
      parts.add("weightDecay " + network.weightDecay());
    }
    parts.add(network.optimizer().getClass().getSimpleName());
    return String.join(", ", parts);
  }

  private static List<Object> kind(NetworkSpec network) {
    OptimizerSpec optimizer = network.optimizer();
    LearningRate anyRate = new LearningRate(0, optimizer.learningRate().decay());
    return List.of(
        network.layers().stream().map(BaseNetwork::kind).toList(),
        network.loss(),
        network.weightDecay(),
        optimizer.withLearningRate(anyRate));
  }

  private static LayerSpec kind(LayerSpec layer) {
    if (layer instanceof LayerSpec.Affine affine) {
      return new LayerSpec.Affine(affine.name(), 1, new InitialValues.He());
    }
    if (layer instanceof LayerSpec.Convolution conv) {
      return new LayerSpec.Convolution(conv.name(), 1, 1, 1, 1, 0, new InitialValues.He());
    }
    return layer instanceof LayerSpec.BatchNormalization norm
        ? new LayerSpec.BatchNormalization(norm.name(), norm.momentum(), 1, norm.perChannel())
        : layer;
  }

  private static BaseNetwork of(
      String id,
      List<LayerSpec> layers,
      LossSpec loss,
      double weightDecay,
      OptimizerSpec optimizer) {
    return new BaseNetwork(
        id, new NetworkSpec(input(layers), layers, loss, weightDecay, optimizer));
  }

  private static Shape input(List<LayerSpec> layers) {
    boolean image = layers.get(0) instanceof LayerSpec.Convolution;
    return image ? Shape.of(1, SIDE, SIDE) : Shape.of(SIDE * SIDE);
  }

  private static List<LayerSpec> twoLayers(String activation, ActivationFunction function) {
    return List.of(
        new LayerSpec.Affine("affine1", UNITS, new InitialValues.Xavier()),
        new LayerSpec.Activation(activation, function),
        new LayerSpec.Affine("affine2", CLASSES, new InitialValues.Xavier()));
  }

  private static List<LayerSpec> threeLayers() {
    return List.of(
        new LayerSpec.Affine("affine1", UNITS, new InitialValues.He()),
        new LayerSpec.Activation("relu1", RELU),
        new LayerSpec.Affine("affine2", UNITS, new InitialValues.He()),
        new LayerSpec.Activation("relu2", RELU),
        new LayerSpec.Affine("affine3", CLASSES, new InitialValues.He()));
  }

  private static List<LayerSpec> normalizedLayers() {
    return List.of(
        new LayerSpec.Affine("affine1", UNITS, new InitialValues.He()),
        new LayerSpec.BatchNormalization(
            "batchNorm1", BATCH_NORM_MOMENTUM, BATCH_NORM_EPSILON, false),
        new LayerSpec.Activation("relu1", RELU),
        new LayerSpec.Dropout("dropout1", DROPPED, false),
        new LayerSpec.Affine("affine2", UNITS, new InitialValues.He()),
        new LayerSpec.BatchNormalization(
            "batchNorm2", BATCH_NORM_MOMENTUM, BATCH_NORM_EPSILON, false),
        new LayerSpec.Activation("relu2", RELU),
        new LayerSpec.Dropout("dropout2", DROPPED, false),
        new LayerSpec.Affine("affine3", CLASSES, new InitialValues.He()));
  }

  private static List<LayerSpec> convolutionLayers() {
    return List.of(
        new LayerSpec.Convolution("conv1", 4, 5, 5, 1, 0, new InitialValues.He()),
        new LayerSpec.Activation("relu1", RELU),
        new LayerSpec.Pooling("pool1", LayerSpec.PoolingType.MAX, 2, 2, 2, 0),
        new LayerSpec.Affine("affine1", UNITS, new InitialValues.He()),
        new LayerSpec.Activation("relu2", RELU),
        new LayerSpec.Affine("affine2", CLASSES, new InitialValues.He()));
  }

  private static LossSpec softmax() {
    return new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER);
  }

  private static LossSpec sumOfSquares() {
    return new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0);
  }

  private static OptimizerSpec sgd(double rate) {
    return new OptimizerSpec.Sgd(LearningRate.constant(rate));
  }

  private static OptimizerSpec momentum() {
    return new OptimizerSpec.Momentum(LearningRate.constant(.1), .9);
  }

  private static OptimizerSpec fallingMomentum() {
    return new OptimizerSpec.Momentum(
        new LearningRate(.02, new LearningRate.Decay.Exponential(.99)), .9);
  }

  private static OptimizerSpec adam() {
    return new OptimizerSpec.Adam(
        LearningRate.constant(.005), .9, .999, OptimizerSpec.BOOK_EPSILON);
  }

  private static OptimizerSpec adaGrad() {
    return new OptimizerSpec.AdaGrad(LearningRate.constant(.05), OptimizerSpec.BOOK_EPSILON);
  }

  private static OptimizerSpec rmsProp() {
    return new OptimizerSpec.RmsProp(LearningRate.constant(.005), .99, OptimizerSpec.BOOK_EPSILON);
  }
}
