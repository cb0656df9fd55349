package dev.lockstep.experiments.faults.detection;

import static dev.lockstep.core.model.Phase.BACKWARD;
import static dev.lockstep.core.model.Phase.FORWARD;
import static dev.lockstep.core.model.Phase.LOSS;
import static dev.lockstep.core.model.Phase.UPDATE;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.BATCH_NORM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.CONVNET;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.RELU_MOMENTUM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.RELU_NESTEROV;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.SIGMOID_SGD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_ADAGRAD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_ADAM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_RMSPROP;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TWO_CONVOLUTIONS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.StepSoFar;
import dev.lockstep.experiments.faults.injection.Tampering;
import dev.lockstep.experiments.faults.seeded.Explanation;
import dev.lockstep.experiments.faults.seeded.Fault;
import dev.lockstep.experiments.faults.seeded.Fault.Place;
import dev.lockstep.experiments.faults.seeded.UpdateRule;
import dev.lockstep.experiments.work.Cores;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Mistakes that are told in words of their own, each made here by its own formula. */
class ToldCausesTest {

  /** A cause is held against seven steps. */
  private static final long STEPS = 10;

  private static final Trainings TRAININGS = new Trainings(SmallDigits.draw(100, 20), STEPS);
  private static final DetectionMatrix MATRIX =
      new DetectionMatrix(
          TRAININGS,
          new Trainings(SmallDigits.draw(100, 20).smooth(), STEPS),
          new Cores(Runtime.getRuntime().availableProcessors(), Long.MAX_VALUE),
          message -> {});

  /** Of no matter here. */
  private static final double ACCURACY_LIMIT = 1;

