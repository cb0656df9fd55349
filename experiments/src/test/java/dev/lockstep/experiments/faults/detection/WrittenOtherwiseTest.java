package dev.lockstep.experiments.faults.detection;

import static dev.lockstep.core.model.Phase.BACKWARD;
import static dev.lockstep.core.model.Phase.FORWARD;
import static dev.lockstep.core.model.Phase.LOSS;
import static dev.lockstep.core.model.Phase.UPDATE;
import static dev.lockstep.experiments.faults.detection.Told.told;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.BATCH_NORM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.MEAN_SQUARED_SGD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.SIGMOID_SGD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_ADAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.Adjustments;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.network.Window.Axis;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.injection.Edit;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.StepSoFar;
import dev.lockstep.experiments.faults.injection.Tampering;
import dev.lockstep.experiments.faults.seeded.UpdateRule;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers, losses and optimizers that are written down otherwise than they should be. */
class WrittenOtherwiseTest {

  private static final int SIDE = BaseNetwork.SIDE;

  private static final BaseNetwork WITH_L1 =
      new BaseNetwork(
          "with-l1",
          SIGMOID_SGD
              .network()
              .withAdjustments(new Adjustments(.01, Adjustments.NONE.clipping(), 1)));

  private static final BaseNetwork SQUARES_WITH_L2 =
      new BaseNetwork("squares-with-l2", MEAN_SQUARED_SGD.network().withWeightDecay(.01));

  private static final BaseNetwork ADAMAX =
      new BaseNetwork(
          "adamax",
          SIGMOID_SGD
              .network()
              .withOptimizer(new OptimizerSpec.AdaMax(LearningRate.constant(.01), .9, .999)));

  private static final BaseNetwork FALLING =
      new BaseNetwork(
          "falling",
          SIGMOID_SGD
              .network()
              .withOptimizer(
                  new OptimizerSpec.Sgd(
                      new LearningRate(.5, new LearningRate.Decay.InverseTime(.05, 1)))));

  private static final Axis THREE = new Axis(3, 2, Axis.SAME, 1);
  private static final Axis FIVE = new Axis(5, 2, Axis.SAME, 1);

  private static final BaseNetwork OBLONG = convolved(new Window(THREE, FIVE));
  private static final BaseNetwork PADDED = convolved(new Window(3, 3, 1, 1));

  private static final BaseNetwork RESPONSE =
      images(
          new LayerSpec.Convolution("conv1", 4, 5, 5, 3, 0, new InitialValues.He()),
          new LayerSpec.LocalResponse("localResponse1", 2, 3, .5, .75));

  private static final BaseNetwork PARALLEL =
      images(
          new LayerSpec.Convolution("conv1", 2, 5, 5, 3, 0, new InitialValues.He()),
          new LayerSpec.Branches(
              "inception1",
              LayerSpec.Join.CONCATENATE,
              List.of(branch("inception1/conv1", 2), branch("inception1/conv2", 3))));

  private static final BaseNetwork BY_CHANNEL =
      images(
          new LayerSpec.Convolution("conv1", 4, 5, 5, 3, 0, new InitialValues.He()),
          new LayerSpec.BatchNormalization("batchNorm1", .9, 1e-7, true));

  private static List<LayerSpec> branch(String name, int filters) {
    return List.of(new LayerSpec.Convolution(name, filters, 1, 1, 1, 0, new InitialValues.He()));
  }

  private static BaseNetwork convolved(Window window) {
    return images(new LayerSpec.Convolution("conv1", 3, window, new InitialValues.He()));
  }

  private static BaseNetwork images(LayerSpec... layers) {
    List<LayerSpec> all = new ArrayList<>(List.of(layers));
    all.add(new LayerSpec.Affine("affine1", 10, new InitialValues.He()));
    return new BaseNetwork(
        layers[layers.length - 1].name(),
        SIGMOID_SGD.network().withInput(Shape.of(1, SIDE, SIDE)).withLayers(all));
  }

