package dev.lockstep.experiments.faults.seeded;

import static dev.lockstep.core.model.Phase.BACKWARD;
import static dev.lockstep.core.model.Phase.FORWARD;
import static dev.lockstep.core.model.Phase.LOSS;
import static dev.lockstep.core.model.Phase.UPDATE;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.BATCH_NORM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.CONVNET;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.INVERTED_DROPOUT;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.RELU_MOMENTUM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.SIGMOID_SGD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TWO_CONVOLUTIONS;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.Edits;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.StepSoFar;
import dev.lockstep.experiments.faults.injection.Tampering;
import dev.lockstep.experiments.faults.seeded.Fault.Place;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Further mistakes within layers and losses, in what they are given and what they hand on. */
final class LayerFaults {

  private static final Place LOSS_VALUE = new Place(LOSS, "loss", NetworkSpec.LOSS);
  private static final Place PREDICTION = new Place(FORWARD, "prediction", "prediction/out");

  private LayerFaults() {}

  static List<Fault> list() {
    return List.of(
        Fault.in(
                SIGMOID_SGD,
                "labels-shifted-by-a-class",
                "every label is taken for that of the next class",
                LOSS_VALUE,
                Explanation.LABELS)
            .by(Injection.tampering(Tampering.targets(LayerFaults::nextClass))),
        Fault.in(
                SIGMOID_SGD,
                "labels-smoothed",
                "labels are smoothed, which nobody asked for: by .1",
                LOSS_VALUE,
                Explanation.SMOOTHED)
            .by(Injection.tampering(new SmoothedLabels())),
        Fault.in(
                SIGMOID_SGD,
                "one-class-ignored",
                "a loop over the classes starts at 1: the gradient of the first stays 0",
                new Place(BACKWARD, "loss", "affine2/out"),
                Explanation.IGNORED)
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine2/out"),
                    (step, path, gradient) -> zeroEvery(gradient, 10, 0, 1))),
        Fault.in(
                SIGMOID_SGD,
                "one-row-ignored",
                "a loop over the batch starts at 1: the gradient of the first row stays 0",
                new Place(BACKWARD, "loss", "affine2/out"),
                Explanation.IGNORED)
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine2/out"),
                    (step, path, gradient) -> zeroEvery(gradient, gradient.size(), 0, 10))),
        Fault.in(
                SIGMOID_SGD,
                "batch-of-the-step-before",
                "the next batch is fetched too late: each step trains on that of the step before",
                new Place(FORWARD, "affine1", "affine1/out"),
                Explanation.STALE)
            .by(Injection.remembering(BatchBefore::new)),
        Fault.in(
                SIGMOID_SGD,
                "sigmoid-without-one-minus",
                "the derivative of the sigmoid is y in place of y·(1 − y)",
                new Place(BACKWARD, "sigmoid1", "affine1/out"),
                Explanation.DERIVATIVE)
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine1/out"),
                    LayerEdits.derivative("affine1/out", "sigmoid1/out", (x, y) -> y))),
        Fault.in(
                SIGMOID_SGD,
                "last-sample-only",
                "a weight gradient is overwritten by every sample: the last one's is left",
                new Place(BACKWARD, "affine2", "affine2/W"),
                Explanation.SAMPLES)
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine2/W"),
                    LayerEdits.weightGradient("sigmoid1/out", "affine2/out", 19))),
        Fault.in(
                SIGMOID_SGD,
                "weight-gradient-of-scores",
                "a weight gradient takes the input of the activation for its output",
                new Place(BACKWARD, "affine2", "affine2/W"),
                Explanation.ANOTHER_TENSOR)
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine2/W"),
                    LayerEdits.weightGradient("affine1/out", "affine2/out", 0))),
        Fault.in(
                SIGMOID_SGD,
                "bias-added-twice",
                "a bias is added by the layer and once more after it",
                new Place(FORWARD, "affine1", "affine1/out"),
                Explanation.BIAS)
            .by(biasTimes(1)),
        Fault.in(
                SIGMOID_SGD,
                "bias-left-out",
                "a bias is trained and never added",
                new Place(FORWARD, "affine1", "affine1/out"),
                Explanation.BIAS)
            .by(biasTimes(-1)),
        Fault.in(
                SIGMOID_SGD,
                "loss-summed",
                "the loss is summed over the batch, its gradient averaged",
                LOSS_VALUE,
                Explanation.FACTOR)
            .by(Injection.edit(Tampering.at(LOSS, NetworkSpec.LOSS), Edits.times(20))),
        Fault.in(
                RELU_MOMENTUM,
                "bias-gradients-doubled",
                "every bias gradient is added up twice",
                new Place(BACKWARD, "affine3", "affine3/b"),
                Explanation.FACTOR)
            .by(Injection.edit(Tampering.each(BACKWARD, "/b"), Edits.times(2))),
        Fault.in(
                RELU_MOMENTUM,
                "l1-for-l2",
                "weight decay adds λ·sign(W) to the gradient in place of λ·W",
                new Place(BACKWARD, "affine3", "affine3/W"),
                Explanation.REGULARIZATION)
            .by(
                Injection.edit(
                    Tampering.each(BACKWARD, "/W"), LayerFaults::absoluteInPlaceOfSquare)),
        Fault.in(
                RELU_MOMENTUM,
                "relu-by-sign-of-gradient",
                "the backward pass of a ReLU looks at the sign of the gradient, not of its input",
                new Place(BACKWARD, "relu2", "affine2/out"),
                Explanation.DERIVATIVE)
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine2/out"),
                    (step, path, dx) -> {
                      double[] dout = step.shown(BACKWARD, "relu2/out").data();
                      for (int i = 0; i < dout.length; i++) {
                        dx.data()[i] = Math.max(0, dout[i]);
                      }
                    })),
        Fault.in(
                RELU_MOMENTUM,
                "gradient-clipped-by-norm",
                "gradients are scaled down to a norm that was left in: .1",
                new Place(BACKWARD, "affine3", "affine3/W"),
                Explanation.SATURATED)
            .by(
                Injection.edit(
                    (phase, path) -> phase == BACKWARD && path.endsWith("/W"),
                    LayerFaults::clippedToNorm)),
        Fault.in(
                BATCH_NORM,
                "batchnorm-epsilon-outside-root",
                "batch normalization divides by √variance + ε in place of √(variance + ε)",
                new Place(FORWARD, "batchNorm1", "batchNorm1/out"),
                Explanation.EPSILON)
            .by(
                Injection.remembering(
                    () ->
                        Normalization.dividedBy(
                            (variance, epsilon) -> Math.sqrt(variance) + epsilon))),
        Fault.in(
                BATCH_NORM,
                "batchnorm-variance-constant",
                "the backward pass of batch normalization takes the variance for a constant",
                new Place(BACKWARD, "batchNorm2", "affine2/out"),
                Explanation.NORMALIZATION)
            .by(Injection.edit(Tampering.each(BACKWARD, "/out"), Normalization::constantVariance)),
        Fault.in(
                BATCH_NORM,
                "running-variance-one-step-late",
                "the running variance moves by the variance of the batch before",
                new Place(UPDATE, "batchNorm1", "batchNorm1/runningVar"),
                Explanation.STALE)
            .by(Injection.remembering(LayerFaults::varianceBefore)),
        Fault.in(
                BATCH_NORM,
                "dropout-left-out",
                "dropout drops nothing in training",
                new Place(FORWARD, "dropout1", "dropout1/out"),
                Explanation.DROPOUT)
            .by(
                Injection.tampering(
                    Tampering.masks(
                        masks ->
                            (layer, ratio, shape) -> {
                              Tensor ones = Tensor.zeros(shape);
                              Arrays.fill(ones.data(), 1);
                              return ones;
                            }))),
        Fault.in(
                INVERTED_DROPOUT,
                "dropout-scaled-twice",
                "dropout scales in training and once more in prediction",
                PREDICTION,
                Explanation.DROPOUT)
            .by(
                Injection.tampering(
                    new Tampering() {
                      @Override
                      public ModelState predictsWith(ModelState state, Tensor inputs) {
                        return scaled(state, "affine2/W", .8);
                      }
                    })),
        Fault.in(
                CONVNET,
                "pooling-gradient-to-last-tie",
                "of several largest elements of a window the last takes the gradient",
                new Place(BACKWARD, "pool1", "relu1/out"),
                Explanation.TIES)
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "relu1/out"),
                    LayerEdits.pooling(
                        "relu1/out", "pool1/out", 2, 2, LayerEdits.Winner.LAST_TIE))),
        Fault.in(
                CONVNET,
                "kernel-gradient-of-first-patch",
                "a return within the loop: the kernels take the gradient of the first window alone",
                new Place(BACKWARD, "conv1", "conv1/W"),
                Explanation.PATCH)
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "conv1/W"),
                    LayerEdits.kernelGradient("conv1/out", false, true))),
        Fault.in(
                CONVNET,
                "true-convolution",
                "kernels are turned: a convolution in place of a cross-correlation",
                new Place(FORWARD, "conv1", "conv1/out"),
                Explanation.TURNED)
            .by(Injection.tampering(new TrueConvolution())),
        Fault.in(
                TWO_CONVOLUTIONS,
                "average-pooling-gradient-not-divided",
                "average pooling hands its whole gradient to every element of a window",
                new Place(BACKWARD, "pool2", "relu2/out"),
                Explanation.FACTOR)
            .by(Injection.edit(Tampering.at(BACKWARD, "relu2/out"), Edits.times(4))));
  }

  private static Tensor nextClass(Tensor targets) {
    Tensor shifted = targets.copy();
    int classes = targets.shape().length(1);
    for (int i = 0; i < targets.size(); i++) {
      shifted.data()[i] = targets.data()[i / classes * classes + (i + classes - 1) % classes];
    }
    return shifted;
  }

  /** Of .9·t + .1/10: scratch takes one-hot targets alone. */
  private static final class SmoothedLabels implements Tampering {
    @Override
    public void computed(StepSoFar step, Phase phase, String path, Tensor tensor) {
      double[] t = step.batch().targets().data();
      double n = step.batch().size();
      if (phase == LOSS) {
        double[] y = step.shown(FORWARD, NetworkSpec.OUTPUT).data();
        tensor.data()[0] = 0;
        for (int i = 0; i < t.length; i++) {
          tensor.data()[0] -= (.9 * t[i] + .01) * Math.log(y[i] + LossSpec.BOOK_STABILIZER) / n;
        }
      } else if (phase == BACKWARD && path.equals("affine2/out")) {
        double[] y = step.shown(FORWARD, NetworkSpec.OUTPUT).data();
        for (int i = 0; i < t.length; i++) {
          tensor.data()[i] = (y[i] - (.9 * t[i] + .01)) / n;
        }
      }
    }
  }

  /** Zeroes some numbers of every row. */
  private static void zeroEvery(Tensor tensor, int row, int from, int to) {
    for (int i = 0; i < tensor.size(); i++) {
      if (i % row >= from && i % row < to) {
        tensor.data()[i] = 0;
      }
    }
  }

  /** Adds a multiple of the first bias to its layer's output, in prediction too. */
  private static Injection biasTimes(double more) {
    return Injection.tampering(
        new Tampering() {
          @Override
          public void computed(StepSoFar step, Phase phase, String path, Tensor tensor) {
            if (phase == FORWARD && path.equals("affine1/out")) {
              double[] bias = step.before("affine1/b").data();
              for (int i = 0; i < tensor.size(); i++) {
                tensor.data()[i] += more * bias[i % bias.length];
              }
            }
          }

          @Override
          public ModelState predictsWith(ModelState state, Tensor inputs) {
            return scaled(state, "affine1/b", 1 + more);
          }
        });
  }

  static ModelState scaled(ModelState state, String path, double factor) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(state.tensors());
    Tensor scaled = state.tensor(path).copy();
    for (int i = 0; i < scaled.size(); i++) {
      scaled.data()[i] *= factor;
    }
    tensors.put(path, scaled);
    return new ModelState(state.step(), tensors);
  }

  private static void absoluteInPlaceOfSquare(StepSoFar step, String path, Tensor gradient) {
    double lambda = step.network().weightDecay();
    double[] w = step.before(path).data();
    for (int i = 0; i < w.length; i++) {
      gradient.data()[i] += lambda * (Math.signum(w[i]) - w[i]);
    }
  }

  private static void clippedToNorm(StepSoFar step, String path, Tensor gradient) {
    double square = 0;
    for (double value : gradient.data()) {
      square += value * value;
    }
    Edits.times(Math.min(1, .1 / Math.sqrt(square))).apply(step, path, gradient);
  }

  /** Moves each running variance by what moved it in the step before; the first time by nothing. */
  private static Tampering varianceBefore() {
    Map<String, double[]> before = new LinkedHashMap<>();
    return Tampering.edit(
        Tampering.each(UPDATE, "/runningVar"),
        (step, path, running) -> {
          double[] old = step.before(path).data();
          double[] batch = new double[old.length];
          for (int i = 0; i < old.length; i++) {
            batch[i] = (running.data()[i] - .9 * old[i]) / .1;
          }
          double[] late = before.put(path, batch);
          for (int i = 0; i < old.length; i++) {
            running.data()[i] = .9 * old[i] + (late == null ? 0 : .1 * late[i]);
          }
        });
  }

  private static final class BatchBefore implements Tampering {
    private @Nullable Batch before;

    @Override
    public Batch batch(Batch batch) {
      Batch late = before == null ? batch : before;
      before = batch;
      return new Batch(batch.step(), late.inputs(), late.targets());
    }
  }

  private static final class TrueConvolution implements Tampering {
    @Override
    public void computed(StepSoFar step, Phase phase, String path, Tensor tensor) {
      if (phase == FORWARD && path.equals("conv1/out")) {
        LayerEdits.convolveTurned(step, path, tensor);
      } else if (phase == BACKWARD && path.equals("conv1/W")) {
        Edits.turnKernels(tensor);
      }
    }

    @Override
    public ModelState predictsWith(ModelState state, Tensor inputs) {
      return LayerEdits.turned(state);
    }
  }
}
