package dev.lockstep.experiments.faults.injection;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.wording.TypeNames;
import dev.lockstep.experiments.catalogue.Catalogue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A correct network that faults are seeded into: the bundled experiment of that name, on images
 * small enough to train in moments.
 *
 * @param id its name in tables and tests
 */
public record BaseNetwork(@JsonValue String id, NetworkSpec network) {

  /** Height and width of an image, a quarter of MNIST's area. */
  public static final int SIDE = 14;

  /** The share that both dropout layers drop. */
  public static final double DROPPED = .2;

  /** Chapter 5's two-layer network. */
  public static final BaseNetwork SIGMOID_SGD = bundled("sigmoid-sgd");

  /** The same with the sum of squared errors. */
  public static final BaseNetwork SQUARES_SGD = bundled("squares-sgd");

  /** The same with the mean squared error. */
  public static final BaseNetwork MEAN_SQUARED_SGD = bundled("mean-squared-sgd");

  /** Three layers with weight decay, momentum and a falling learning rate. */
  public static final BaseNetwork RELU_MOMENTUM = bundled("relu-momentum");

  public static final BaseNetwork RELU_NESTEROV = bundled("relu-nesterov");

  /** Chapter 6's batch normalization and dropout. */
  public static final BaseNetwork BATCH_NORM = bundled("batchnorm-dropout");

  /** Dropout that scales in training. */
  public static final BaseNetwork INVERTED_DROPOUT = bundled("inverted-dropout");

  public static final BaseNetwork TANH_ADAM = bundled("tanh-adam");

  public static final BaseNetwork TANH_ADAGRAD = bundled("tanh-adagrad");

  public static final BaseNetwork TANH_RMSPROP = bundled("tanh-rmsprop");

  /** Chapter 7's simple convolutional network. */
  public static final BaseNetwork CONVNET = bundled("convnet-adam");

  /** Two convolutions, max pooling over windows that overlap, and average pooling. */
  public static final BaseNetwork TWO_CONVOLUTIONS = bundled("convnet-momentum");

  /** Returns all of them. */
  public static List<BaseNetwork> all() {
    return List.of(
        SIGMOID_SGD,
        SQUARES_SGD,
        MEAN_SQUARED_SGD,
        RELU_MOMENTUM,
        RELU_NESTEROV,
        BATCH_NORM,
        INVERTED_DROPOUT,
        TANH_ADAM,
        TANH_ADAGRAD,
        TANH_RMSPROP,
        CONVNET,
        TWO_CONVOLUTIONS);
  }

  /** Returns a bundled experiment's network on images of a quarter of the size. */
  private static BaseNetwork bundled(String id) {
    NetworkSpec whole = Catalogue.find(id).experiments(Map.of()).get(0).network();
    Shape input = whole.input().rank() == 1 ? Shape.of(SIDE * SIDE) : Shape.of(1, SIDE, SIDE);
    return new BaseNetwork(id, whole.withInput(input));
  }

  /** Returns whether a network is this one in all but sizes, initial values and learning rate. */
  public boolean resembles(NetworkSpec other) {
    return kind(network).equals(kind(other));
  }

  /** Names what {@link #resembles} looks at: layers, loss, weight decay and optimizer. */
  public static String describe(NetworkSpec network) {
    List<String> parts = new ArrayList<>();
    network.layers().forEach(layer -> parts.add(layer.name()));
    parts.add(network.loss().type().id());
    if (network.weightDecay() > 0) {
      parts.add("weightDecay " + network.weightDecay());
    }
    parts.add(TypeNames.of(network.optimizer()));
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
}
