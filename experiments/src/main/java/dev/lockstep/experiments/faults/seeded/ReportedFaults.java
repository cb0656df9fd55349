package dev.lockstep.experiments.faults.seeded;

import static dev.lockstep.core.model.Phase.BACKWARD;
import static dev.lockstep.core.model.Phase.FORWARD;
import static dev.lockstep.core.model.Phase.LOSS;
import static dev.lockstep.core.model.Phase.UPDATE;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.BATCH_NORM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.CONVNET;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.INVERTED_DROPOUT;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.MEAN_SQUARED_SGD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.RELU_MOMENTUM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.RELU_NESTEROV;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.SIGMOID_SGD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_ADAGRAD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_ADAM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_RMSPROP;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TWO_CONVOLUTIONS;

import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec.Nesterov;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.injection.Change;
import dev.lockstep.experiments.faults.injection.Edits;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.StepSoFar;
import dev.lockstep.experiments.faults.injection.Tampering;
import dev.lockstep.experiments.faults.seeded.Fault.Place;
import dev.lockstep.experiments.faults.seeded.LayerEdits.Winner;
import dev.lockstep.experiments.faults.seeded.OptimizerFaults.AdamRule;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Wrong layers and optimizers that people published and others reported, as facts. */
final class ReportedFaults {

  private static final double EPSILON = 1e-7;

  private static final Place FIRST_PARAMETER = new Place(UPDATE, "affine1", "affine1/W");
  private static final Place PREDICTION = new Place(FORWARD, "prediction", "prediction/out");

  private ReportedFaults() {}

  private static Place firstSlot(String slot) {
    return new Place(UPDATE, "affine1", "affine1/W/" + slot);
  }

  static List<Fault> list() {
    return Stream.of(gradients(), layers(), optimizers()).flatMap(List::stream).toList();
  }

