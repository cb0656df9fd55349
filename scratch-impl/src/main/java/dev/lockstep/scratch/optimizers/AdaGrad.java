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
  public void update(Parameter parameter, long t) {
    double lr = LearningRateDecay.rate(learningRate, t);
    double[] w = parameter.value().data();
    double[] g = parameter.gradient().data();
    double[] h = parameter.slot("h").data();
    for (int i = 0; i < w.length; i++) {
      h[i] += g[i] * g[i];
      w[i] -= lr * g[i] / (Math.sqrt(h[i]) + epsilon);
    }
  }
}