  static Stream<Arguments> mistakes() {
    return Stream.of(
        told(
            SIGMOID_SGD,
            loss(p -> -Math.log(p + 1e-12)),
            "it is as if the loss's constant were 1e-12 in place of 1e-7"),
        told(
            SIGMOID_SGD,
            loss(p -> -.25 * Math.pow(1 - p, 2) * Math.log(p + 1e-7)),
            "rows are weighted by 0.25·(1 - p)^2, p the probability of the right class: a focal loss"),
        told(SIGMOID_SGD, focal(), "rows are weighted by (1 - p)^2"),
        told(
            SIGMOID_SGD,
            edit(
                LOSS,
                "loss/value",
                (step, path, value) -> {
                  double[] y = step.shown(FORWARD, "loss/out").data();
                  double[] t = step.batch().targets().data();
                  value.data()[0] = 0;
                  for (int i = 0; i < y.length; i++) {
                    value.data()[0] -=
                        (.9 * t[i] + .1 / 10) * Math.log(y[i] + 1e-7) / step.batch().size();
                  }
                }),
            "it is as if labels were smoothed by 0.1, in the loss alone"),
        told(
            WITH_L1,
            edit(
                LOSS,
                "loss/value",
                (step, path, value) -> {
                  for (String w : List.of("affine1/W", "affine2/W")) {
                    value.data()[0] -=
                        .01 * Arrays.stream(step.before(w).data()).map(Math::abs).sum();
                  }
                }),
            "L1's term, λ·Σ|W|, is missing in the loss"),
        told(
            SQUARES_WITH_L2,
            squares(e -> e * e, e -> 2 * e, 1),
            "it is the reference's times 10, the number of outputs, but for weight decay"),
        told(
            MEAN_SQUARED_SGD,
            squares(
                e -> Math.abs(e) < .5 ? e * e : Math.abs(e) - .25,
                e -> 2 * Math.max(-.5, Math.min(.5, e)),
                .1),
            "the loss is the mean over the outputs of squared errors up to 0.5, and its tangent beyond: Huber's loss"),
        told(
            SIGMOID_SGD,
            Injection.tampering(Tampering.answers(WrittenOtherwiseTest::softmaxed)),
            "the prediction's softmax is taken twice"),
        told(SIGMOID_SGD, stale(), "affine2/W is that of the step before"),
        told(
            SIGMOID_SGD,
            edit(
                BACKWARD,
                "affine1/W",
                (step, path, dw) ->
                    Arrays.setAll(dw.data(), i -> dw.data()[i] * (step.taken() < 3 ? 1 : 1.5))),
            "it is the reference's times 1.5, from step 4 on"),
        told(
            SIGMOID_SGD,
            edit(
                BACKWARD,
                "affine1/out",
                (step, path, dx) ->
                    Arrays.setAll(
                        dx.data(), i -> .25 * step.shown(BACKWARD, "sigmoid1/out").data()[i])),
            "the derivative is 0.25 everywhere"),
        told(
            SIGMOID_SGD,
            edit(
                FORWARD,
                "affine2/out",
                (step, path, out) -> {
                  double[] b = step.before("affine2/b").data();
                  Arrays.setAll(
                      out.data(), i -> out.data()[i] - (i / 10 < 12 ? 0 : b[i % b.length]));
                }),
            "the bias is left out, in its rows of the batch from number 13 on alone"),
        told(
            SIGMOID_SGD,
            edit(
                FORWARD,
                "affine2/out",
                (step, path, out) -> {
                  double[] b = step.before("affine2/b").data();
                  Arrays.setAll(out.data(), i -> out.data()[i] - b[i % 10] + b[(i + 9) % 10]);
                }),
            "affine2/b is shifted by one place"),
        told(
            SIGMOID_SGD,
            edit(
                FORWARD,
                "sigmoid1/out",
                (step, path, y) -> {
                  double[] x = step.shown(FORWARD, "affine1/out").data();
                  Arrays.setAll(
                      y.data(), i -> 1 / (1 + Math.exp(-Math.max(-.5, Math.min(.5, x[i])))));
                }),
            "what the layer reads is clipped to ±0.5"),
        told(
            BATCH_NORM,
            Injection.tampering(normalized("batchNorm1", false)),
            "the variance is taken unbiased, divided by n-1 in place of n, in batch normalization, and in the running variance"),
        told(
            BATCH_NORM,
            Injection.tampering(normalized("batchNorm1", true)),
            "the mean of squares is taken for the variance, the mean not subtracted, and in the running variance"),
        told(
            BATCH_NORM,
            edit(
                UPDATE,
                "batchNorm1/runningVar",
                (step, path, variance) -> {
                  double[] old = step.before(path).data();
                  Arrays.setAll(variance.data(), i -> old[i] + .3 * (variance.data()[i] - old[i]));
                }),
            "the momentum of the running variance is 0.97 in place of 0.9"),
        told(
            BY_CHANNEL,
            edit(FORWARD, "batchNorm1/out", WrittenOtherwiseTest::eachImage),
            "it normalizes each channel of each image by itself: instance normalization"),
        told(
            OBLONG,
            Injection.tampering(convolution(5, 3, 2, 1, 0)),
            "height and width of its kernels are exchanged"),
        told(
            PADDED,
            Injection.tampering(convolution(3, 3, 1, 2, 2)),
            "all zeros around the image stand above it and on its left"),
        told(
            PARALLEL,
            edit(
                BACKWARD,
                "inception1/conv2/out",
                (step, path, dout) -> {
                  double[] all = step.shown(BACKWARD, "inception1/out").data();
                  int rows = dout.shape().length(0);
                  int area = dout.shape().length(2) * dout.shape().length(3);
                  for (int row = 0; row < rows; row++) {
                    System.arraycopy(
                        all, (row * 5 + 1) * area, dout.data(), row * 3 * area, 3 * area);
                  }
                }),
            "branch number 2 takes its gradient from channel 2 of the joined output on, in place of 3"),
        told(
            RESPONSE,
            Injection.network(
                network ->
                    network.withEachLayer(
                        layer ->
                            layer instanceof LayerSpec.LocalResponse own
                                ? new LayerSpec.LocalResponse(own.name(), 2, 3, .5 / 3, .75)
                                : layer)),
            "it is as if the alpha of localResponse1 were 0.166667 in place of 0.5"),
        told(
            RESPONSE,
            edit(
                BACKWARD,
                "conv1/out",
                (step, path, dx) -> {
                  double[] dout = step.shown(BACKWARD, "localResponse1/out").data();
                  double[] x = step.shown(FORWARD, "conv1/out").data();
                  double[] y = step.shown(FORWARD, "localResponse1/out").data();
                  Arrays.setAll(dx.data(), i -> x[i] == 0 ? dx.data()[i] : dout[i] * y[i] / x[i]);
                }),
            "local response normalization's backward pass takes the sums for constants"),
        told(
            ADAMAX,
            UpdateRule.of(
                e -> {
                  e.slots[0] = .9 * e.slots[0] + .1 * e.g;
                  e.slots[1] = Math.max(.999 * e.slots[1], Math.abs(e.g)) + 1e-32;
                  double corrected = e.slots[0] / (1 - Math.pow(.9, (double) e.t));
                  e.w -= e.rate * corrected / (e.slots[1] + 1e-8);
                }),
            "1e-8 is added to the maximum that is divided by"),
        told(
            TANH_ADAM,
            Injection.edit(
                (phase, path) -> phase == UPDATE && path.endsWith("/W"),
                (step, path, w) -> shorten(w, .9)),
            "each column of the weights is shortened to a norm of at most 0.9"),
        told(
            TANH_ADAM,
            everyOtherStep(),
            "it is what it was before the step: it was not updated, in steps 2, 4 and not in steps 3"),
        told(
            TANH_ADAM,
            UpdateRule.of(
                e -> {
                  double t = Math.max(1, e.t - 2);
                  e.slots[0] += .1 * (e.g - e.slots[0]);
                  e.slots[1] += .001 * (e.g * e.g - e.slots[1]);
                  e.w -=
                      e.rate
                          * Math.sqrt(1 - Math.pow(.999, t))
                          / (1 - Math.pow(.9, t))
                          * e.slots[0]
                          / (Math.sqrt(e.slots[1]) + 1e-7);
                }),
            "the optimizer's count of steps is not what the state says: 1 in step 2, 1 in step 3, 2 in step 4"));
  }

