package dev.lockstep.scratch.optimizers;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.scratch.layers.Parameter;

/**
 * Adam (Kingma and Ba 2014; chapter 6).
 *
 * <pre>
 * m += (1 − beta1)·(g − m)
 * v += (1 − beta2)·(g² − v)
 * W −= lr·√(1 − beta2^t)/(1 − beta1^t) · m / (√v + epsilon)        t from 1
 * </pre>
 *
 * <p>DL4J: {@code Adam}.
 */
public record Adam(LearningRate learningRate, double beta1, double beta2, double epsilon)
    implements Optimizer {

  @Override
  public void moveSlots(Parameter parameter, long t, int from, int to) {
    double[] g = parameter.gradient().data();
    double[] m = parameter.slot("m").data();
    double[] v = parameter.slot("v").data();
    for (int i = from; i < to; i++) {
      m[i] += (1 - beta1) * (g[i] - m[i]);
      v[i] += (1 - beta2) * (g[i] * g[i] - v[i]);
    }
  }

  @Override
  public void moveValue(Parameter parameter, long t, int from, int to) {
    double step =
        LearningRateDecay.rate(learningRate, t)
            * Math.sqrt(1 - Math.pow(beta2, t + 1.0))
            / (1 - Math.pow(beta1, t + 1.0));
    double[] w = parameter.value().data();
    double[] m = parameter.slot("m").data();
    double[] v = parameter.slot("v").data();
    for (int i = from; i < to; i++) {
      w[i] -= step * m[i] / (Math.sqrt(v[i]) + epsilon);
    }
  }
}
