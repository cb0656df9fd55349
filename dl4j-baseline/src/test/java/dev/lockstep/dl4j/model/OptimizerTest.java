package dev.lockstep.dl4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/**
 * Three steps of every optimizer on {@code ½(w·x)²} with x = 2 and w = 1, calculated by hand from
 * the formulas of {@link OptimizerSpec}: the gradient is 4w.
 */
class OptimizerTest {

  private static final Offset<Double> ROUNDING = within(1e-14);
  private static final LearningRate RATE = LearningRate.constant(0.1);

  private static double w(ModelState state) {
    return state.tensor("affine1/W").data()[0];
  }

  /** Takes steps in which the bias stays 0 because its input is not what it is trained on. */
  private static ModelState after(OptimizerSpec optimizer, double weightDecay, int steps) {
    NetworkSpec network =
        Fixture.network(
            Shape.of(1),
            new LossSpec(LossSpec.Type.SUM_OF_SQUARES, 0),
            weightDecay,
            optimizer,
            Fixture.affine("affine1", 1));
    Map<String, Tensor> start = new LinkedHashMap<>();
    network.state().forEach((path, shape) -> start.put(path, Tensor.zeros(shape)));
    start.put("affine1/W", Tensor.of(Shape.of(1, 1), 1));
    try (Dl4jModel model = Fixture.model(network, new ModelState(0, start))) {
      // two samples whose errors cancel in the bias: x = ±2, t = 0
      Tensor inputs = Tensor.of(Shape.of(2, 1), 2, -2);
      for (int step = 1; step <= steps; step++) {
        model.step(
            new Batch(step, inputs, Tensor.zeros(Shape.of(2, 1))),
            Fixture.masks(step),
            Observer.NONE);
      }
      return model.state();
    }
  }

  @Test
  void sgd() {
    // w: 1 → 0.6 → 0.36 → 0.216
    assertThat(w(after(new OptimizerSpec.Sgd(RATE), 0, 3))).isCloseTo(0.216, ROUNDING);
  }

  @Test
  void weightDecayIsPartOfTheGradient() {
    // g = 4w + 0.5w, so each step multiplies by 0.55
    assertThat(w(after(new OptimizerSpec.Sgd(RATE), 0.5, 3))).isCloseTo(0.166375, ROUNDING);
  }

  @Test
  void momentum() {
    // v: -0.4, -0.2 - 0.24 = -0.44, -0.22 - 0.064 = -0.284; w: 0.6, 0.16, -0.124
    ModelState state = after(new OptimizerSpec.Momentum(RATE, 0.5), 0, 3);

    assertThat(w(state)).isCloseTo(-0.124, ROUNDING);
    assertThat(state.tensor("affine1/W/velocity").data()[0]).isCloseTo(-0.284, ROUNDING);
  }

  @Test
  void weightDecayEntersTheVelocity() {
    // g = 4.5w; v: -0.45, -0.225 - 0.2475 = -0.4725; w: 0.55, 0.0775
    assertThat(w(after(new OptimizerSpec.Momentum(RATE, 0.5), 0.5, 2))).isCloseTo(0.0775, ROUNDING);
  }

  @Test
  void nesterov() {
    // w += 0.25v - 0.6w with the old v; v = 0.5v - 0.4w
    // w: 0.4, 0.4 - 0.1 - 0.24 = 0.06; v: -0.4, -0.2 - 0.16 = -0.36
    // w: 0.06 - 0.09 - 0.036 = -0.066; v: -0.18 - 0.024 = -0.204
    ModelState state = after(new OptimizerSpec.Nesterov(RATE, 0.5, false), 0, 3);

    assertThat(w(state)).isCloseTo(-0.066, ROUNDING);
    assertThat(state.tensor("affine1/W/velocity").data()[0]).isCloseTo(-0.204, ROUNDING);
  }

  @Test
  void nesterovAsPrinted() {
    // v = 0.5v - 0.4w first; then w += 0.25v - 0.6w
    // v: -0.4; w: 1 - 0.1 - 0.6 = 0.3; v: -0.2 - 0.12 = -0.32; w: 0.3 - 0.08 - 0.18 = 0.04
    // v: -0.16 - 0.016 = -0.176; w: 0.04 - 0.044 - 0.024 = -0.028
    ModelState state = after(new OptimizerSpec.Nesterov(RATE, 0.5, true), 0, 3);

    assertThat(w(state)).isCloseTo(-0.028, ROUNDING);
    assertThat(state.tensor("affine1/W/velocity").data()[0]).isCloseTo(-0.176, ROUNDING);
  }