  static Stream<Arguments> mistakes() {
    return Stream.of(
        told(
            SIGMOID_SGD,
            Injection.tampering(Tampering.images(each(x -> 1 - x))),
            "it is as if pixels were inverted, 1 - x in place of x"),
        told(
            SIGMOID_SGD,
            Injection.tampering(Tampering.images(each(x -> (x - 0.1307) / 0.3081))),
            "it is as if pixels were standardized, (x - 0.1307) / 0.3081 in place of x"),
        told(
            SIGMOID_SGD,
            Injection.tampering(Tampering.images(ToldCausesTest::mirrored)),
            "it is as if images were mirrored"),
        told(
            SIGMOID_SGD,
            Injection.tampering(Tampering.targets(ToldCausesTest::exchanged)),
            "it is as if labels were others: 9 in place of 8, 8 in place of 9"),
        told(
            SIGMOID_SGD,
            Injection.edit(
                Tampering.at(BACKWARD, "affine2/out"),
                (step, path, dout) -> Arrays.fill(dout.data(), 10 * 10, dout.size(), 0)),
            "its rows of the batch from number 11 on are 0: never computed"),
        told(
            CONVNET,
            Injection.edit(
                Tampering.at(BACKWARD, "conv1/W"),
                (step, path, dw) -> Arrays.fill(dw.data(), 0, 25, 0)),
            "its first kernel is 0: never computed"),
        told(
            SIGMOID_SGD,
            Injection.edit(
                (phase, path) -> phase == BACKWARD && !path.endsWith("/out"),
                (step, path, gradient) ->
                    Arrays.setAll(gradient.data(), i -> Math.signum(gradient.data()[i]))),
            "gradients are signs: -1, 0 or 1"),
        told(
            SIGMOID_SGD,
            UpdateRule.of(e -> e.w -= e.rate * Math.min(1, e.t / 5.) * e.g),
            "it is as if the learning rate changed from step to step: 0.1 in step 1, 0.2 in step 2, 0.3 in step 3"),
        told(
            RELU_MOMENTUM,
            UpdateRule.of(
                e -> {
                  e.slots[0] = .9 * e.slots[0] - e.rate * e.g;
                  e.w += e.slots[0] - e.rate * e.g;
                }),
            "the update moves the parameter by the velocity and by the gradient itself as well"),
        told(
            TANH_ADAGRAD,
            UpdateRule.of(
                e -> {
                  e.slots[0] += e.g * e.g;
                  e.w -= e.rate * e.g / (Math.sqrt(e.slots[0] / e.t) + 1e-7);
                }),
            "the update divides by the root of the mean of squares, not of their sum"),
        told(
            TANH_RMSPROP,
            UpdateRule.of(
                e -> {
                  double old = e.slots[0];
                  e.slots[0] = .99 * old + .01 * e.g * e.g;
                  e.w -= e.rate * e.g / Math.max(Math.sqrt(e.slots[0]), 1e-7);
                }),
            "the update divides by the larger of root and epsilon, not by their sum"),
        told(
            TANH_ADAM,
            UpdateRule.of(
                e -> {
                  e.slots[0] += .1 * (e.g - e.slots[0]);
                  e.slots[1] += .001 * (Math.pow(e.g - e.slots[0], 2) - e.slots[1]);
                  e.w -=
                      e.rate
                          * Math.sqrt(1 - Math.pow(.999, (double) e.t))
                          / (1 - Math.pow(.9, (double) e.t))
                          * e.slots[0]
                          / (Math.sqrt(e.slots[1]) + 1e-7);
                }),
            "v averages the square of g - m, not of g: AdaBelief"),
        told(
            SIGMOID_SGD,
            UpdateRule.of(e -> e.w -= e.rate * (e.t == 4 ? 2 : 1) * e.g),
            "it is as if the learning rate were 1 in place of 0.5, in step 4 alone"),
        told(
            SIGMOID_SGD,
            UpdateRule.of(e -> e.w -= e.rate * Math.max(-.001, Math.min(.001, e.g))),
            "gradients are clipped to ±0.001 after they were shown"),
        told(
            SIGMOID_SGD,
            Injection.edit(
                Tampering.at(BACKWARD, "affine2/out"),
                (step, path, dout) ->
                    Arrays.setAll(
                        dout.data(), i -> dout.data()[i] * (dout.data()[i] > .0105 ? 2 : 1))),
            "where the right value is above 0.01"),
        told(
            RELU_NESTEROV,
            UpdateRule.of(
                e -> {
                  e.slots[0] = .9 * e.slots[0] - e.rate * (e.g + .9 * e.slots[0]);
                  e.w += e.slots[0];
                }),
            "momentum times the velocity is added to the gradient, before a step of plain momentum"),
        told(
            TANH_RMSPROP,
            UpdateRule.of(
                e -> {
                  e.slots[0] = Math.sqrt(.99 * e.slots[0] + .01 * e.g * e.g) + 1e-7;
                  e.w -= e.rate * e.g / e.slots[0];
                }),
            "the root, plus epsilon, is kept in place of the average of squares"),
        told(
            BATCH_NORM,
            Injection.edit(
                Tampering.at(UPDATE, "batchNorm1/runningMean"),
                (step, path, mean) -> {
                  double[] before = step.before(path).data();
                  Arrays.setAll(
                      mean.data(),
                      // moved once more by the same batch: old + (1 - m²)·(batch - old)
                      i -> before[i] + 1.9 * (mean.data()[i] - before[i]));
                }),
            "the running statistics are moved twice in a step"),
        told(
            TANH_ADAM,
            Injection.edit(
                Tampering.at(BACKWARD, "affine2/W"),
                (step, path, dw) ->
                    product(
                        step.shown(FORWARD, "tanh1/out"),
                        x -> Math.max(0, x),
                        step.shown(BACKWARD, "affine2/out"),
                        dw)),
            "negative elements of what the layer reads count as 0"),
        told(
            SIGMOID_SGD,
            Injection.edit(
                Tampering.at(BACKWARD, "affine1/b"),
                (step, path, db) -> {
                  double[] dout = step.shown(BACKWARD, "affine1/out").data();
                  int width = db.size();
                  Arrays.fill(db.data(), 0);
                  for (int i = 0; i < 7 * width; i++) {
                    db.data()[i % width] += dout[i];
                  }
                }),
            "samples from number 8 on are left out of the sum"),
        told(
            TANH_ADAM,
            Injection.edit(
                Tampering.at(BACKWARD, "affine1/out"),
                (step, path, dx) -> {
                  double[] dout = step.shown(BACKWARD, "tanh1/out").data();
                  double[] x = step.shown(FORWARD, "affine1/out").data();
                  Arrays.setAll(dx.data(), i -> dout[i] / (1 + x[i] * x[i]));
                }),
            "the derivative is 1 / (1 + x²) in place of 1 - y²"),
        told(
            SIGMOID_SGD,
            Injection.edit(
                Tampering.at(BACKWARD, "affine1/out"),
                (step, path, dx) ->
                    System.arraycopy(
                        step.shown(BACKWARD, "sigmoid1/out").data(),
                        0,
                        dx.data(),
                        0,
                        dx.size() / dx.shape().length(0))),
            "it is the gradient of the layer's output, handed on as it is, without its derivative, in its first row alone"),
        told(
            BATCH_NORM,
            Injection.edit(
                Tampering.at(BACKWARD, "affine1/out"),
                (step, path, dx) -> normalizedBackward(step, dx)),
            "batch normalization's backward pass takes the output for the normalized input"),
        told(
            SIGMOID_SGD,
            Injection.edit(
                Tampering.at(FORWARD, NetworkSpec.OUTPUT),
                (step, path, y) -> softmaxShiftedByColumn(step.shown(FORWARD, "affine2/out"), y)),
            "the softmax subtracts the largest score of each column, not of each row"),
        told(
            RELU_MOMENTUM,
            staleDecay(),
            "the weight decay in the loss is that of the weights of the step before"),
        told(
            SIGMOID_SGD,
            Injection.edit(
                Tampering.at(LOSS, NetworkSpec.LOSS),
                (step, path, loss) -> loss.data()[0] = clippedLoss(step, 2.2)),
            "the loss of a row is at most 2.2"),
        told(
            SIGMOID_SGD,
            Injection.edit(
                Tampering.at(FORWARD, NetworkSpec.OUTPUT),
                (step, path, y) -> {
                  double[] right = y.data().clone();
                  Arrays.setAll(
                      y.data(), i -> right[i] / (1 - right[i / 10 * 10 + 9])); // ten classes
                }),
            "the last class is left out of the softmax's sum"),
        told(
            SIGMOID_SGD,
            Injection.edit(
                Tampering.at(LOSS, NetworkSpec.LOSS),
                (step, path, loss) -> {
                  double[] y = step.shown(FORWARD, NetworkSpec.OUTPUT).data();
                  double[] t = step.batch().targets().data();
                  int rows = step.batch().size();
                  for (int i = y.length - 10; i < y.length; i++) {
                    loss.data()[0] += t[i] * Math.log(y[i] + 1e-7) / rows;
                  }
                }),
            "the last row of the batch is left out of the loss, which is divided by all"),
        told(
            RELU_MOMENTUM,
            Injection.edit(
                Tampering.at(LOSS, NetworkSpec.LOSS),
                (step, path, loss) ->
                    loss.data()[0] -= decay(step, "affine1/W") + decay(step, "affine2/W")),
            "the weight decay in the loss is that of affine3/W alone"),
        told(
            BATCH_NORM,
            Injection.edit(
                Tampering.at(BACKWARD, "relu1/out"),
                (step, path, dx) -> {
                  double[] dout = step.shown(BACKWARD, "dropout1/out").data();
                  double[] kept = step.shown(FORWARD, "dropout2/out").data();
                  double[] whole = step.shown(FORWARD, "relu2/out").data();
                  // what is 0 already is dropped or not: the gradient tells
                  double[] back = step.shown(BACKWARD, "relu2/out").data();
                  Arrays.setAll(
                      dx.data(), i -> (whole[i] != 0 ? kept[i] != 0 : back[i] != 0) ? dout[i] : 0);
                }),
            "dropout goes back through the mask of dropout2"),
        told(
            TANH_ADAM,
            UpdateRule.of(
                e -> {
                  double c1 = 1 - Math.pow(.9, (double) e.t);
                  double c2 = 1 - Math.pow(.999, (double) e.t);
                  e.slots[0] += .1 * (e.g - e.slots[0]);
                  e.slots[1] += .001 * (e.g * e.g - e.slots[1]);
                  e.w -=
                      e.rate
                          * Math.sqrt(c2)
                          / c1
                          * (e.slots[0] / c1)
                          / (Math.sqrt(e.slots[1] / c2) + 1e-7);
                }),
            "the update corrects the averages and the learning rate: twice"),
        told(
            SOFTPLUS,
            Injection.edit(
                (phase, path) ->
                    (phase == FORWARD && path.equals("sigmoid1/out"))
                        || (phase == BACKWARD && path.equals("affine1/out")),
                ToldCausesTest::handOnAboveOne),
            "sigmoid1 hands x on where x is above 1"),
        told(
            STRIDED,
            Injection.edit(
                Tampering.at(BACKWARD, "conv2/W"), ToldCausesTest::kernelGradientWithoutStride),
            "the windows are taken one element apart in place of 2"),
        told(
            SIGMOID_SGD,
            Injection.edit(
                (phase, path) -> phase == BACKWARD && path.endsWith("/b"),
                (step, path, db) -> {
                  double[] dout = step.shown(BACKWARD, path.replace("/b", "/out")).data();
                  Arrays.setAll(db.data(), i -> db.data()[i] + dout[dout.length - db.size() + i]);
                }),
            "the last sample of the batch counts twice in the sum, in every layer of its kind"),
        told(
            FORK,
            Injection.edit(
                Tampering.at(BACKWARD, "sigmoid1/out"),
                (step, path, dx) ->
                    transposed(
                        step.shown(BACKWARD, "fork/left/out"), step.before("fork/left/W"), dx)),
            "the gradient of the branch that begins with fork/left alone goes back: it overwrites the others"),
        told(
            SKIP,
            Injection.edit(
                (phase, path) ->
                    (phase == FORWARD && path.equals("skip/out"))
                        || (phase == BACKWARD && path.equals("affine1/out")),
                (step, path, tensor) -> {
                  double[] x = step.shown(FORWARD, "affine1/out").data();
                  boolean forward = path.equals("skip/out");
                  double[] y = forward ? x : step.shown(BACKWARD, "skip/out").data();
                  Arrays.setAll(tensor.data(), i -> tensor.data()[i] - (x[i] > 0 ? 0 : y[i]));
                }),
            "the skip connection hands on what skip/relu has made of it in place"));
  }

