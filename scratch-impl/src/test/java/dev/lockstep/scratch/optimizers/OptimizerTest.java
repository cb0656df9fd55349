package dev.lockstep.scratch.optimizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.scratch.layers.Parameter;
import dev.lockstep.scratch.layers.Penalty;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Three steps of each optimizer by hand, from W = 1 with the gradients 2, −1 and 4. */
class OptimizerTest {

  /** A few roundings of numbers near 1. */
  private static final double ROUNDING = 1e-15;

  private static final double[] GRADIENTS = {2, -1, 4};
  private static final LearningRate TENTH = LearningRate.constant(0.1);

  private static double[] path(OptimizerSpec spec) {
    Optimizer optimizer = Optimizer.of(spec);
    Parameter parameter = new Parameter("affine1", "W", Shape.of(1), Penalty.NONE);
    parameter.value().data()[0] = 1;
    double[] path = new double[GRADIENTS.length];
    for (int t = 0; t < path.length; t++) {
      parameter.gradient().data()[0] = GRADIENTS[t];
      optimizer.update(parameter, t);
      path[t] = parameter.value().data()[0];
    }
    return path;
  }

  @Test
  void sgd() {
    assertThat(path(new OptimizerSpec.Sgd(TENTH)))
        .containsExactly(new double[] {.8, .9, .5}, within(ROUNDING));
  }

  @Test
  void momentum() {
    // velocity −.2, −.1+.1=0, −.4
    assertThat(path(new OptimizerSpec.Momentum(TENTH, .5)))
        .containsExactly(new double[] {.8, .8, .4}, within(ROUNDING));
  }

  @Test
  void nesterov() {
    // W −.15·2=.7, velocity −.2; W + .25·(−.2) + .15 = .8, velocity 0; W − .6 = .2
    assertThat(path(new OptimizerSpec.Nesterov(TENTH, .5, false)))
        .containsExactly(new double[] {.7, .8, .2}, within(ROUNDING));
  }

  @Test
  void nesterovAsPrintedMovesTheVelocityFirst() {
    // velocity −.2: W − .05 − .3 = .65; velocity 0: W + .15 = .8; velocity −.4: W − .1 − .6 = .1
    assertThat(path(new OptimizerSpec.Nesterov(TENTH, .5, true)))
        .containsExactly(new double[] {.65, .8, .1}, within(ROUNDING));
  }

  @Test
  void adaGrad() {
    // h 4, 5, 21; epsilon 1 outside the root
    assertThat(path(new OptimizerSpec.AdaGrad(TENTH, 1)))
        .containsExactly(
            new double[] {
              1 - .2 / 3,
              1 - .2 / 3 + .1 / 3.23606797749979,
              1 - .2 / 3 + .1 / 3.23606797749979 - .4 / 5.582575694955840
            },
            within(ROUNDING));
  }

  @Test
  void rmsProp() {
    // h 2, 1.5, 8.75; decay one half
    assertThat(path(new OptimizerSpec.RmsProp(TENTH, .5, 1)))
        .containsExactly(
            new double[] {
              1 - .2 / 2.414213562373095,
              1 - .2 / 2.414213562373095 + .1 / 2.224744871391589,
              1 - .2 / 2.414213562373095 + .1 / 2.224744871391589 - .4 / 3.958039891549808
            },
            within(ROUNDING));
  }

  @Test
  void adam() {
    // beta1 .5, beta2 .75: m 1, 0, 2; v 1, 1, 4.75. Corrections √.25/.5, √.4375/.75, √.578125/.875.
    // With epsilon 0 the first step is lr exactly.
    assertThat(path(new OptimizerSpec.Adam(TENTH, .5, .75, 0)))
        .containsExactly(
            new double[] {.9, .9, .9 - .1 * (.760345316287277 / .875) * 2 / 2.179449471770337},
            within(ROUNDING));
  }

  @Test
  void adamAddsEpsilonAfterTheRoot() {
    assertThat(path(new OptimizerSpec.Adam(TENTH, .5, .75, 1))[0])
        .isCloseTo(1 - .1 * 1 / 2.0, within(ROUNDING));
  }

