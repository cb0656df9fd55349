package dev.lockstep.scratch.optimizers;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.scratch.layers.Parameter;

/**
 * Nadam (Dozat 2016): Adam that looks ahead as Nesterov's momentum does.
 *
 * <pre>
 * m += (1 − beta1)·(g − m)
 * v += (1 − beta2)·(g² − v)
 * W −= lr/(1 − beta1^t) · (beta1·m + (1 − beta1)·g) / (√v + epsilon)        t from 1
 * </pre>
 *
 * <p>Dozat also divides v by {@code 1 − beta2^t}; DL4J, whose {@code Nadam} this is, does not.
 */
public record Nadam(LearningRate learningRate, double beta1, double beta2, double epsilon)
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
    double step = LearningRateDecay.rate(learningRate, t) / (1 - Math.pow(beta1, t + 1.0));
    double[] w = parameter.value().data();
    double[] g = parameter.gradient().data();
    double[] m = parameter.slot("m").data();
    double[] v = parameter.slot("v").data();
    for (int i = from; i < to; i++) {
      w[i] -= step * (beta1 * m[i] + (1 - beta1) * g[i]) / (Math.sqrt(v[i]) + epsilon);
    }
  }
}