  /** Two affine layers read the same and are summed. */
  private static final BaseNetwork FORK =
      joined(
          "fork",
          List.of(
              List.of(new LayerSpec.Affine("fork/left", 20, new InitialValues.Xavier())),
              List.of(new LayerSpec.Affine("fork/right", 20, new InitialValues.Xavier()))),
          true);

  /** A branch that begins with a ReLU, and a skip connection. */
  private static final BaseNetwork SKIP =
      joined(
          "skip",
          List.of(
              List.of(
                  new LayerSpec.Activation("skip/relu", ActivationFunction.RELU),
                  new LayerSpec.Affine("skip/affine", 20, new InitialValues.Xavier())),
              List.of()),
          false);

  private static BaseNetwork joined(String name, List<List<LayerSpec>> branches, boolean sigmoid) {
    List<LayerSpec> layers = new ArrayList<>();
    layers.add(new LayerSpec.Affine("affine1", 20, new InitialValues.Xavier()));
    if (sigmoid) {
      layers.add(new LayerSpec.Activation("sigmoid1", ActivationFunction.SIGMOID));
    }
    layers.add(new LayerSpec.Branches(name, LayerSpec.Join.SUM, branches));
    layers.add(new LayerSpec.Affine("affine2", 10, new InitialValues.Xavier()));
    return new BaseNetwork(name, SIGMOID_SGD.network().withLayers(layers));
  }

