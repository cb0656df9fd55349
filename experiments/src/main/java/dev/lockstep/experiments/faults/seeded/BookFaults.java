package dev.lockstep.experiments.faults.seeded;

import static dev.lockstep.core.model.Phase.BACKWARD;
import static dev.lockstep.core.model.Phase.FORWARD;
import static dev.lockstep.core.model.Phase.LOSS;
import static dev.lockstep.core.model.Phase.UPDATE;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.BATCH_NORM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.SIGMOID_SGD;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.injection.Change;
import dev.lockstep.experiments.faults.injection.Edits;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.StepSoFar;
import dev.lockstep.experiments.faults.injection.Tampering;
import dev.lockstep.experiments.faults.seeded.Fault.Place;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The mistakes that readers of the book have published. */
final class BookFaults {

  private static final Place PREDICTION =
      new Place(FORWARD, "prediction", ExpectedTensor.PREDICTION.path());
  private static final Place LOSS_VALUE = new Place(LOSS, "loss", NetworkSpec.LOSS);

  private BookFaults() {}

  static List<Fault> list() {
    return List.of(
        Fault.in(
                SIGMOID_SGD,
                "bias-gradient-after-activation",
                "the first bias gradient is summed from the gradient after the activation",
                new Place(BACKWARD, "affine1", "affine1/b"),
                Explanation.ANOTHER_TENSOR)
            .by(
                Injection.edit(
                    Tampering.at(BACKWARD, "affine1/b"), Edits.columnSumsOf("sigmoid1/out"))),
        Fault.in(
                SIGMOID_SGD,
                "weight-in-place-of-gradient",
                "the update subtracts the first weight itself, in place of its gradient",
                new Place(UPDATE, "affine1", "affine1/W"),
                Explanation.ANOTHER_TENSOR)
            .by(
                Injection.edit(
                    Tampering.at(UPDATE, "affine1/W"), BookFaults::subtractParameterItself)),
        Fault.in(
                SIGMOID_SGD,
                "constant-outside-logarithm",
                "the small constant of the loss stands outside the logarithm",
                LOSS_VALUE,
                Explanation.EPSILON)
            .by(
                Injection.edit(
                    Tampering.at(LOSS, NetworkSpec.LOSS),
                    (step, path, loss) ->
                        loss.data()[0] = crossEntropy(step, 0) - LossSpec.BOOK_STABILIZER)),
        Fault.in(
                SIGMOID_SGD,
                "softmax-over-batch",
                "softmax takes its maximum and its sum over the whole batch",
                new Place(FORWARD, "loss", NetworkSpec.OUTPUT),
                Explanation.WHOLE_BATCH)
            .by(softmaxOverBatch()),
        Fault.in(
                SIGMOID_SGD,
                "prediction-for-other-images",
                "accuracy holds predictions for the first training images against other labels",
                PREDICTION,
                Explanation.STALE)
            .by(Injection.remembering(PredictionForFirstImages::new)),
        Fault.in(
                SIGMOID_SGD,
                "prediction-by-label-value",
                "in batched inference rows are picked by the value of a label, not by position",
                PREDICTION,
                Explanation.REORDERED)
            .by(Injection.tampering(Tampering.answers(BookFaults::rowsByValue))),
        Fault.in(
                SIGMOID_SGD,
                "targets-of-first-batch",
                "a step takes its targets from a global variable that the first batch has set",
                LOSS_VALUE,
                Explanation.STALE)
            .by(Injection.remembering(TargetsOfFirstBatch::new)),
        Fault.in(
                BATCH_NORM,
                "dropout-prediction-dropped-share",
                "in prediction dropout multiplies by the share that was dropped",
                PREDICTION,
                Explanation.DROPOUT)
            .reported("karpathy/convnetjs#106")
            .by(
                new Injection(
                    Change.dropout(
                        dropout ->
                            new LayerSpec.Dropout(dropout.name(), 1 - dropout.ratio(), false)),
                    () -> Tampering.masks(BookFaults::ofTheRightShare))));
  }

  /** {@code W − lr·W}. */
  private static void subtractParameterItself(StepSoFar step, String path, Tensor parameter) {
    double rate = step.network().optimizer().learningRate().initial();
    double[] before = step.before(path).data();
    for (int i = 0; i < before.length; i++) {
      parameter.data()[i] = before[i] - rate * before[i];
    }
  }

