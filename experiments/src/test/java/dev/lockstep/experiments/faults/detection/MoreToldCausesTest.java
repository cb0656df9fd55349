package dev.lockstep.experiments.faults.detection;

import static dev.lockstep.core.model.Phase.BACKWARD;
import static dev.lockstep.core.model.Phase.FORWARD;
import static dev.lockstep.core.model.Phase.UPDATE;
import static dev.lockstep.experiments.faults.detection.Told.told;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.BATCH_NORM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.CONVNET;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.RELU_MOMENTUM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.SIGMOID_SGD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.Adjustments;
import dev.lockstep.core.network.Adjustments.Clipping;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.injection.Edit;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.StepSoFar;
import dev.lockstep.experiments.faults.injection.Tampering;
import dev.lockstep.experiments.faults.seeded.UpdateRule;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Mistakes that show in some samples, pixels, parameters or steps and not in others. */
class MoreToldCausesTest {

  private static final BaseNetwork CLIPPED = adjusted(clippedBy(Clipping.Kind.LAYER));
  private static final BaseNetwork FAST_BIASES =
      adjusted(new Adjustments(0, Adjustments.NONE.clipping(), 2));
  private static final BaseNetwork HALVED = decayed(new LearningRate.Decay.Step(0.5, 4));
  private static final BaseNetwork ENDED = decayed(new LearningRate.Decay.Polynomial(4, 1));
  private static final BaseNetwork AMSGRAD =
      new BaseNetwork(
          "amsgrad",
          SIGMOID_SGD
              .network()
              .withOptimizer(
                  new OptimizerSpec.AmsGrad(LearningRate.constant(.01), .9, .999, 1e-7)));

  private static BaseNetwork adjusted(Adjustments adjustments) {
    return new BaseNetwork("adjusted", SIGMOID_SGD.network().withAdjustments(adjustments));
  }

  private static Adjustments clippedBy(Clipping.Kind kind) {
    return new Adjustments(0, new Clipping(kind, .02), 1);
  }