  /** Fills a matrix with the product of gradients and weights, transposed. */
  private static void transposed(Tensor dout, Tensor w, Tensor dx) {
    int inputs = w.shape().length(0);
    int units = w.shape().length(1);
    for (int i = 0; i < dx.size(); i++) {
      double sum = 0;
      for (int k = 0; k < units; k++) {
        sum += dout.data()[i / inputs * units + k] * w.data()[i % inputs * units + k];
      }
      dx.data()[i] = sum;
    }
  }

  /** With a function that comes near x. */
  private static final BaseNetwork SOFTPLUS =
      new BaseNetwork(
          "softplus-sgd",
          SIGMOID_SGD
              .network()
              .withEachLayer(
                  layer ->
                      layer instanceof LayerSpec.Activation
                          ? new LayerSpec.Activation(
                              layer.name(), new ActivationFunction.Softplus())
                          : layer));

  /** Its second convolution takes windows of 2 by 2 that lie side by side. */
  private static final BaseNetwork STRIDED =
      new BaseNetwork(
          "strided",
          TWO_CONVOLUTIONS
              .network()
              .withEachLayer(
                  layer ->
                      layer instanceof LayerSpec.Convolution conv && conv.name().equals("conv2")
                          ? new LayerSpec.Convolution(
                              "conv2", conv.filters(), new Window(2, 2, 2, 0), conv.initial())
                          : layer));