  /** {@code −1/N · Σ t · log(y + constant)}. */
  private static double crossEntropy(StepSoFar step, double constant) {
    double[] y = step.shown(FORWARD, NetworkSpec.OUTPUT).data();
    double[] t = step.batch().targets().data();
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      if (t[i] != 0) {
        sum -= t[i] * Math.log(y[i] + constant);
      }
    }
    return sum / step.batch().size();
  }

  /**
   * Built with the sum of squares, whose output is the scores, which are then replaced by the
   * softmax. What goes back is the derivative of the loss that is really computed, {@code y − t /
   * N}: all of y adds up to 1, not each of its rows. So central differences give it too, by which
   * the published run learned.
   */
  private static Injection softmaxOverBatch() {
    Tampering tampering =
        new Tampering() {
          @Override
          public void computed(StepSoFar step, Phase phase, String path, Tensor tensor) {
            if (path.equals(NetworkSpec.OUTPUT)) {
              softmaxOfAll(tensor);
            } else if (path.equals(NetworkSpec.LOSS)) {
              tensor.data()[0] = crossEntropy(step, LossSpec.BOOK_STABILIZER);
            } else if (phase == BACKWARD && path.equals(scores(step.network()))) {
              derivativeOfSoftmaxOfAll(step, tensor);
            }
          }

          @Override
          public Tensor answered(Tensor scores) {
            softmaxOfAll(scores);
            return scores;
          }
        };
    LossSpec squares = new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0);
    return new Injection(Change.loss(squares), () -> tampering);
  }

  /** Returns the path of what the softmax is taken of. */
  private static String scores(NetworkSpec network) {
    return network.layers().get(network.layers().size() - 1).name() + "/out";
  }

  private static void derivativeOfSoftmaxOfAll(StepSoFar step, Tensor gradient) {
    double[] y = step.shown(FORWARD, NetworkSpec.OUTPUT).data();
    double[] t = step.batch().targets().data();
    for (int i = 0; i < y.length; i++) {
      gradient.data()[i] = y[i] - t[i] / step.batch().size();
    }
  }

  private static void softmaxOfAll(Tensor scores) {
    double[] values = scores.data();
    double max = Arrays.stream(values).max().orElse(0);
    double sum = 0;
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.exp(values[i] - max);
      sum += values[i];
    }
    for (int i = 0; i < values.length; i++) {
      values[i] /= sum;
    }
  }

  /** Answers with the row whose number is the class of the right row. */
  private static Tensor rowsByValue(Tensor outputs) {
    int rows = outputs.shape().length(0);
    int classes = outputs.shape().length(1);
    Tensor picked = Tensor.zeros(outputs.shape());
    for (int row = 0; row < rows; row++) {
      int from = largest(outputs.data(), row * classes, classes) % rows;
      System.arraycopy(outputs.data(), from * classes, picked.data(), row * classes, classes);
    }
    return picked;
  }

  private static int largest(double[] values, int from, int length) {
    int best = 0;
    for (int i = 1; i < length; i++) {
      if (values[from + i] > values[from + best]) {
        best = i;
      }
    }
    return best;
  }

  private static Masks ofTheRightShare(Masks masks) {
    return (layer, ratio, shape) -> masks.mask(layer, BaseNetwork.DROPPED, shape);
  }

  /** Answers, whatever it is asked, for the images that it was first trained on, over and over. */
  private static final class PredictionForFirstImages implements Tampering {
    private @Nullable Tensor first;

    @Override
    public Batch batch(Batch batch) {
      if (first == null) {
        first = batch.inputs();
      }
      return batch;
    }

    @Override
    public Tensor asked(Tensor inputs) {
      if (first == null) {
        return inputs;
      }
      Tensor other = Tensor.zeros(inputs.shape());
      for (int i = 0; i < other.size(); i++) {
        other.data()[i] = first.data()[i % first.size()];
      }
      return other;
    }
  }

  private static final class TargetsOfFirstBatch implements Tampering {
    private @Nullable Tensor first;

    @Override
    public Batch batch(Batch batch) {
      if (first == null) {
        first = batch.targets();
      }
      return new Batch(batch.step(), batch.inputs(), first);
    }
  }
}