  private static BaseNetwork decayed(LearningRate.Decay decay) {
    return new BaseNetwork(
        "decayed",
        SIGMOID_SGD.network().withOptimizer(new OptimizerSpec.Sgd(new LearningRate(.5, decay))));
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        told(
            RELU_MOMENTUM,
            decayOf(0),
            "weight decay is that of the weights that the run started with, in the gradients alone"),
        told(
            RELU_MOMENTUM,
            decayOf(1),
            "weight decay is that of the weights of the step before, in the gradients alone"),
        told(
            SIGMOID_SGD,
            weights("affine2", "sigmoid1", row -> row.label() == 3 ? 0 : 1),
            "samples of class 3 are left out of the sum"),
        told(
            SIGMOID_SGD,
            weights("affine2", "sigmoid1", row -> row.probability() > .1 ? 2 : 1),
            "samples whose class has a probability above 0.1 count twice in the sum"),
        told(
            SIGMOID_SGD,
            edit(
                BACKWARD,
                "affine2/out",
                (step, path, dout) ->
                    Arrays.setAll(
                        dout.data(),
                        i -> dout.data()[i] * (row(step, i / 10).label() == 1 ? 2 : 1))),
            "rows of class 1 count twice in the gradient"),
        told(
            BATCH_NORM,
            edit(FORWARD, "batchNorm1/out", (step, path, out) -> normalizedByHalves(step, out)),
            "the batch is normalized in 2 parts of 10 rows, each by its own mean and variance"),
        told(
            BATCH_NORM,
            edit(
                UPDATE,
                "batchNorm1/runningVar",
                (step, path, variance) ->
                    Arrays.setAll(variance.data(), i -> variance.data()[i] + .1 * 1e-7)),
            "the running variance takes epsilon in"),
        told(
            BATCH_NORM,
            edit(
                BACKWARD,
                "batchNorm1/gamma",
                (step, path, gradient) -> {
                  double[] x = step.shown(FORWARD, "affine1/out").data();
                  double[] dout = step.shown(BACKWARD, "batchNorm1/out").data();
                  Arrays.fill(gradient.data(), 0);
                  for (int i = 0; i < x.length; i++) {
                    gradient.data()[i % gradient.size()] += x[i] * dout[i];
                  }
                }),
            "gamma's gradient is taken with the input in place of the normalized input"),
        told(
            CLIPPED,
            Injection.network(network -> network.withAdjustments(Adjustments.NONE)),
            "gradients are not clipped"),
        told(
            CLIPPED,
            Injection.network(
                network -> network.withAdjustments(clippedBy(Clipping.Kind.PARAMETER))),
            "gradients are clipped by the norm of each parameter by itself"),
        told(
            CLIPPED,
            Injection.network(
                network -> network.withAdjustments(clippedBy(Clipping.Kind.ELEMENTS))),
            "gradients are clipped element by element, not by a norm"),
        told(
            FAST_BIASES,
            Injection.network(network -> network.withAdjustments(Adjustments.NONE)),
            "biases have the learning rate of weights"),
        told(
            FAST_BIASES,
            UpdateRule.of(e -> e.w -= 3 * e.rate * e.g),
            "it is as if the learning rate were 1.5"),
        told(
            HALVED,
            UpdateRule.of(e -> e.w -= .5 * Math.pow(.5, Math.floor((e.t + 1) / 4.)) * e.g),
            "the learning rate changes 2 steps early, in step 3 in place of step 5"),
        told(
            HALVED,
            UpdateRule.of(
                e -> e.w -= .5 * Math.pow(.5, Math.floor(Math.max(0, e.t - 4) / 4.)) * e.g),
            "the learning rate changes 3 steps late, in step 8 in place of step 5"),
        told(
            ENDED,
            UpdateRule.of(e -> e.w -= .5 * (1 - (e.t - 1) / 4.) * e.g),
            "the learning rate is lr·(1 - t/4)^1 beyond the schedule's end too, where it should be 0"),
        told(
            AMSGRAD,
            amsGrad(e -> e.slots[1], true),
            "vHat is v itself, not the largest so far: Adam"),
        told(
            AMSGRAD,
            amsGrad(e -> e.slots[1], false),
            "v itself is divided by, not the largest so far: Adam"),
        told(
            SIGMOID_SGD,
            Injection.tampering(Tampering.images(images -> without(images, 6, 7))),
            "it is as if every pixel in row 7"),
        told(
            CONVNET,
            Injection.tampering(Tampering.images(images -> without(images, 5, BaseNetwork.SIDE))),
            "it is as if every pixel in rows 6 to 14 were 0"),
        told(
            RELU_MOMENTUM,
            edit(
                BACKWARD,
                "affine1/W",
                (step, path, dw) ->
                    Arrays.setAll(
                        dw.data(), i -> -dw.data()[i] + 2 * decay(step) * w(step, path)[i])),
            "it is the reference's times -1: the sign is turned, but for weight decay"),
        told(
            RELU_MOMENTUM,
            edit(
                BACKWARD,
                "affine1/W",
                (step, path, dw) -> {
                  int units = dw.shape().length(1);
                  for (int i = 80 * units; i < 100 * units; i++) {
                    dw.data()[i] = decay(step) * w(step, path)[i];
                  }
                }),
            "its rows number 81 to 100 are 0: never computed, but for weight decay"),
        told(
            SIGMOID_SGD,
            UpdateRule.of(e -> e.w -= e.rate * (e.t % 4 == 0 ? 2 : 1) * e.g),
            "it is as if the learning rate were 1 in place of 0.5, in step 4; in step 5 it is computed rightly, in step 8 wrongly again"));
  }

  private interface Divided {
    double by(UpdateRule.Element element);
  }

  private static Injection amsGrad(Divided divided, boolean kept) {
    return UpdateRule.of(
        e -> {
          e.slots[0] += .1 * (e.g - e.slots[0]);
          e.slots[1] += .001 * (e.g * e.g - e.slots[1]);
          e.slots[2] = kept ? e.slots[1] : Math.max(e.slots[2], e.slots[1]);
          double t = e.t;
          e.w -=
              e.rate
                  * Math.sqrt(1 - Math.pow(.999, t))
                  / (1 - Math.pow(.9, t))
                  * e.slots[0]
                  / (Math.sqrt(divided.by(e)) + 1e-7);
        });
  }

  private static Injection edit(Phase phase, String path, Edit edit) {
    return Injection.edit(Tampering.at(phase, path), edit);
  }

  private static double decay(StepSoFar step) {
    return step.network().weightDecay();
  }

  private static double[] w(StepSoFar step, String path) {
    return step.before(path).data();
  }

  /**
   * Weight decay of the weights of another step.
   *
   * @param ago steps, 0: the first
   */
  private static Injection decayOf(int ago) {
    Map<String, double[]> weights = new HashMap<>();
    return Injection.edit(
        (phase, path) -> phase == BACKWARD && path.endsWith("/W"),
        (step, path, dw) -> {
          double[] now = w(step, path);
          weights.put(path + step.taken(), now.clone());
          double[] other = weights.getOrDefault(path + (ago == 0 ? 0 : step.taken() - ago), now);
          Arrays.setAll(dw.data(), i -> dw.data()[i] + decay(step) * (other[i] - now[i]));
        });
  }

  /** What a sample is chosen by. */
  private record Row(int label, double probability) {}

  private static Row row(StepSoFar step, int row) {
    double[] t = step.batch().targets().data();
    int label = 0;
    while (t[row * 10 + label] == 0) {
      label++;
    }
    return new Row(label, step.shown(FORWARD, "loss/out").data()[row * 10 + label]);
  }

  private interface Weight {
    double of(Row row);
  }

  /** Samples count by a weight in the gradient of an affine layer's weights. */
  private static Injection weights(String layer, String input, Weight weight) {
    return edit(
        BACKWARD,
        layer + "/W",
        (step, path, dw) -> {
          double[] x = step.shown(FORWARD, input + "/out").data();
          double[] dout = step.shown(BACKWARD, layer + "/out").data();
          int rows = step.batch().size();
          int inputs = x.length / rows;
          int units = dout.length / rows;
          Arrays.fill(dw.data(), 0);
          for (int row = 0; row < rows; row++) {
            double counts = weight.of(row(step, row));
            for (int i = 0; i < dw.size(); i++) {
              dw.data()[i] += counts * x[row * inputs + i / units] * dout[row * units + i % units];
            }
          }
        });
  }

  private static void normalizedByHalves(StepSoFar step, Tensor out) {
    double[] x = step.shown(FORWARD, "affine1/out").data();
    double[] gamma = step.before("batchNorm1/gamma").data();
    double[] beta = step.before("batchNorm1/beta").data();
    int width = gamma.length;
    int half = x.length / 2;
    int rows = half / width;
    for (int from = 0; from < x.length; from += half) {
      for (int f = 0; f < width; f++) {
        double mean = 0;
        double variance = 0;
        for (int i = from + f; i < from + half; i += width) {
          mean += x[i] / rows;
        }
        for (int i = from + f; i < from + half; i += width) {
          variance += (x[i] - mean) * (x[i] - mean) / rows;
        }
        for (int i = from + f; i < from + half; i += width) {
          out.data()[i] = gamma[f] * (x[i] - mean) / Math.sqrt(variance + EPSILON) + beta[f];
        }
      }
    }
  }

  private static final double EPSILON = 1e-7;

  /** Sets rows of each image to 0. */
  private static Tensor without(Tensor images, int from, int to) {
    Tensor copy = images.copy();
    int side = BaseNetwork.SIDE;
    for (int i = 0; i < copy.size(); i++) {
      int row = i / side % side;
      copy.data()[i] = row >= from && row < to ? 0 : copy.data()[i];
    }
    return copy;
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void isTold(BaseNetwork base, Injection injection, String cause) {
    assertThat(Told.diagnosis(base, injection)).startsWith(cause).doesNotContain("up to step");
  }

  /** What ReLU hands back is made of what it was handed, right or wrong. */
  @Test
  void gradientIsNotToldByWhatIsMadeOfIt() {
    Injection bent =
        edit(
            BACKWARD,
            "relu1/out",
            (step, path, dx) ->
                Arrays.setAll(dx.data(), i -> dx.data()[i] * (1 + .1 * Math.sin(i))));

    assertThat(Told.diagnosis(RELU_MOMENTUM, bent)).doesNotContain("value of another tensor");
  }
}