  private static Tensor softmaxed(Tensor y) {
    Tensor twice = y.copy();
    for (int row = 0; row < y.size(); row += 10) {
      double sum = 0;
      for (int i = row; i < row + 10; i++) {
        sum += Math.exp(y.data()[i]);
      }
      for (int i = row; i < row + 10; i++) {
        twice.data()[i] = Math.exp(y.data()[i]) / sum;
      }
    }
    return twice;
  }

  private static void shorten(Tensor w, double limit) {
    int width = w.shape().length(1);
    for (int column = 0; column < width; column++) {
      double square = 0;
      for (int i = column; i < w.size(); i += width) {
        square += w.data()[i] * w.data()[i];
      }
      for (int i = column; i < w.size(); i += width) {
        w.data()[i] *= Math.min(1, limit / Math.sqrt(square));
      }
    }
  }

  /** Nothing moves in every other step; three steps are looked at first. */
  private static Injection everyOtherStep() {
    return Injection.edit(
        (phase, path) -> phase == UPDATE,
        (step, path, tensor) -> {
          if (step.taken() % 2 == 1) {
            double[] old = step.before(path).data();
            System.arraycopy(old, 0, tensor.data(), 0, old.length);
          }
        });
  }

  private static Injection edit(Phase phase, String path, Edit edit) {
    return Injection.edit(Tampering.at(phase, path), edit);
  }

