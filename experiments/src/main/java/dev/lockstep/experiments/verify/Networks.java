package dev.lockstep.experiments.verify;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import java.util.List;

/** Small networks over the ten digits, and the same networks with one part exchanged. */
final class Networks {

  static final Shape ROW = Shape.of(28 * 28);
  static final Shape IMAGE = Shape.of(1, 28, 28);

  private static final int CLASSES = 10;
  private static final int UNITS = 8;
  private static final InitialValues HE = new InitialValues.He();
  private static final OptimizerSpec SGD = new OptimizerSpec.Sgd(LearningRate.constant(0.01));
  private static final LossSpec CROSS_ENTROPY =
      new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER);

  /** The ways in which layers can stand together; each side builds them differently. */
  enum Form {
    /** Affine layers over flat rows. */
    DENSE("dense"),
    /** Convolution and pooling over images. */
    CONVOLUTIONAL("convolutional"),
    /** A residual block over images. */
    BRANCHING("branching");

    private final String id;

    Form(String id) {
      this.id = id;
    }

    String id() {
      return id;
    }
  }

  private Networks() {}

  static NetworkSpec of(Form form) {
    return of(form, ActivationFunction.SIGMOID, HE);
  }

  static NetworkSpec of(Form form, ActivationFunction function, InitialValues initial) {
    return switch (form) {
      case DENSE ->
          network(
              ROW,
              new LayerSpec.Affine("affine1", UNITS, initial),
              activation("", function),
              new LayerSpec.Affine("affine2", CLASSES, initial));
      case CONVOLUTIONAL ->
          network(
              IMAGE,
              convolution("conv1", initial),
              activation("", function),
              pooling(),
              new LayerSpec.Affine("affine1", CLASSES, initial));
      case BRANCHING ->
          network(
              IMAGE,
              convolution("conv1", initial),
              new LayerSpec.Branches(
                  "residual1",
                  LayerSpec.Join.SUM,
                  List.of(
                      List.of(
                          new LayerSpec.Convolution("residual1/conv1", 3, 3, 3, 1, 1, initial),
                          activation("residual1/", function)),
                      List.of())),
              pooling(),
              new LayerSpec.Affine("affine1", CLASSES, initial));
    };
  }

  /**
   * Returns layers between an affine layer, of the given width, and one that tells digits apart.
   */
  static NetworkSpec dense(LayerSpec... middle) {
    return between(ROW, affine("affine1", UNITS), middle);
  }

  /** Returns layers between a convolution, of 3×8×8, and an affine layer. */
  static NetworkSpec images(LayerSpec... middle) {
    return between(IMAGE, convolution("conv1", HE), middle);
  }

  /**
   * Returns layers between a convolution, of 3×2×2, and an affine layer. Each window sees ink in
   * some samples of a batch: an output that is the same in all of them is normalized to the sign of
   * a rounding error.
   */
  static NetworkSpec quarters(LayerSpec... middle) {
    return between(IMAGE, new LayerSpec.Convolution("conv1", 3, 14, 14, 14, 0, HE), middle);
  }

  private static NetworkSpec between(Shape input, LayerSpec first, LayerSpec... middle) {
    LayerSpec[] layers = new LayerSpec[middle.length + 2];
    layers[0] = first;
    System.arraycopy(middle, 0, layers, 1, middle.length);
    layers[layers.length - 1] = affine("last", CLASSES);
    return network(input, layers);
  }

  static NetworkSpec network(Shape input, LayerSpec... layers) {
    return new NetworkSpec(input, List.of(layers), CROSS_ENTROPY, 0, SGD);
  }

  static LayerSpec.Affine affine(String name, int units) {
    return new LayerSpec.Affine(name, units, HE);
  }

  /** A convolution that makes 3×8×8 of an image; the stride leaves pixels over. */
  private static LayerSpec.Convolution convolution(String name, InitialValues initial) {
    return new LayerSpec.Convolution(name, 3, 5, 5, 3, 0, initial);
  }

  /** Not of maxima: where two elements are almost equal, float may choose the other one. */
  private static LayerSpec.Pooling pooling() {
    return new LayerSpec.Pooling("pool1", LayerSpec.PoolingType.AVERAGE, 2, 2, 2, 0);
  }

  static LayerSpec.Activation activation(String block, ActivationFunction function) {
    return new LayerSpec.Activation(block + function.id() + "1", function);
  }

  static NetworkSpec with(NetworkSpec network, LossSpec loss) {
    return network.withLoss(loss);
  }

  static NetworkSpec with(NetworkSpec network, OptimizerSpec optimizer) {
    return network.withOptimizer(optimizer);
  }

  static NetworkSpec decayed(NetworkSpec network, double weightDecay) {
    return network.withWeightDecay(weightDecay);
  }
}