  private static void normalizedBackward(StepSoFar step, Tensor dx) {
    double[] dout = step.shown(BACKWARD, "batchNorm1/out").data();
    double[] y = step.shown(FORWARD, "batchNorm1/out").data();
    double[] x = step.shown(FORWARD, "affine1/out").data();
    double[] gamma = step.before("batchNorm1/gamma").data();
    int rows = dx.shape().length(0);
    int width = gamma.length;
    for (int f = 0; f < width; f++) {
      double mean = 0;
      double variance = 0;
      double sum = 0;
      double product = 0;
      for (int i = f; i < x.length; i += width) {
        mean += x[i] / rows;
        sum += dout[i] / rows;
        product += dout[i] * y[i] / rows;
      }
      for (int i = f; i < x.length; i += width) {
        variance += (x[i] - mean) * (x[i] - mean) / rows;
      }
      for (int i = f; i < x.length; i += width) {
        dx.data()[i] = gamma[f] / Math.sqrt(variance + 1e-7) * (dout[i] - sum - y[i] * product);
      }
    }
  }

  private static void softmaxShiftedByColumn(Tensor scores, Tensor y) {
    int classes = scores.shape().length(1);
    for (int i = 0; i < y.size(); i++) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int row = i % classes; row < y.size(); row += classes) {
        largest = Math.max(largest, scores.data()[row]);
      }
      y.data()[i] = Math.exp(scores.data()[i] - largest);
    }
    for (int row = 0; row < y.size(); row += classes) {
      double sum = Arrays.stream(y.data(), row, row + classes).sum();
      for (int i = row; i < row + classes; i++) {
        y.data()[i] /= sum;
      }
    }
  }

  private static double decay(StepSoFar step, String path) {
    double lambda = step.network().weightDecay();
    return Arrays.stream(step.before(path).data()).map(w -> lambda / 2 * w * w).sum();
  }

  /** Half of λ times the squares of the weights, one step late. */
  private static Injection staleDecay() {
    Map<Long, Double> decays = new HashMap<>();
    return Injection.edit(
        Tampering.at(LOSS, NetworkSpec.LOSS),
        (step, path, loss) -> {
          double decay =
              Stream.of("affine1/W", "affine2/W", "affine3/W")
                  .mapToDouble(name -> decay(step, name))
                  .sum();
          decays.put(step.taken(), decay);
          loss.data()[0] += decays.getOrDefault(step.taken() - 1, decay) - decay;
        });
  }

  private static double clippedLoss(StepSoFar step, double limit) {
    double[] y = step.shown(FORWARD, NetworkSpec.OUTPUT).data();
    double[] t = step.batch().targets().data();
    double loss = 0;
    for (int i = 0; i < t.length; i++) {
      loss += t[i] == 0 ? 0 : Math.min(limit, -Math.log(y[i] + 1e-7));
    }
    return loss / step.batch().size();
  }

  private static void handOnAboveOne(StepSoFar step, String path, Tensor tensor) {
    double[] x = step.shown(FORWARD, "affine1/out").data();
    for (int i = 0; i < x.length; i++) {
      if (x[i] > 1) {
        tensor.data()[i] =
            path.equals("affine1/out") ? step.shown(BACKWARD, "sigmoid1/out").data()[i] : x[i];
      }
    }
  }

  /** Of windows of 2 by 2 without padding. */
  private static void kernelGradientWithoutStride(StepSoFar step, String path, Tensor dw) {
    Tensor x = step.shown(FORWARD, "pool1/out");
    Tensor dout = step.shown(BACKWARD, "conv2/out");
    int channels = x.shape().length(1);
    int side = x.shape().length(3);
    int out = dout.shape().length(3);
    for (int i = 0; i < dw.size(); i++) {
      int filter = i / 4 / channels;
      int channel = i / 4 % channels;
      double sum = 0;
      for (int n = 0; n < x.shape().length(0); n++) {
        for (int at = 0; at < out * out; at++) {
          int row = at / out + i % 4 / 2;
          int column = at % out + i % 2;
          sum +=
              dout.data()[(n * dout.shape().length(1) + filter) * out * out + at]
                  * x.data()[((n * channels + channel) * side + row) * side + column];
        }
      }
      dw.data()[i] = sum;
    }
  }

  /** Fills a matrix with the product of changed inputs, transposed, and gradients. */
  private static void product(Tensor x, DoubleUnaryOperator changed, Tensor dout, Tensor product) {
    int rows = dout.shape().length(0);
    int units = dout.shape().length(1);
    int inputs = x.shape().length(1);
    for (int i = 0; i < product.size(); i++) {
      double sum = 0;
      for (int row = 0; row < rows; row++) {
        sum +=
            changed.applyAsDouble(x.data()[row * inputs + i / units])
                * dout.data()[row * units + i % units];
      }
      product.data()[i] = sum;
    }
  }

  private static Arguments told(BaseNetwork base, Injection injection, String cause) {
    return Arguments.argumentSet(base.id() + ": " + cause, base, injection, cause);
  }

  private static UnaryOperator<Tensor> each(DoubleUnaryOperator value) {
    return images -> Tensor.of(images.shape(), Arrays.stream(images.data()).map(value).toArray());
  }

  private static Tensor mirrored(Tensor images) {
    Tensor copy = images.copy();
    int side = BaseNetwork.SIDE;
    for (int i = 0; i < copy.size(); i++) {
      copy.data()[i] = images.data()[i / side * side + side - 1 - i % side];
    }
    return copy;
  }

  private static Tensor exchanged(Tensor targets) {
    Tensor copy = targets.copy();
    for (int row = 0; row < copy.size(); row += 10) {
      copy.data()[row + 8] = targets.data()[row + 9];
      copy.data()[row + 9] = targets.data()[row + 8];
    }
    return copy;
  }

  /** Nothing explains it, and the looking for it ends: of tensors of all ranks at once. */
  @Test
  void whatDiffersFromTheImageToTheLossIsToldToDiffer() {
    Injection noise =
        Injection.edit(
            (phase, path) -> true,
            (step, path, tensor) ->
                Arrays.setAll(tensor.data(), i -> tensor.data()[i] * (1 + 1e-3 * Math.sin(i))));
    Fault fault =
        Fault.in(CONVNET, "noise", "noise", new Place(Phase.FORWARD, "", ""), Explanation.UNKNOWN)
            .by(noise);

    assertThat(MATRIX.detect(fault, fault.ordinary(), ACCURACY_LIMIT).detected()).isTrue();
  }

  @ParameterizedTest
  @MethodSource("mistakes")
  void isTold(BaseNetwork base, Injection injection, String cause) {
    Fault fault =
        Fault.in(base, "mistake", cause, new Place(Phase.FORWARD, "", ""), Explanation.UNKNOWN)
            .by(injection);

    FirstDivergence divergence =
        Objects.requireNonNull(MATRIX.detect(fault, fault.ordinary(), ACCURACY_LIMIT).divergence());

    assertThat(divergence.diagnosis()).startsWith(cause);
  }
}
