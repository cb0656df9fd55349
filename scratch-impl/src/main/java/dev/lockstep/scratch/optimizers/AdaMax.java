package dev.lockstep.scratch.optimizers;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.scratch.layers.Parameter;

/**
 * AdaMax (Kingma and Ba 2014, section 7.1): Adam with the largest gradient in place of the squares.
 *
 * <pre>
 * m += (1 − beta1)·(g − m)
 * u = max(beta2·u, |g|) + 1e-32
 * W −= lr/(1 − beta1^t) · m / u        t from 1
 * </pre>
 *
 * <p>The tiny number keeps it from dividing by 0, as DL4J's {@code AdaMax} does.
 */
public record AdaMax(LearningRate learningRate, double beta1, double beta2) implements Optimizer {

  private static final double TINY = 1e-32;

  @Override
  public void moveSlots(Parameter parameter, long t, int from, int to) {
    double[] g = parameter.gradient().data();
    double[] m = parameter.slot("m").data();
    double[] u = parameter.slot("u").data();
    for (int i = from; i < to; i++) {
      m[i] += (1 - beta1) * (g[i] - m[i]);
      u[i] = Math.max(beta2 * u[i], Math.abs(g[i])) + TINY;
    }
  }

  @Override
  public void moveValue(Parameter parameter, long t, int from, int to) {
    double step = LearningRateDecay.rate(learningRate, t) / (1 - Math.pow(beta1, t + 1.0));
    double[] w = parameter.value().data();
    double[] m = parameter.slot("m").data();
    double[] u = parameter.slot("u").data();
    for (int i = from; i < to; i++) {
      w[i] -= step * m[i] / u[i];
    }
  }
}