  @Test
  void amsGrad() {
    // beta1 0: m = g. beta2 .5: v 2, 1.5, 8.75, the largest 2, 2, 8.75
    assertThat(path(new OptimizerSpec.AmsGrad(TENTH, 0, .5, 0)))
        .containsExactly(
            new double[] {
              .9,
              .9 + .1 * Math.sqrt(.75 / 2),
              .9 + .1 * Math.sqrt(.75 / 2) - .4 * Math.sqrt(.875 / 8.75)
            },
            within(ROUNDING));
  }

  @Test
  void nadam() {
    // m 1, 0, 2; v 1, 1, 4.75; ahead 1.5, −.5, 3
    assertThat(path(new OptimizerSpec.Nadam(TENTH, .5, .75, 0)))
        .containsExactly(
            new double[] {.7, .7 + .05 / .75, .7 + .05 / .75 - .3 / .875 / 2.179449471770337},
            within(ROUNDING));
  }

  @Test
  void adaMax() {
    // m 1, 0, 2; u 2, 1, 4
    assertThat(path(new OptimizerSpec.AdaMax(TENTH, .5, .5)))
        .containsExactly(new double[] {.9, .9, .9 - .1 / .875 / 2}, within(ROUNDING));
  }

  @Test
  void adaDelta() {
    // msg 2, 1.5, 8.75; d 2/√3, −√(5/3)/√2.5, 4·√(5/3)/√9.75; msdx 2/3, 2/3
    double first = 1 - 2 / Math.sqrt(3);
    double second = first + Math.sqrt(5 / 3.0 / 2.5);
    assertThat(path(new OptimizerSpec.AdaDelta(LearningRate.constant(1), .5, 1)))
        .containsExactly(
            new double[] {first, second, second - 4 * Math.sqrt(5 / 3.0 / 9.75)}, within(ROUNDING));
  }

  @Test
  void theRateDecaysInSteps() {
    assertThat(rates(new LearningRate.Decay.Step(.5, 2)))
        .containsExactly(new double[] {.1, .1, .05, .05, .025}, within(ROUNDING));
  }

  @Test
  void theRateDecaysExponentially() {
    assertThat(rates(new LearningRate.Decay.Exponential(.5)))
        .containsExactly(new double[] {.1, .05, .025, .0125, .00625}, within(ROUNDING));
  }

  @Test
  void theRateDecaysWithInverseTime() {
    assertThat(rates(new LearningRate.Decay.InverseTime(1)))
        .containsExactly(new double[] {.1, .05, .1 / 3, .025, .02}, within(ROUNDING));
  }

  @Test
  void theRateDecaysWithAPowerOfInverseTime() {
    assertThat(rates(new LearningRate.Decay.InverseTime(1, 2)))
        .containsExactly(new double[] {.1, .025, .1 / 9, .00625, .004}, within(ROUNDING));
  }

  @Test
  void theRateDecaysToZeroAsAPolynomial() {
    assertThat(rates(new LearningRate.Decay.Polynomial(4, 2)))
        .containsExactly(new double[] {.1, .05625, .025, .00625, 0}, within(ROUNDING));
  }

  @Test
  void theRateChangesAtGivenSteps() {
    assertThat(
            rates(
                new LearningRate.Decay.Steps(
                    List.of(
                        new LearningRate.Decay.Steps.Change(4, .5),
                        new LearningRate.Decay.Steps.Change(2, .03)))))
        .containsExactly(new double[] {.1, .1, .03, .03, .5}, within(ROUNDING));
  }

  private static double[] rates(LearningRate.Decay decay) {
    double[] rates = new double[5];
    Optimizer sgd = Optimizer.of(new OptimizerSpec.Sgd(new LearningRate(.1, decay)));
    for (int t = 0; t < rates.length; t++) {
      Parameter parameter = new Parameter("affine1", "W", Shape.of(1), Penalty.NONE);
      parameter.gradient().data()[0] = -1;
      sgd.update(parameter, t);
      rates[t] = parameter.value().data()[0];
    }
    return rates;
  }
}
