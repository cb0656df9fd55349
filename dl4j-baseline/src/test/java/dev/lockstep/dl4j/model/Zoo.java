package dev.lockstep.dl4j.model;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.Adjustments;
import dev.lockstep.core.network.Adjustments.Clipping;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Small networks that have, between them, every layer in every place that DL4J treats apart. */
public final class Zoo {

  private static final OptimizerSpec ADAM =
      new OptimizerSpec.Adam(LearningRate.constant(0.01), 0.9, 0.999, 1e-7);
  private static final LossSpec SQUARES = new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0);
  private static final LossSpec MEAN_SQUARES = new LossSpec(LossSpec.Type.MEAN_SQUARED, 0);
  private static final double DECAY = 0.1;

  private Zoo() {}

  public static Map<String, NetworkSpec> networks() {
    Map<String, NetworkSpec> networks = new LinkedHashMap<>();
    dense(networks);
    images(networks);
    branching(networks);
    windows(networks);
    return networks;
  }

  /** Parts that the book has not. */
  private static void windows(Map<String, NetworkSpec> networks) {
    Window dilated = new Window(new Window.Axis(2, 1, 1, 2), new Window.Axis(3, 2, 0, 1));
    Window same =
        new Window(
            new Window.Axis(3, 2, Window.Axis.SAME, 1), new Window.Axis(2, 1, Window.Axis.SAME, 1));
    networks.put(
        "windows",
        Fixture.network(
                Shape.of(2, 7, 6),
                Fixture.BARE_CROSS_ENTROPY,
                DECAY,
                ADAM,
                new LayerSpec.ZeroPadding("zeroPadding1", 1, 0, 2, 1),
                new LayerSpec.Convolution("conv1", 3, same, Fixture.SMALL, OptionalDouble.empty()),
                tanh("tanh1"),
                new LayerSpec.Separable(
                    "separableConv1",
                    3,
                    2,
                    new Window(3, 2, 1, 1),
                    Fixture.SMALL,
                    OptionalDouble.empty()),
                tanh("tanh2"),
                new LayerSpec.Depthwise(
                    "depthwiseConv1",
                    2,
                    new Window(2, 2, 1, 0),
                    Fixture.SMALL,
                    OptionalDouble.empty()),
                new LayerSpec.LocalResponse("localResponse1", 2, 3, 0.3, 0.75),
                new LayerSpec.Upsampling("upsampling1", 2, 3),
                new LayerSpec.Convolution(
                    "conv2", 4, dilated, Fixture.SMALL, OptionalDouble.of(0.2)),
                new LayerSpec.Pooling("pool1", LayerSpec.PoolingType.AVERAGE, same),
                new LayerSpec.Pooling("pool2", LayerSpec.PoolingType.MAX, same),
                new LayerSpec.GlobalPooling("globalPool1", LayerSpec.GlobalPoolingType.AVERAGE),
                Fixture.affine("affine1", 3))
            .withAdjustments(new Adjustments(0.01, Adjustments.NONE.clipping(), 2)));
    networks.put("depthwise", depthwise());
  }

  /** Their biases DL4J keeps before their weights, and names after them. */
  static NetworkSpec depthwise() {
    return Fixture.network(
        Shape.of(2, 5, 5),
        Fixture.BARE_CROSS_ENTROPY,
        DECAY,
        ADAM,
        new LayerSpec.Separable(
            "separableConv1", 3, 2, new Window(3, 2, 1, 1), Fixture.SMALL, LayerSpec.BIAS),
        new LayerSpec.Depthwise(
            "depthwiseConv1", 2, new Window(2, 2, 1, 0), Fixture.SMALL, LayerSpec.BIAS),
        Fixture.affine("affine1", 3));
  }

  /** Networks whose gradients are not those of their loss: clipped. */
  public static Map<String, NetworkSpec> clipped() {
    Map<String, NetworkSpec> networks = new LinkedHashMap<>();
    for (Clipping.Kind kind : Clipping.Kind.values()) {
      networks.put(
          "clipping of " + kind.id(),
          Fixture.network(
                  Shape.of(2, 4, 4),
                  Fixture.BARE_CROSS_ENTROPY,
                  0,
                  Fixture.SGD,
                  conv("conv1", 3, 1, 1),
                  new LayerSpec.GlobalPooling("globalPool1", LayerSpec.GlobalPoolingType.MAX),
                  Fixture.affine("affine1", 3))
              .withAdjustments(new Adjustments(0, clipping(kind), 1)));
    }
    return networks;
  }

  private static Clipping clipping(Clipping.Kind kind) {
    return switch (kind) {
      case NONE, UNIT_LAYER, UNIT_PARAMETER -> new Clipping(kind, 1);
      case ELEMENTS, LAYER, PARAMETER -> new Clipping(kind, 1 / 32.0);
    };
  }

  private static LayerSpec.Activation activation(String name, ActivationFunction function) {
    return new LayerSpec.Activation(name, function);
  }

  private static LayerSpec.Activation tanh(String name) {
    return activation(name, ActivationFunction.TANH);
  }

  private static LayerSpec.BatchNormalization norm(String name, boolean perChannel) {
    return new LayerSpec.BatchNormalization(name, 0.9, 1e-6, perChannel);
  }

  private static LayerSpec.Convolution conv(String name, int filters, int stride, int pad) {
    return new LayerSpec.Convolution(name, filters, 3, 2, stride, pad, Fixture.SMALL);
  }

  private static LayerSpec.Pooling pool(
      String name, LayerSpec.PoolingType type, int stride, int pad) {
    return new LayerSpec.Pooling(name, type, 2, 3, stride, pad);
  }

  private static void dense(Map<String, NetworkSpec> networks) {
    networks.put(
        "dense",
        Fixture.network(
            Shape.of(5),
            Fixture.BARE_CROSS_ENTROPY,
            DECAY,
            ADAM,
            Fixture.affine("affine1", 4),
            norm("batchNorm1", false),
            activation("relu1", ActivationFunction.RELU),
            new LayerSpec.Dropout("dropout1", 0.3, false),
            Fixture.affine("affine2", 4),
            activation("sigmoid1", ActivationFunction.SIGMOID),
            new LayerSpec.Dropout("dropout2", 0.3, true),
            Fixture.affine("affine3", 3)));
    networks.put(
        "activations",
        Fixture.network(
            Shape.of(5),
            SQUARES,
            0,
            new OptimizerSpec.Momentum(LearningRate.constant(0.1), 0.9),
            activation("step1", ActivationFunction.STEP),
            Fixture.affine("affine1", 4),
            tanh("tanh1"),
            activation("identity1", ActivationFunction.IDENTITY),
            Fixture.affine("affine2", 3),
            activation("sigmoid1", ActivationFunction.SIGMOID)));
    networks.put(
        "dropout on the logits",
        Fixture.network(
            Shape.of(2, 3),
            Fixture.BARE_CROSS_ENTROPY,
            0,
            Fixture.SGD,
            Fixture.affine("affine1", 4),
            new LayerSpec.Dropout("dropout1", 0.5, false)));
  }

  private static void images(Map<String, NetworkSpec> networks) {
    networks.put(
        "convolution",
        Fixture.network(
            Shape.of(2, 7, 6),
            Fixture.BARE_CROSS_ENTROPY,
            DECAY,
            ADAM,
            conv("conv1", 3, 1, 1),
            norm("batchNorm1", true),
            tanh("tanh1"),
            pool("pool1", LayerSpec.PoolingType.MAX, 2, 1),
            new LayerSpec.Dropout("dropout1", 0.3, false),
            conv("conv2", 2, 2, 1),
            Fixture.affine("affine1", 3)));
    networks.put(
        "batch normalization per element",
        Fixture.network(
            Shape.of(2, 5, 4),
            MEAN_SQUARES,
            0,
            Fixture.SGD,
            norm("batchNorm0", false),
            conv("conv1", 3, 1, 0),
            norm("batchNorm1", false),
            new LayerSpec.Dropout("dropout1", 0.3, true),
            tanh("tanh1"),
            pool("pool1", LayerSpec.PoolingType.AVERAGE, 1, 1),
            norm("batchNorm2", false),
            Fixture.affine("affine1", 3)));
    networks.put(
        "an image at the end",
        Fixture.network(
            Shape.of(1, 4, 4),
            SQUARES,
            0,
            Fixture.SGD,
            pool("pool1", LayerSpec.PoolingType.AVERAGE, 2, 0),
            conv("conv1", 2, 1, 1)));
  }

  private static void branching(Map<String, NetworkSpec> networks) {
    networks.put(
        "residual",
        Fixture.network(
            Shape.of(2, 5, 4),
            Fixture.BARE_CROSS_ENTROPY,
            DECAY,
            ADAM,
            new LayerSpec.Branches(
                "residual1",
                LayerSpec.Join.SUM,
                List.of(
                    List.of(),
                    List.of(
                        activation("residual1/relu1", ActivationFunction.RELU),
                        new LayerSpec.Convolution("residual1/conv1", 2, 3, 3, 1, 1, Fixture.SMALL),
                        norm("residual1/batchNorm1", false)),
                    List.of(new LayerSpec.Dropout("residual1/dropout1", 0.3, false)))),
            tanh("tanh1"),
            Fixture.affine("affine1", 3)));
    networks.put(
        "inception",
        Fixture.network(
            Shape.of(2, 5, 4),
            Fixture.BARE_CROSS_ENTROPY,
            0,
            new OptimizerSpec.Nesterov(LearningRate.constant(0.1), 0.9, true),
            conv("conv1", 2, 1, 1),
            new LayerSpec.Branches(
                "inception1",
                LayerSpec.Join.CONCATENATE,
                List.of(
                    List.of(
                        new LayerSpec.Convolution("inception1/conv1", 3, 1, 1, 1, 0, Fixture.SMALL),
                        tanh("inception1/tanh1")),
                    List.of(
                        new LayerSpec.Pooling(
                            "inception1/pool1", LayerSpec.PoolingType.MAX, 3, 3, 1, 1)),
                    List.of())),
            pool("pool1", LayerSpec.PoolingType.MAX, 2, 0),
            Fixture.affine("affine1", 3)));
    networks.put(
        "branches within branches",
        Fixture.network(
            Shape.of(4),
            SQUARES,
            DECAY,
            new OptimizerSpec.RmsProp(LearningRate.constant(0.01), 0.99, 1e-7),
            new LayerSpec.Branches(
                "outer",
                LayerSpec.Join.CONCATENATE,
                List.of(
                    List.of(
                        new LayerSpec.Branches(
                            "outer/inner",
                            LayerSpec.Join.SUM,
                            List.of(
                                List.of(),
                                List.of(),
                                List.of(Fixture.affine("outer/inner/affine1", 4))))),
                    List.of(Fixture.affine("outer/affine1", 3), norm("outer/batchNorm1", false)))),
            Fixture.affine("affine1", 2)));
  }
}
