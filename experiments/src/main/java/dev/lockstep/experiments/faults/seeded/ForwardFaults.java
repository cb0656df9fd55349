package dev.lockstep.experiments.faults.seeded;

import static dev.lockstep.core.model.Phase.FORWARD;
import static dev.lockstep.core.model.Phase.LOSS;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.BATCH_NORM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.CONVNET;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.RELU_MOMENTUM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.SIGMOID_SGD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_ADAM;

import dev.lockstep.core.model.Masks;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.Change;
import dev.lockstep.experiments.faults.injection.Edits;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.Tampering;
import dev.lockstep.experiments.faults.seeded.Fault.Place;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Mistakes in what goes in, in the forward pass and in the loss. */
final class ForwardFaults {

  private static final Place FIRST_OUTPUT = new Place(FORWARD, "affine1", "affine1/out");
  private static final Place FIRST_DROPOUT = new Place(FORWARD, "dropout1", "dropout1/out");
  private static final Place FIRST_NORMALIZATION =
      new Place(FORWARD, "batchNorm1", "batchNorm1/out");
  private static final Place LOSS_VALUE = new Place(LOSS, "loss", NetworkSpec.LOSS);

  private ForwardFaults() {}

  static List<Fault> list() {
    return List.of(
        Fault.in(
                SIGMOID_SGD,
                "pixels-divided-by-256",
                "pixels are divided by 256 in place of 255",
                FIRST_OUTPUT,
                Explanation.FACTOR,
                Explanation.PIXELS)
            .smaller("255.01", Injection.tampering(Tampering.images(dividedBy(255.01))))
            .ordinary("256", Injection.tampering(Tampering.images(dividedBy(256))))
            .larger("1", Injection.tampering(Tampering.images(dividedBy(1)))),
        Fault.in(
                SIGMOID_SGD,
                "image-transposed",
                "rows and columns of the images are exchanged",
                FIRST_OUTPUT,
                Explanation.TRANSPOSED)
            .by(Injection.tampering(Tampering.images(ForwardFaults::transposed))),
        Fault.in(
                TANH_ADAM,
                "sigmoid-for-tanh",
                "the hidden layer computes a sigmoid in place of a hyperbolic tangent",
                new Place(FORWARD, "tanh1", "tanh1/out"),
                Explanation.ANOTHER_FUNCTION)
            .by(Injection.network(Change.eachLayer(ForwardFaults::sigmoid))),
        Fault.in(
                BATCH_NORM,
                "batchnorm-epsilon",
                "the constant under the root of batch normalization is another",
                FIRST_NORMALIZATION,
                Explanation.EPSILON)
            .smaller("×1.01", batchNormalizationEpsilonTimes(1.01))
            .ordinary("×10", batchNormalizationEpsilonTimes(10))
            .larger("×10000", batchNormalizationEpsilonTimes(1e4)),
        Fault.in(
                BATCH_NORM,
                "batchnorm-unbiased-variance",
                "batch normalization divides by the unbiased deviation",
                FIRST_NORMALIZATION,
                Explanation.VARIANCE)
            .by(Injection.remembering(Normalization::unbiased)),
        Fault.in(
                BATCH_NORM,
                "dropout-inverted",
                "dropout scales in training in place of prediction",
                FIRST_DROPOUT,
                Explanation.FACTOR,
                Explanation.DROPOUT)
            .by(
                Injection.network(
                    Change.dropout(
                        dropout -> new LayerSpec.Dropout(dropout.name(), dropout.ratio(), true)))),
        Fault.in(
                BATCH_NORM,
                "dropout-mask-inverted",
                "dropout keeps what it should drop and drops what it should keep",
                FIRST_DROPOUT,
                Explanation.DROPOUT)
            .by(Injection.tampering(Tampering.masks(ForwardFaults::inverted))),
        Fault.in(
                BATCH_NORM,
                "dropout-mask-reused",
                "dropout draws its mask once and uses it in every step",
                FIRST_DROPOUT,
                Explanation.DROPOUT,
                Explanation.STALE)
            .by(Injection.remembering(ForwardFaults::masksOfFirstStep)),
        Fault.in(
                CONVNET,
                "average-for-max-pooling",
                "pooling takes the mean of a window in place of its largest element",
                new Place(FORWARD, "pool1", "pool1/out"),
                Explanation.ANOTHER_FUNCTION)
            .by(Injection.network(Change.eachLayer(ForwardFaults::averagePooling))),
        Fault.in(
                SIGMOID_SGD,
                "labels-misaligned",
                "labels belong to other images of the batch",
                LOSS_VALUE,
                Explanation.REORDERED)
            .smaller("the last two exchanged", labels(ForwardFaults::exchangeLastTwoRows))
            .ordinary(
                "by one row", labels(targets -> Edits.roll(targets, targets.shape().length(1)))),
        Fault.in(
                SIGMOID_SGD,
                "loss-stabilizer",
                "the constant inside the logarithm of the loss is another",
                LOSS_VALUE,
                Explanation.EPSILON)
            .smaller("×1.01", stabilizerTimes(1.01))
            .ordinary("×10", stabilizerTimes(10))
            .larger("×10000", stabilizerTimes(1e4)),
        Fault.in(
                RELU_MOMENTUM,
                "weight-decay-missing",
                "weight decay is left out",
                LOSS_VALUE,
                Explanation.REGULARIZATION)
            .smaller("a thousandth of it", Injection.network(Change.weightDecayTimes(.999)))
            .ordinary("all of it", Injection.network(Change.weightDecayTimes(0))));
  }

