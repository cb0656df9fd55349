package dev.lockstep.experiments.faults.seeded;

import static dev.lockstep.core.model.Phase.BACKWARD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.BATCH_NORM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.CONVNET;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.RELU_MOMENTUM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.SIGMOID_SGD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.SQUARES_SGD;

import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.Edits;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.Tampering;
import dev.lockstep.experiments.faults.seeded.Fault.Place;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Mistakes in the backward pass. */
final class GradientFaults {

  private GradientFaults() {}

  static List<Fault> list() {
    return List.of(
        Fault.in(
                SIGMOID_SGD,
                "gradient-not-averaged",
                "the gradient of the loss is summed over the batch, not averaged",
                new Place(BACKWARD, "loss", "affine2/out"),
                Explanation.FACTOR)
            .reported("TheIndependentCode/Neural-Network#1")
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine2/out"),
                    (step, path, gradient) ->
                        Edits.times(step.batch().size()).apply(step, path, gradient))),
        Fault.in(
                SQUARES_SGD,
                "squared-loss-gradient-doubled",
                "the gradient of the squared loss forgets the ½",
                new Place(BACKWARD, "loss", "affine2/out"),
                Explanation.FACTOR)
            .by(Injection.edit(Tampering.at(BACKWARD, "affine2/out"), Edits.times(2))),
        Fault.in(
                RELU_MOMENTUM,
                "gradient-halved",
                "a weight gradient is averaged over two parts of which there is one",
                new Place(BACKWARD, "affine2", "affine2/W"),
                Explanation.FACTOR)
            .smaller("×.999999", times("affine2/W", .999999))
            .ordinary("×½", times("affine2/W", .5))
            .larger("×.01", times("affine2/W", .01)),
        Fault.in(
                RELU_MOMENTUM,
                "gradient-negated",
                "a bias gradient has the wrong sign",
                new Place(BACKWARD, "affine3", "affine3/b"),
                Explanation.FACTOR)
            .by(times("affine3/b", -1)),
        Fault.in(
                RELU_MOMENTUM,
                "gradient-barely-scaled",
                "a weight gradient is multiplied by almost 1",
                new Place(BACKWARD, "affine1", "affine1/W"),
                Explanation.FACTOR)
            .smaller("×(1 + 1e-12)", times("affine1/W", 1 + 1e-12))
            .ordinary("×(1 + 1e-9)", times("affine1/W", 1 + 1e-9))
            .larger("×(1 + 1e-6)", times("affine1/W", 1 + 1e-6)),
        Fault.in(
                RELU_MOMENTUM,
                "gradient-transposed",
                "the gradient of a square weight matrix is transposed",
                new Place(BACKWARD, "affine2", "affine2/W"),
                Explanation.TRANSPOSED)
            .by(Injection.edit(Tampering.at(BACKWARD, "affine2/W"), Edits::transpose)),
        Fault.in(
                RELU_MOMENTUM,
                "gradient-reversed",
                "a bias gradient is filled from its end",
                new Place(BACKWARD, "affine2", "affine2/b"),
                Explanation.REORDERED)
            .by(Injection.edit(Tampering.at(BACKWARD, "affine2/b"), Edits::reverse)),
        Fault.in(
                RELU_MOMENTUM,
                "gradient-shifted",
                "a weight gradient is written beside its place",
                new Place(BACKWARD, "affine1", "affine1/W"),
                Explanation.REORDERED)
            .ordinary(
                "one index", Injection.edit(Tampering.at(BACKWARD, "affine1/W"), Edits.shifted(1)))
            .larger("ten", Injection.edit(Tampering.at(BACKWARD, "affine1/W"), Edits.shifted(10))),
        Fault.in(
                RELU_MOMENTUM,
                "gradient-clipped",
                "gradients are cut off at a limit that was left in",
                new Place(BACKWARD, "affine3", "affine3/W"),
                Explanation.SATURATED)
            .smaller("±.05", clipped(.05))
            .ordinary("±.01", clipped(.01))
            .larger("±.001", clipped(.001)),
        Fault.in(
                RELU_MOMENTUM,
                "gradient-stale",
                "a weight gradient is that of the step before",
                new Place(BACKWARD, "affine1", "affine1/W"),
                Explanation.STALE)
            .by(Injection.remembering(() -> oneStepBehind("affine1/W"))),
        Fault.in(
                RELU_MOMENTUM,
                "gradient-of-another-layer",
                "a bias takes the gradient of the next layer's bias",
                new Place(BACKWARD, "affine1", "affine1/b"),
                Explanation.ANOTHER_TENSOR)
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine1/b"), Edits.replacedBy(BACKWARD, "affine2/b"))),
        Fault.in(
                SIGMOID_SGD,
                "last-sample-left-out",
                "a weight gradient leaves out the last sample of the batch",
                new Place(BACKWARD, "affine2", "affine2/W"),
                Explanation.SAMPLES)
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine2/W"),
                    Edits.withoutLastSample("sigmoid1/out", "affine2/out"))),
        Fault.in(
                SIGMOID_SGD,
                "sigmoid-derivative-missing",
                "the gradient passes the sigmoid as if it were the identity",
                new Place(BACKWARD, "sigmoid1", "affine1/out"),
                Explanation.DERIVATIVE)
            .reported("iamtrask/Grokking-Deep-Learning#50")
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine1/out"),
                    Edits.replacedBy(BACKWARD, "sigmoid1/out"))),
        Fault.in(
                RELU_MOMENTUM,
                "leaky-relu-gradient",
                "the backward pass of a ReLU is that of a leaky one",
                new Place(BACKWARD, "relu2", "affine2/out"),
                Explanation.DERIVATIVE)
            .smaller("slope 1e-6", leaky(1e-6))
            .ordinary("slope .01", leaky(.01))
            .larger("slope .2", leaky(.2)),
        Fault.in(
                RELU_MOMENTUM,
                "weight-decay-doubled",
                "the gradient of weight decay is 2λW in place of λW",
                new Place(BACKWARD, "affine3", "affine3/W"),
                Explanation.REGULARIZATION)
            .smaller("1.001 λW", weightDecay("/W", .001))
            .ordinary("2 λW", weightDecay("/W", 1))
            .larger("10 λW", weightDecay("/W", 9)),
        Fault.in(
                RELU_MOMENTUM,
                "weight-decay-on-biases",
                "weight decay acts on biases too",
                new Place(BACKWARD, "affine3", "affine3/b"),
                Explanation.REGULARIZATION)
            .reported("rasmusbergpalm/DeepLearnToolbox#32")
            .by(weightDecay("/b", 1)),
        Fault.in(
                BATCH_NORM,
                "batchnorm-gradients-swapped",
                "gamma and beta take each other's gradient",
                new Place(BACKWARD, "batchNorm2", "batchNorm2/gamma"),
                Explanation.ANOTHER_TENSOR)
            .by(Injection.remembering(Normalization::swappedGradients)),
        Fault.in(
                BATCH_NORM,
                "batchnorm-statistics-constant",
                "the backward pass of batch normalization takes mean and variance for constants",
                new Place(BACKWARD, "batchNorm2", "affine2/out"),
                Explanation.NORMALIZATION)
            .by(
                Injection.edit(
                    Tampering.each(BACKWARD, "/out"), Normalization::constantStatistics)),
        Fault.in(
                BATCH_NORM,
                "dropout-not-in-backward",
                "the gradient passes dropout without the mask",
                new Place(BACKWARD, "dropout2", "relu2/out"),
                Explanation.ANOTHER_TENSOR,
                Explanation.DROPOUT)
            .reported("ddbourgin/numpy-ml#94")
            .by(
                Injection.edit(
                    Tampering.each(BACKWARD, "/out"),
                    (step, path, gradient) -> {
                      if (path.startsWith("relu")) {
                        Edits.replacedBy(BACKWARD, path.replace("relu", "dropout"))
                            .apply(step, path, gradient);
                      }
                    })),
        Fault.in(
                CONVNET,
                "kernel-gradient-flipped",
                "the gradient of the kernels is that of a convolution, not a cross-correlation",
                new Place(BACKWARD, "conv1", "conv1/W"),
                Explanation.REORDERED)
            .by(Injection.edit(Tampering.at(BACKWARD, "conv1/W"), Edits::flipKernels)),
        Fault.in(
                CONVNET,
                "kernel-bias-gradient-zero",
                "the bias gradient of the convolution is never computed",
                new Place(BACKWARD, "conv1", "conv1/b"),
                Explanation.NEVER_UPDATED,
                Explanation.FACTOR)
            .by(Injection.edit(Tampering.at(BACKWARD, "conv1/b"), Edits::zero)),
        Fault.in(
                CONVNET,
                "pooling-gradient-to-whole-window",
                "pooling hands the gradient to every element of a window, not to the largest",
                new Place(BACKWARD, "pool1", "relu1/out"),
                Explanation.WHOLE_WINDOW)
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "relu1/out"), Edits.wholeWindows("pool1/out"))),
        Fault.in(
                SIGMOID_SGD,
                "gradient-not-a-number",
                "one element of a weight gradient is NaN from the twelfth step on",
                new Place(BACKWARD, "affine1", "affine1/W"),
                Explanation.NOT_FINITE)
            .by(Injection.edit(Tampering.at(BACKWARD, "affine1/W"), Edits.notANumberFrom(12))));
  }

  private static Injection times(String parameter, double factor) {
    return Injection.edit(Tampering.at(BACKWARD, parameter), Edits.times(factor));
  }

  private static Injection clipped(double limit) {
    return Injection.edit(
        (phase, path) -> phase == BACKWARD && !path.endsWith("/out"), Edits.clipped(limit));
  }

  private static Injection leaky(double slope) {
    return Injection.edit(Tampering.at(BACKWARD, "affine2/out"), Edits.leaky("relu2/out", slope));
  }

  private static Injection weightDecay(String parameters, double lambdas) {
    return Injection.edit(
        Tampering.each(BACKWARD, parameters),
        Edits.plusParameterTimes(lambdas * RELU_MOMENTUM.network().weightDecay()));
  }

  /** Hands out, from the second step on, what was computed in the step before. */
  private static Tampering oneStepBehind(String parameter) {
    Map<String, Tensor> before = new LinkedHashMap<>();
    return Tampering.edit(
        Tampering.at(BACKWARD, parameter),
        (step, path, gradient) -> {
          Tensor previous = before.put(path, gradient.copy());
          if (previous != null) {
            System.arraycopy(previous.data(), 0, gradient.data(), 0, gradient.size());
          }
        });
  }
}
