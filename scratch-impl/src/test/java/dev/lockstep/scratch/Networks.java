package dev.lockstep.scratch;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.List;
import java.util.Random;

/** Small networks and what they are fed with. */
final class Networks {

  /** Where the kinks of ReLU are far from every input. */
  private static final InitialValues INITIAL = new InitialValues.Normal(0.5);

  static final LearningRate RATE = LearningRate.constant(0.1);
  static final LossSpec EXACT_CROSS_ENTROPY = new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, 0);

  private Networks() {}

  static LayerSpec affine(String name, int units) {
    return new LayerSpec.Affine(name, units, INITIAL);
  }

  static LayerSpec activation(String name, ActivationFunction function) {
    return new LayerSpec.Activation(name, function);
  }

  static LayerSpec batchNorm(String name) {
    return new LayerSpec.BatchNormalization(name, 0.9, 1e-6, false);
  }

  /** 5-4-3 with everything that a dense network may have. */
  static NetworkSpec dense(OptimizerSpec optimizer, LossSpec loss, double weightDecay) {
    return new NetworkSpec(
        Shape.of(5),
        List.of(
            affine("affine1", 4),
            batchNorm("batchNorm1"),
            activation("tanh1", ActivationFunction.TANH),
            new LayerSpec.Dropout("dropout1", 0.25, false),
            affine("affine2", 3)),
        loss,
        weightDecay,
        optimizer);
  }

  static NetworkSpec dense() {
    return dense(new OptimizerSpec.Adam(RATE, 0.9, 0.999, 1e-7), EXACT_CROSS_ENTROPY, 0.1);
  }

  /** 2×6×5 images through everything that an image network may have. */
  static NetworkSpec images(double weightDecay) {
    return new NetworkSpec(
        Shape.of(2, 6, 5),
        List.of(
            conv("conv1", 3),
            activation("sigmoid1", ActivationFunction.SIGMOID),
            new LayerSpec.Branches(
                "residual1",
                LayerSpec.Join.SUM,
                List.of(
                    List.of(
                        conv("residual1/conv1", 3),
                        new LayerSpec.BatchNormalization("residual1/batchNorm1", 0.9, 1e-6, true),
                        activation("residual1/tanh1", ActivationFunction.TANH)),
                    List.of())),
            new LayerSpec.Pooling("pool1", LayerSpec.PoolingType.AVERAGE, 2, 2, 2, 0),
            new LayerSpec.Branches(
                "inception1",
                LayerSpec.Join.CONCATENATE,
                List.of(
                    List.of(conv("inception1/conv1", 2)),
                    List.of(
                        new LayerSpec.Branches(
                            "inception1/residual2",
                            LayerSpec.Join.SUM,
                            List.of(List.of(conv("inception1/residual2/conv1", 3)), List.of()))))),
            new LayerSpec.Pooling("pool2", LayerSpec.PoolingType.MAX, 2, 2, 1, 0),
            activation("tanh1", ActivationFunction.TANH),
            new LayerSpec.Dropout("dropout1", 0.25, true),
            affine("affine1", 4)),
        EXACT_CROSS_ENTROPY,
        weightDecay,
        new OptimizerSpec.Momentum(RATE, 0.9));
  }

  /** Images whose layers take so long that threads share them. */
  static NetworkSpec largeImages() {
    return new NetworkSpec(
        Shape.of(1, 20, 20),
        List.of(
            conv("conv1", 12),
            activation("relu1", ActivationFunction.RELU),
            new LayerSpec.Pooling("pool1", LayerSpec.PoolingType.MAX, 2, 2, 2, 0),
            new LayerSpec.Dropout("dropout1", 0.25, false),
            affine("affine1", 30),
            activation("tanh1", ActivationFunction.TANH),
            affine("affine2", 4)),
        EXACT_CROSS_ENTROPY,
        0,
        new OptimizerSpec.Adam(LearningRate.constant(0.001), 0.9, 0.999, 1e-7));
  }

  /** An activation between layers that compute sample by sample, as it does itself. */
  static NetworkSpec activated(ActivationFunction function) {
    return new NetworkSpec(
        Shape.of(1, 4, 4),
        List.of(
            conv("conv1", 2),
            activation(function.id() + "1", function),
            new LayerSpec.Dropout("dropout1", 0.25, false),
            activation(function.id() + "2", function),
            affine("affine1", 4)),
        EXACT_CROSS_ENTROPY,
        0,
        new OptimizerSpec.Sgd(RATE));
  }

  private static LayerSpec conv(String name, int filters) {
    return new LayerSpec.Convolution(name, filters, 3, 3, 1, 1, INITIAL);
  }

  static Model restored(NetworkSpec network) {
    Model model = new ScratchProvider().create(network);
    model.restore(WeightInitialization.initialState(network, new Random(1)));
    return model;
  }

  static Batch batch(NetworkSpec network, long step, int samples) {
    Random random = new Random(100 + step);
    Tensor targets = Tensor.zeros(Shape.of(samples, network.classes()));
    for (int row = 0; row < samples; row++) {
      targets.data()[row * network.classes() + random.nextInt(network.classes())] = 1;
    }
    return new Batch(step, normal(network.input().batchOf(samples), random), targets);
  }

  static Tensor normal(Shape shape, Random random) {
    Tensor tensor = Tensor.zeros(shape);
    for (int i = 0; i < tensor.size(); i++) {
      tensor.data()[i] = random.nextGaussian();
    }
    return tensor;
  }

  /** Drops by a pattern of step and position, the same at every call. */
  static Masks masks(long step) {
    return (layer, ratio, shape) -> {
      Random random = new Random(31 * step + layer.hashCode());
      Tensor mask = Tensor.zeros(shape);
      for (int i = 0; i < mask.size(); i++) {
        mask.data()[i] = random.nextDouble() > ratio ? 1 : 0;
      }
      return mask;
    };
  }
}