  private static UnaryOperator<Tensor> dividedBy(double divisor) {
    return images -> {
      Tensor copy = images.copy();
      for (int i = 0; i < copy.size(); i++) {
        copy.data()[i] *= 255 / divisor;
      }
      return copy;
    };
  }

  private static Tensor transposed(Tensor images) {
    Tensor copy = images.copy();
    int pixels = copy.size() / copy.shape().length(0);
    Edits.transpose(copy, (int) Math.sqrt(pixels));
    return copy;
  }

  private static LayerSpec sigmoid(LayerSpec layer) {
    return layer instanceof LayerSpec.Activation activation
        ? new LayerSpec.Activation(activation.name(), ActivationFunction.SIGMOID)
        : layer;
  }

  private static LayerSpec averagePooling(LayerSpec layer) {
    return layer instanceof LayerSpec.Pooling pool
        ? new LayerSpec.Pooling(pool.name(), LayerSpec.PoolingType.AVERAGE, pool.window())
        : layer;
  }

  private static Injection batchNormalizationEpsilonTimes(double factor) {
    return Injection.network(
        Change.batchNormalization(
            norm ->
                new LayerSpec.BatchNormalization(
                    norm.name(), norm.momentum(), norm.epsilon() * factor, norm.perChannel())));
  }

  private static Injection stabilizerTimes(double factor) {
    return Injection.network(
        Change.loss(
            new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER * factor)));
  }

  private static Masks inverted(Masks masks) {
    return (layer, ratio, shape) -> {
      Tensor mask = masks.mask(layer, ratio, shape);
      for (int i = 0; i < mask.size(); i++) {
        mask.data()[i] = 1 - mask.data()[i];
      }
      return mask;
    };
  }

  private static Tampering masksOfFirstStep() {
    Map<String, Tensor> kept = new LinkedHashMap<>();
    return Tampering.masks(
        masks ->
            (layer, ratio, shape) ->
                kept.computeIfAbsent(layer, first -> masks.mask(layer, ratio, shape)));
  }

  /** Changes a copy of the targets, in place. */
  private static Injection labels(Consumer<Tensor> change) {
    return Injection.tampering(
        Tampering.targets(
            targets -> {
              Tensor copy = targets.copy();
              change.accept(copy);
              return copy;
            }));
  }

  private static void exchangeLastTwoRows(Tensor targets) {
    int classes = targets.shape().length(1);
    int last = targets.size() - classes;
    for (int i = 0; i < classes; i++) {
      double value = targets.data()[last + i];
      targets.data()[last + i] = targets.data()[last - classes + i];
      targets.data()[last - classes + i] = value;
    }
  }
}