  /** The mean over the rows of a function of the right class's probability. */
  private static Injection loss(DoubleUnaryOperator ofProbability) {
    return edit(
        LOSS,
        "loss/value",
        (step, path, value) ->
            value.data()[0] = meanOverRows(step, y -> ofProbability.applyAsDouble(y)));
  }

  private static double meanOverRows(StepSoFar step, DoubleUnaryOperator ofProbability) {
    double[] y = step.shown(FORWARD, "loss/out").data();
    double[] t = step.batch().targets().data();
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      sum += t[i] == 0 ? 0 : ofProbability.applyAsDouble(y[i]);
    }
    return sum / step.batch().size();
  }

  /** Lin et al. 2017 with an exponent of 2, and its derivative. */
  private static Injection focal() {
    return Injection.edit(
        (phase, path) ->
            (phase == LOSS && path.equals("loss/value"))
                || (phase == BACKWARD && path.equals("affine2/out")),
        (step, path, tensor) -> {
          double[] y = step.shown(FORWARD, "loss/out").data();
          double[] t = step.batch().targets().data();
          if (path.equals("loss/value")) {
            tensor.data()[0] = meanOverRows(step, p -> -(1 - p) * (1 - p) * Math.log(p + 1e-7));
            return;
          }
          for (int i = 0; i < y.length; i++) {
            int row = i / 10 * 10;
            double p = 0;
            for (int c = row; c < row + 10; c++) {
              p += t[c] * y[c];
            }
            // dL/dp · dp/dscore, with dp/dscore = p · (t - y)
            double slope = 2 * (1 - p) * Math.log(p) - (1 - p) * (1 - p) / p;
            tensor.data()[i] = slope * p * (t[i] - y[i]) / step.batch().size();
          }
        });
  }

  private static Injection squares(
      DoubleUnaryOperator function, DoubleUnaryOperator derivative, double factor) {
    return Injection.edit(
        (phase, path) ->
            (phase == LOSS && path.equals("loss/value"))
                || (phase == BACKWARD && path.equals("affine2/out")),
        (step, path, tensor) -> {
          double[] y = step.shown(FORWARD, "loss/out").data();
          double[] t = step.batch().targets().data();
          double scale = factor / step.batch().size();
          if (path.equals("affine2/out")) {
            Arrays.setAll(tensor.data(), i -> scale * derivative.applyAsDouble(y[i] - t[i]));
            return;
          }
          double penalty = 0;
          for (String w : List.of("affine1/W", "affine2/W")) {
            penalty +=
                step.network().weightDecay()
                    / 2
                    * Arrays.stream(step.before(w).data()).map(v -> v * v).sum();
          }
          tensor.data()[0] = penalty;
          for (int i = 0; i < y.length; i++) {
            tensor.data()[0] += scale * function.applyAsDouble(y[i] - t[i]);
          }
        });
  }

  /** Whatever made a mistake of some steps was not what a step that is right has too. */
  @Test
  void whatEndsIsNotConfirmed() {
    Injection ends =
        edit(
            BACKWARD,
            "affine2/W",
            (step, path, gradient) -> {
              for (int i = 0; i < gradient.size() && step.taken() < 5; i++) {
                gradient.data()[i] *= 2;
              }
            });
    assertThat(Told.diagnosis(SIGMOID_SGD, ends))
        .startsWith("consistent with: ")
        .contains("step 6 is computed rightly");
  }

  /** The gradient goes back through the weights of the step before. */
  private static Injection stale() {
    Map<Long, double[]> weights = new HashMap<>();
    return edit(
        BACKWARD,
        "sigmoid1/out",
        (step, path, dx) -> {
          Tensor w = step.before("affine2/W");
          weights.put(step.taken(), w.data().clone());
          double[] old = weights.getOrDefault(step.taken() - 1, w.data());
          double[] dout = step.shown(BACKWARD, "affine2/out").data();
          int units = w.shape().length(0);
          for (int i = 0; i < dx.size(); i++) {
            double sum = 0;
            for (int c = 0; c < 10; c++) {
              sum += dout[i / units * 10 + c] * old[i % units * 10 + c];
            }
            dx.data()[i] = sum;
          }
        });
  }

  /**
   * Batch normalization by another variance, which the running variance takes in as well.
   *
   * @param squares the mean of squares; else the unbiased variance
   */
  private static Tampering normalized(String layer, boolean squares) {
    return new Tampering() {
      @Override
      public void computed(StepSoFar step, Phase phase, String path, Tensor tensor) {
        boolean out = phase == FORWARD && path.equals(layer + "/out");
        boolean back = phase == BACKWARD && path.equals("affine1/out");
        boolean ofGamma = phase == BACKWARD && path.equals(layer + "/gamma");
        boolean running = phase == UPDATE && path.equals(layer + "/runningVar");
        if (!out && !back && !ofGamma && !running) {
          return;
        }
        double[] x = step.shown(FORWARD, "affine1/out").data();
        double[] gamma = step.before(layer + "/gamma").data();
        double[] beta = step.before(layer + "/beta").data();
        int width = gamma.length;
        int n = x.length / width;
        for (int f = 0; f < width; f++) {
          double mean = 0;
          double variance = 0;
          for (int i = f; i < x.length; i += width) {
            mean += x[i] / n;
          }
          for (int i = f; i < x.length; i += width) {
            variance += squares ? x[i] * x[i] / n : (x[i] - mean) * (x[i] - mean) / (n - 1);
          }
          double deviation = Math.sqrt(variance + 1e-7);
          if (running) {
            tensor.data()[f] = .9 * step.before(path).data()[f] + .1 * variance;
            continue;
          }
          double[] dout = out ? x : step.shown(BACKWARD, layer + "/out").data();
          double sum = 0;
          double product = 0;
          for (int i = f; i < x.length; i += width) {
            sum += dout[i] / n;
            product += dout[i] * (x[i] - mean) / deviation / n;
          }
          if (ofGamma) {
            tensor.data()[f] = product * n;
            continue;
          }
          for (int i = f; i < x.length; i += width) {
            double h = (x[i] - mean) / deviation;
            tensor.data()[i] =
                out ? gamma[f] * h + beta[f] : gamma[f] / deviation * (dout[i] - sum - h * product);
          }
        }
      }
    };
  }

  private static void eachImage(StepSoFar step, String path, Tensor out) {
    double[] x = step.shown(FORWARD, "conv1/out").data();
    double[] gamma = step.before("batchNorm1/gamma").data();
    double[] beta = step.before("batchNorm1/beta").data();
    int area = out.shape().length(2) * out.shape().length(3);
    for (int from = 0; from < x.length; from += area) {
      double mean = Arrays.stream(x, from, from + area).sum() / area;
      double variance =
          Arrays.stream(x, from, from + area).map(v -> (v - mean) * (v - mean)).sum() / area;
      int f = from / area % gamma.length;
      for (int i = from; i < from + area; i++) {
        out.data()[i] = gamma[f] * (x[i] - mean) / Math.sqrt(variance + 1e-7) + beta[f];
      }
    }
  }

  /** A convolution of three filters over one channel, with windows and zeros of its own. */
  private static Tampering convolution(int height, int width, int stride, int above, int left) {
    return new Tampering() {
      @Override
      public void computed(StepSoFar step, Phase phase, String path, Tensor tensor) {
        boolean out = phase == FORWARD && path.equals("conv1/out");
        boolean learns = phase == BACKWARD && path.equals("conv1/W");
        if (!out && !learns) {
          return;
        }
        double[] x = step.batch().inputs().data();
        double[] w = step.before("conv1/W").data();
        double[] b = step.before("conv1/b").data();
        Tensor y = out ? tensor : step.shown(BACKWARD, "conv1/out");
        int rows = y.shape().length(2);
        int columns = y.shape().length(3);
        Arrays.fill(tensor.data(), 0);
        for (int i = 0; i < y.size(); i++) {
          int f = i / (rows * columns) % 3;
          int image = i / (rows * columns * 3) * SIDE * SIDE;
          double sum = b[f];
          for (int p = 0; p < height * width; p++) {
            int row = i / columns % rows * stride + p / width - above;
            int column = i % columns * stride + p % width - left;
            if (row >= 0 && row < SIDE && column >= 0 && column < SIDE) {
              double pixel = x[image + row * SIDE + column];
              sum += pixel * w[f * height * width + p];
              if (learns) {
                tensor.data()[f * height * width + p] += pixel * y.data()[i];
              }
            }
          }
          if (out) {
            tensor.data()[i] = sum;
          }
        }
      }
    };
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void isTold(BaseNetwork base, Injection injection, String cause) {
    assertThat(Told.diagnosis(base, injection)).startsWith(cause).doesNotContain("not confirmed");
  }

  /** A schedule that has not begun is behind by any number of steps. */
  @Test
  void rateThatStaysIsNotToldByEveryDelay() {
    assertThat(Told.diagnosis(FALLING, UpdateRule.of(e -> e.w -= .5 * e.g)))
        .startsWith("it is as if the learning rate did not fall")
        .doesNotContain("behind");
  }

  /** What fits for some steps and then no more was no cause. */
  @Test
  void thresholdThatIsRefutedLaterIsNotConfirmed() {
    ToDoubleFunction<StepSoFar> limit = step -> step.taken() < 5 ? .2 : .1;
    Injection moving =
        edit(
            BACKWARD,
            "affine1/b",
            (step, path, db) ->
                Arrays.setAll(db.data(), i -> db.data()[i] * (1 + limit.applyAsDouble(step))));

    assertThat(Told.diagnosis(SIGMOID_SGD, moving)).contains("not confirmed");
  }
}