  private static List<Fault> gradients() {
    return List.of(
        Fault.in(
                SIGMOID_SGD,
                "bias-gradient-from-weight-gradient",
                "a bias gradient is summed from the weight gradient, not from that of the output",
                new Place(BACKWARD, "affine1", "affine1/b"),
                Explanation.ANOTHER_TENSOR)
            .reported("rust0258/Deeplearning.ai-Natural-Language-Processing-Specialization#64")
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine1/b"), Edits.columnSumsOf("affine1/W"))),
        Fault.in(
                SIGMOID_SGD,
                "bias-gradient-one-sum",
                "a bias gradient is one sum over batch and units, the same for every unit",
                new Place(BACKWARD, "affine1", "affine1/b"),
                Explanation.ONE_SUM)
            .reported("rasbt/stat453-deep-learning-ss21#5")
            .by(Injection.edit(Tampering.at(BACKWARD, "affine1/b"), ReportedFaults::oneSum)),
        Fault.in(
                RELU_MOMENTUM,
                "bias-gradient-times-four",
                "a bias gradient is multiplied by 4",
                new Place(BACKWARD, "affine1", "affine1/b"),
                Explanation.FACTOR)
            .reported("bighuang624/Andrew-Ng-Deep-Learning-notes#10")
            .by(Injection.edit(Tampering.at(BACKWARD, "affine1/b"), Edits.times(4))),
        Fault.in(
                SIGMOID_SGD,
                "softmax-gradient-doubled",
                "the gradient of softmax and cross entropy is twice what it should be",
                new Place(BACKWARD, "loss", "affine2/out"),
                Explanation.FACTOR)
            .reported("markroxor/fromscratchtoml#65")
            .by(Injection.edit(Tampering.at(BACKWARD, "affine2/out"), Edits.times(2))),
        Fault.in(
                MEAN_SQUARED_SGD,
                "mean-squared-gradient-halved",
                "the gradient of the mean squared error forgets the 2",
                new Place(BACKWARD, "loss", "affine2/out"),
                Explanation.FACTOR)
            .reported("davisking/dlib#1169")
            .by(Injection.edit(Tampering.at(BACKWARD, "affine2/out"), Edits.times(.5))),
        Fault.in(
                SIGMOID_SGD,
                "loss-averaged-over-classes",
                "the loss is averaged over the classes too, and so is its gradient",
                new Place(LOSS, "loss", NetworkSpec.LOSS),
                Explanation.FACTOR)
            .reported("jax-ml/jax#1023")
            .by(
                Injection.edit(
                    (phase, path) ->
                        path.equals(NetworkSpec.LOSS)
                            || (phase == BACKWARD && path.equals("affine2/out")),
                    Edits.times(.1))),
        Fault.in(
                RELU_MOMENTUM,
                "l2-without-half",
                "the penalty is λΣW² in place of ½λΣW², and its gradient 2λW",
                new Place(LOSS, "loss", NetworkSpec.LOSS),
                Explanation.REGULARIZATION)
            .reported("titu1994/DenseNet#57")
            .by(Injection.network(Change.weightDecayTimes(2))),
        Fault.in(
                SIGMOID_SGD,
                "gradients-accumulate",
                "gradients are never set back to 0 and add up from step to step",
                new Place(BACKWARD, "affine2", "affine2/W"),
                Explanation.ACCUMULATED)
            .reported("karpathy/micrograd#53")
            .by(Injection.remembering(ReportedFaults::accumulating)),
        Fault.in(
                SIGMOID_SGD,
                "first-gradient-twice",
                "the gradients of the first step are added up twice",
                new Place(BACKWARD, "affine2", "affine2/W"),
                Explanation.FACTOR)
            .reported("karpathy/llm.c#548")
            .by(
                Injection.edit(
                    (phase, path) -> phase == BACKWARD && !path.endsWith("/out"),
                    (step, path, gradient) ->
                        Edits.times(step.taken() == 0 ? 2 : 1).apply(step, path, gradient))),
        Fault.in(
                SIGMOID_SGD,
                "updated-before-backward",
                "a layer's weights are updated before the gradient passes through them",
                new Place(BACKWARD, "affine2", "sigmoid1/out"),
                Explanation.UPDATED_BEFORE)
            .reported("joelgrus/data-science-from-scratch#31")
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "sigmoid1/out"),
                    LayerEdits.throughUpdatedWeights("affine2/W", "affine2/out"))),
        Fault.in(
                CONVNET,
                "kernel-gradient-of-last-sample",
                "the gradient of the kernels is overwritten by every sample: the last one's is left",
                new Place(BACKWARD, "conv1", "conv1/W"),
                Explanation.SAMPLES)
            .reported("LBANN/lbann#1022")
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "conv1/W"),
                    LayerEdits.kernelGradient("conv1/out", true, false))));
  }

  private static List<Fault> layers() {
    return List.of(
        Fault.in(
                SIGMOID_SGD,
                "sigmoid-derivative-of-input",
                "the derivative of the sigmoid is x·(1 − x) of its input in place of its output",
                new Place(BACKWARD, "sigmoid1", "affine1/out"),
                Explanation.DERIVATIVE)
            .reported("BoltzmannEntropy/interviews.ai#4")
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine1/out"),
                    LayerEdits.derivative("affine1/out", "sigmoid1/out", (x, y) -> x * (1 - x)))),
        Fault.in(
                TANH_ADAM,
                "tanh-derivative-of-output",
                "the derivative of the hyperbolic tangent is taken at its output",
                new Place(BACKWARD, "tanh1", "affine1/out"),
                Explanation.DERIVATIVE)
            .reported("davidrmiller/neural2d#40")
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine1/out"),
                    LayerEdits.derivative(
                        "affine1/out", "tanh1/out", (x, y) -> 1 - Math.tanh(y) * Math.tanh(y)))),
        Fault.in(
                RELU_MOMENTUM,
                "relu-derivative-missing",
                "the gradient passes the ReLU as if it were the identity",
                new Place(BACKWARD, "relu2", "affine2/out"),
                Explanation.ANOTHER_TENSOR,
                Explanation.DERIVATIVE)
            .reported("iamtrask/Grokking-Deep-Learning#9")
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine2/out"),
                    Edits.replacedBy(BACKWARD, "relu2/out"))),
        Fault.in(
                CONVNET,
                "relu-derivative-one-at-zero",
                "the derivative of the ReLU is 1 at 0",
                new Place(BACKWARD, "relu1", "conv1/out"),
                Explanation.DERIVATIVE)
            .reported("tensorflow/playground#19")
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "conv1/out"),
                    LayerEdits.derivative("conv1/out", "relu1/out", (x, y) -> x >= 0 ? 1 : 0))),
        Fault.in(
                CONVNET,
                "pooling-gradient-to-all-ties",
                "of several largest elements of a window every one takes the gradient",
                new Place(BACKWARD, "pool1", "relu1/out"),
                Explanation.TIES)
            .reported("Theano/Theano#5248")
            .by(pooling(2, 2, Winner.ALL_TIES)),
        Fault.in(
                CONVNET,
                "pooling-gradient-of-first-patch",
                "a return within the loop: max pooling hands back the gradient of one window alone",
                new Place(BACKWARD, "pool1", "relu1/out"),
                Explanation.PATCH)
            .reported("riccardoandreoni0/CNN-from-scratch#1")
            .by(pooling(2, 2, Winner.FIRST_PATCH)),
        Fault.in(
                TWO_CONVOLUTIONS,
                "pooling-overlap-assigned",
                "where pooling windows overlap, one gradient overwrites the other",
                new Place(BACKWARD, "pool1", "relu1/out"),
                Explanation.OVERLAP)
            .reported("FluxML/Flux.jl#1197")
            .by(pooling(3, 2, Winner.ASSIGNED)),
        Fault.in(
                TWO_CONVOLUTIONS,
                "col2im-assigned",
                "where windows of a convolution overlap, one gradient overwrites the other",
                new Place(BACKWARD, "conv2", "pool1/out"),
                Explanation.OVERLAP)
            .reported("oreilly-japan/deep-learning-from-scratch#27")
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "pool1/out"),
                    LayerEdits.imageFromColumnsAssigned("conv2/W", "conv2/out"))),
        Fault.in(
                TWO_CONVOLUTIONS,
                "input-gradient-in-another-channel",
                "a convolution writes the gradient of a channel to the next one",
                new Place(BACKWARD, "conv2", "pool1/out"),
                Explanation.REORDERED)
            .reported("NervanaSystems/neon#111")
            .by(Injection.edit(Tampering.at(BACKWARD, "pool1/out"), ReportedFaults::nextChannel)),
        Fault.in(
                BATCH_NORM,
                "batchnorm-gamma-left-out",
                "the backward pass of batch normalization leaves out gamma",
                new Place(BACKWARD, "batchNorm2", "affine2/out"),
                Explanation.NORMALIZATION)
            .reported("denizyuret/Knet.jl#288")
            .by(Injection.edit(Tampering.each(BACKWARD, "/out"), Normalization::withoutGamma)),
        Fault.in(
                BATCH_NORM,
                "batchnorm-divided-by-variance",
                "batch normalization divides by the variance, not by its root",
                new Place(FORWARD, "batchNorm1", "batchNorm1/out"),
                Explanation.NORMALIZATION)
            .reported("jax-ml/jax#442")
            .by(
                Injection.remembering(
                    () -> Normalization.dividedBy((variance, epsilon) -> variance + epsilon))),
        Fault.in(
                BATCH_NORM,
                "batchnorm-momentum-exchanged",
                "momentum and 1 − momentum have changed places in the running statistics",
                new Place(UPDATE, "batchNorm1", "batchNorm1/runningMean"),
                Explanation.HYPERPARAMETER)
            .reported("pytorch/examples#289")
            .by(
                Injection.network(
                    Change.batchNormalization(
                        norm ->
                            new LayerSpec.BatchNormalization(
                                norm.name(),
                                1 - norm.momentum(),
                                norm.epsilon(),
                                norm.perChannel())))),
        Fault.in(
                BATCH_NORM,
                "prediction-by-batch-statistics",
                "prediction normalizes by the batch it is given, not by the running statistics",
                PREDICTION,
                Explanation.NORMALIZATION)
            .reported("openai/coinrun#41")
            .by(Injection.remembering(Normalization::predictionByBatch)),
        Fault.in(
                BATCH_NORM,
                "dropout-prediction-halved",
                "in prediction dropout multiplies by .5, whatever its ratio",
                PREDICTION,
                Explanation.DROPOUT)
            .reported("mp2893/retain#1")
            .by(
                Injection.tampering(
                    new Tampering() {
                      @Override
                      public ModelState predictsWith(ModelState state, Tensor inputs) {
                        double factor = .5 / (1 - BaseNetwork.DROPPED);
                        return LayerFaults.scaled(
                            LayerFaults.scaled(state, "affine2/W", factor), "affine3/W", factor);
                      }
                    })),
        Fault.in(
                INVERTED_DROPOUT,
                "inverted-dropout-by-ratio",
                "inverted dropout divides by the share that is dropped, not by the one that is kept",
                new Place(FORWARD, "dropout1", "dropout1/out"),
                Explanation.DROPOUT,
                Explanation.FACTOR)
            .reported("kaldi-asr/kaldi#2814")
            .by(
                Injection.edit(
                    (phase, path) ->
                        (phase == FORWARD && path.equals("dropout1/out"))
                            || (phase == BACKWARD && path.equals("relu1/out")),
                    Edits.times(4))),
        Fault.in(
                INVERTED_DROPOUT,
                "dropout-mask-from-zeros",
                "the backward pass of dropout passes everything where the input is 0",
                new Place(BACKWARD, "dropout1", "relu1/out"),
                Explanation.DROPOUT)
            .reported("kaldi-asr/kaldi#3890")
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "relu1/out"),
                    (step, path, dx) -> {
                      double[] x = step.shown(FORWARD, "relu1/out").data();
                      double[] dout = step.shown(BACKWARD, "dropout1/out").data();
                      for (int i = 0; i < x.length; i++) {
                        dx.data()[i] = x[i] == 0 ? dout[i] : dx.data()[i];
                      }
                    })));
  }

  private static List<Fault> optimizers() {
    return List.of(
        Fault.in(
                TANH_ADAM,
                "adam-epsilon-after-correction",
                "Adam adds epsilon to the corrected root: lr·m̂ / (√v̂ + ε)",
                FIRST_PARAMETER,
                Explanation.EPSILON)
            .reported("tensorflow/tensorflow#9047")
            .by(
                UpdateRule.of(
                    e -> {
                      AdamRule.moments(e);
                      double m = e.slots[0] / (1 - Math.pow(.9, (double) e.t));
                      double v = e.slots[1] / (1 - Math.pow(.999, (double) e.t));
                      e.w -= e.rate * m / (Math.sqrt(v) + EPSILON);
                    })),
        Fault.in(
                TANH_ADAM,
                "adam-correction-multiplied",
                "Adam multiplies by its corrections where it should divide",
                FIRST_PARAMETER,
                Explanation.CORRECTION)
            .reported("karpathy/convnetjs#70")
            .by(
                UpdateRule.of(
                    e -> {
                      AdamRule.moments(e);
                      double m = e.slots[0] * (1 - Math.pow(.9, (double) e.t));
                      double v = e.slots[1] * (1 - Math.pow(.999, (double) e.t));
                      e.w -= e.rate * m / (Math.sqrt(v) + EPSILON);
                    })),
        Fault.in(
                TANH_ADAM,
                "adam-correction-without-power",
                "Adam divides by 1 − beta in every step, not by 1 − beta^t",
                FIRST_PARAMETER,
                Explanation.STEP_COUNT)
            .reported("eriklindernoren/ML-From-Scratch#35")
            .by(
                UpdateRule.of(
                    e -> {
                      AdamRule.moments(e);
                      double correction = Math.sqrt(1 - .999) / (1 - .9);
                      e.w -= e.rate * correction * e.slots[0] / (Math.sqrt(e.slots[1]) + EPSILON);
                    })),
        Fault.in(
                TANH_ADAM,
                "adam-correction-stored",
                "Adam keeps its corrected averages and corrects them again in the next step",
                firstSlot("m"),
                Explanation.CORRECTION)
            .reported("frgfm/holocron#1")
            .by(
                UpdateRule.of(
                    e -> {
                      AdamRule.moments(e);
                      e.slots[0] /= 1 - Math.pow(.9, (double) e.t);
                      e.slots[1] /= 1 - Math.pow(.999, (double) e.t);
                      e.w -= e.rate * e.slots[0] / (Math.sqrt(e.slots[1]) + EPSILON);
                    })),
        Fault.in(
                TANH_ADAM,
                "adam-counts-parameters",
                "Adam counts a step for every parameter, not for every batch",
                new Place(UPDATE, "affine1", "affine1/b"),
                Explanation.STEP_COUNT)
            .reported("clab/dynet#77")
            .by(countingParameters()),
        Fault.in(
                TANH_ADAM,
                "adam-biases-updated-twice",
                "biases are updated twice in a step",
                new Place(UPDATE, "affine1", "affine1/b"),
                Explanation.FACTOR)
            .reported("nntrainer/nntrainer#219")
            .by(
                UpdateRule.of(
                    path -> path.endsWith("/b"),
                    e -> {
                      AdamRule.moments(e);
                      e.w -=
                          2
                              * e.rate
                              * AdamRule.correction(e.t)
                              * e.slots[0]
                              / (Math.sqrt(e.slots[1]) + EPSILON);
                    })),
        Fault.in(
                RELU_NESTEROV,
                "nesterov-sign",
                "Nesterov's step looks back along the velocity, not ahead",
                FIRST_PARAMETER,
                Explanation.LOOKS_BACK)
            .reported("PaddlePaddle/Paddle#12231")
            .by(
                UpdateRule.of(
                    e -> {
                      e.slots[0] = .9 * e.slots[0] - e.rate * e.g;
                      e.w += -.9 * e.slots[0] - e.rate * e.g;
                    })),
        Fault.in(
                RELU_NESTEROV,
                "nesterov-new-velocity",
                "Nesterov's step takes the new velocity for the old one",
                FIRST_PARAMETER,
                Explanation.FORM)
            .reported("chainer/chainer#4274")
            .by(
                Injection.network(
                    Change.optimizer(
                        Nesterov.class,
                        right -> new Nesterov(right.learningRate(), right.momentum(), true)))),
        Fault.in(
                RELU_MOMENTUM,
                "first-velocity-without-rate",
                "the velocity starts as the gradient itself, without the learning rate",
                firstSlot("velocity"),
                Explanation.RATE_MISPLACED)
            .reported("zc911/MatrixSlow#17")
            .by(
                UpdateRule.of(
                    e -> {
                      e.slots[0] = e.t == 1 ? -e.g : .9 * e.slots[0] - e.rate * e.g;
                      e.w += e.slots[0];
                    })),
        Fault.in(
                RELU_MOMENTUM,
                "velocity-without-rate",
                "the learning rate stands outside of the velocity",
                firstSlot("velocity"),
                Explanation.RATE_MISPLACED)
            .reported("pytorch/pytorch#1099")
            .by(
                UpdateRule.of(
                    e -> {
                      e.slots[0] = .9 * e.slots[0] - e.g;
                      e.w += e.rate * e.slots[0];
                    })),
        Fault.in(
                RELU_MOMENTUM,
                "momentum-dampened",
                "the gradient enters the velocity with 1 − momentum",
                firstSlot("velocity"),
                Explanation.DAMPENED)
            .reported("HIPS/autograd#289")
            .by(
                UpdateRule.of(
                    e -> {
                      e.slots[0] = .9 * e.slots[0] - (1 - .9) * e.rate * e.g;
                      e.w += e.slots[0];
                    })),
        Fault.in(
                RELU_MOMENTUM,
                "velocity-of-bias-itself",
                "the velocity of a bias adds up the bias in place of its gradient",
                new Place(UPDATE, "affine1", "affine1/b/velocity"),
                Explanation.ANOTHER_TENSOR,
                Explanation.NEVER_UPDATED)
            .reported("apache/systemds#2330")
            .by(
                UpdateRule.of(
                    path -> path.endsWith("/b"),
                    e -> {
                      e.slots[0] = .9 * e.slots[0] - e.rate * e.w;
                      e.w += e.slots[0];
                    })),
        Fault.in(
                SIGMOID_SGD,
                "biases-never-updated",
                "the update leaves out all biases",
                new Place(UPDATE, "affine1", "affine1/b"),
                Explanation.NEVER_UPDATED)
            .reported("mattm/simple-neural-network#5")
            .by(Injection.edit(Tampering.each(UPDATE, "/b"), Edits::keep)),
        Fault.in(
                TANH_RMSPROP,
                "rmsprop-epsilon-inside-root",
                "RMSprop divides by √(h + ε) in place of √h + ε",
                FIRST_PARAMETER,
                Explanation.EPSILON)
            .reported("apache/mxnet#4493")
            .by(
                UpdateRule.of(
                    e -> {
                      e.slots[0] = .99 * e.slots[0] + (1 - .99) * e.g * e.g;
                      e.w -= e.rate * e.g / Math.sqrt(e.slots[0] + EPSILON);
                    })),
        Fault.in(
                TANH_ADAGRAD,
                "adagrad-sums-updates",
                "AdaGrad adds up the squares of lr·g in place of those of g",
                firstSlot("h"),
                Explanation.RATE_MISPLACED)
            .reported("stanfordnlp/GloVe#134")
            .by(
                UpdateRule.of(
                    e -> {
                      e.slots[0] += e.rate * e.g * e.rate * e.g;
                      e.w -= e.rate * e.g / (Math.sqrt(e.slots[0]) + EPSILON);
                    })),
        Fault.in(
                TANH_ADAGRAD,
                "adagrad-ascends",
                "AdaGrad adds the update where it should subtract it",
                FIRST_PARAMETER,
                Explanation.FACTOR)
            .reported("PaddlePaddle/Paddle#4184")
            .by(
                UpdateRule.of(
                    e -> {
                      e.slots[0] += e.g * e.g;
                      e.w += e.rate * e.g / (Math.sqrt(e.slots[0]) + EPSILON);
                    })));
  }

  private static void oneSum(StepSoFar step, String path, Tensor gradient) {
    double sum = Arrays.stream(step.shown(BACKWARD, "affine1/out").data()).sum();
    Arrays.fill(gradient.data(), sum);
  }

  private static Tampering accumulating() {
    Map<String, Tensor> sums = new LinkedHashMap<>();
    return Tampering.edit(
        (phase, path) -> phase == BACKWARD && !path.endsWith("/out"),
        (step, path, gradient) -> {
          Tensor sum = sums.get(path);
          for (int i = 0; sum != null && i < gradient.size(); i++) {
            gradient.data()[i] += sum.data()[i];
          }
          sums.put(path, gradient.copy());
        });
  }

  private static Injection pooling(int size, int stride, Winner winner) {
    return Injection.edit(
        Tampering.at(BACKWARD, "relu1/out"),
        LayerEdits.pooling("relu1/out", "pool1/out", size, stride, winner));
  }

  private static void nextChannel(StepSoFar step, String path, Tensor dx) {
    int image = dx.size() / dx.shape().length(0);
    double[] old = dx.data().clone();
    int channel = image / dx.shape().length(1);
    for (int i = 0; i < old.length; i++) {
      int start = i - i % image;
      dx.data()[start + (i % image + channel) % image] = old[i];
    }
  }

  private static Injection countingParameters() {
    List<String> parameters =
        TANH_ADAM.network().parameters().stream().map(spec -> spec.path()).toList();
    return Injection.tampering(
        new Tampering() {
          @Override
          public void computed(StepSoFar step, Phase phase, String path, Tensor tensor) {
            int place = parameters.indexOf(path);
            if (phase == UPDATE && place >= 0) {
              long counted = step.taken() * parameters.size() + place + 1;
              double factor = AdamRule.correction(counted) / AdamRule.correction(step.taken() + 1);
              double[] before = step.before(path).data();
              for (int i = 0; i < before.length; i++) {
                tensor.data()[i] = before[i] + factor * (tensor.data()[i] - before[i]);
              }
            }
          }
        });
  }
}