  @Test
  void adaGradStartsAtZero() {
    // h = 16, √h = 4: w = 1 - 0.1·4/(4 + 1) = 0.92 with the coarse epsilon 1
    // g = 3.68, h = 29.5424: w = 0.92 - 0.368/(√29.5424 + 1)
    double second = 0.92 - 0.368 / (Math.sqrt(29.5424) + 1);
    ModelState state = after(new OptimizerSpec.AdaGrad(RATE, 1), 0, 2);

    assertThat(w(state)).isCloseTo(second, ROUNDING);
    assertThat(state.tensor("affine1/W/h").data()[0]).isCloseTo(29.5424, ROUNDING);
  }

  @Test
  void rmsPropStartsAtZero() {
    // h = 0.5·16 = 8; w = 1 - 0.4/(√8 + 1)
    double first = 1 - 0.4 / (Math.sqrt(8) + 1);
    double gradient = 4 * first;
    double h = 4 + 0.5 * gradient * gradient;
    double second = first - 0.1 * gradient / (Math.sqrt(h) + 1);
    ModelState state = after(new OptimizerSpec.RmsProp(RATE, 0.5, 1), 0, 2);

    assertThat(w(state)).isCloseTo(second, ROUNDING);
    assertThat(state.tensor("affine1/W/h").data()[0]).isCloseTo(h, ROUNDING);
  }

  @Test
  void adamPutsEpsilonOutsideTheCorrection() {
    // m = 0.5·4 = 2, v = 0.25·16 = 4, rate·√(1-0.75)/(1-0.5) = 0.1: w = 1 - 0.1·2/(2 + 1)
    double first = 1 - 0.2 / 3;
    double gradient = 4 * first;
    double m = 2 + 0.5 * (gradient - 2);
    double v = 4 + 0.25 * (gradient * gradient - 4);
    double rate = 0.1 * Math.sqrt(1 - 0.75 * 0.75) / (1 - 0.25);
    double second = first - rate * m / (Math.sqrt(v) + 1);
    ModelState state = after(new OptimizerSpec.Adam(RATE, 0.5, 0.75, 1), 0, 2);

    assertThat(w(state)).isCloseTo(second, ROUNDING);
    assertThat(state.tensor("affine1/W/m").data()[0]).isCloseTo(m, ROUNDING);
    assertThat(state.tensor("affine1/W/v").data()[0]).isCloseTo(v, ROUNDING);
  }

  private static double afterDecay(LearningRate.Decay decay) {
    return w(after(new OptimizerSpec.Sgd(new LearningRate(0.1, decay)), 0, 3));
  }

  @Test
  void theLearningRateFallsInSteps() {
    // rates 0.1, 0.1, 0.05
    assertThat(afterDecay(new LearningRate.Decay.Step(0.5, 2)))
        .isCloseTo(0.6 * 0.6 * 0.8, ROUNDING);
  }

  @Test
  void theLearningRateFallsExponentially() {
    // rates 0.1, 0.05, 0.025
    assertThat(afterDecay(new LearningRate.Decay.Exponential(0.5)))
        .isCloseTo(0.6 * 0.8 * 0.9, ROUNDING);
  }

  @Test
  void theLearningRateFallsWithTime() {
    // rates 0.1, 0.05, 0.1/3
    assertThat(afterDecay(new LearningRate.Decay.InverseTime(1)))
        .isCloseTo(0.6 * 0.8 * (1 - 0.4 / 3), ROUNDING);
  }

  @Test
  void everyOptimizerFollowsASchedule() {
    // DL4J's AdaGrad loses its schedule when a configuration is cloned
    LearningRate stopped = new LearningRate(0.1, new LearningRate.Decay.Step(1e-300, 1));
    for (OptimizerSpec optimizer :
        new OptimizerSpec[] {
          new OptimizerSpec.Momentum(stopped, 0),
          new OptimizerSpec.Nesterov(stopped, 0, false),
          new OptimizerSpec.Nesterov(stopped, 0, true),
          new OptimizerSpec.AdaGrad(stopped, 1e-7),
          new OptimizerSpec.RmsProp(stopped, 0.9, 1e-7),
          new OptimizerSpec.Adam(stopped, 0.9, 0.999, 1e-7)
        }) {
      double first = w(after(optimizer, 0, 1));
      assertThat(first).as("%s moves in its first step", optimizer).isLessThan(1);
      assertThat(w(after(optimizer, 0, 2))).as("%s then stops", optimizer).isEqualTo(first);
    }
  }
}
