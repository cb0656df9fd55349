package dev.lockstep.experiments.faults.detection;

import static dev.lockstep.core.model.Phase.BACKWARD;
import static dev.lockstep.core.model.Phase.FORWARD;
import static dev.lockstep.core.model.Phase.UPDATE;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.BATCH_NORM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.CONVNET;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.RELU_MOMENTUM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.RELU_NESTEROV;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.SIGMOID_SGD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_ADAGRAD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_ADAM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_RMSPROP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.Tampering;
import dev.lockstep.experiments.faults.seeded.Explanation;
import dev.lockstep.experiments.faults.seeded.Fault;
import dev.lockstep.experiments.faults.seeded.Fault.Place;
import dev.lockstep.experiments.faults.seeded.UpdateRule;
import dev.lockstep.experiments.work.Cores;
import java.util.Arrays;
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
            "it is the gradient of the layer's output, handed on as it is, without its derivative, in its first row alone"));
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
