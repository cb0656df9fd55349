package dev.lockstep.scratch.optimizers;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.scratch.layers.Parameter;

/**
 * AdaGrad (Duchi et al. 2011; chapter 6).
 *
 * <pre>
 * h += g²
 * W −= lr·g / (√h + epsilon)
 * </pre>
 *
 * <p>DL4J: {@code AdaGrad}, whose h starts at epsilon.
 */
public record AdaGrad(LearningRate learningRate, double epsilon) implements Optimizer {

  @Override
  public void moveSlots(Parameter parameter, long t, int from, int to) {
    double[] g = parameter.gradient().data();
    double[] h = parameter.slot("h").data();
    for (int i = from; i < to; i++) {
      h[i] += g[i] * g[i];
    }
  }

  @Override
  public void moveValue(Parameter parameter, long t, int from, int to) {
    double lr = LearningRateDecay.rate(learningRate, t);
    double[] w = parameter.value().data();
    double[] g = parameter.gradient().data();
    double[] h = parameter.slot("h").data();
    for (int i = from; i < to; i++) {
      w[i] -= lr * g[i] / (Math.sqrt(h[i]) + epsilon);
    }
  }
}
