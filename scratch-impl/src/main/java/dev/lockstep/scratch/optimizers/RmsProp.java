package dev.lockstep.scratch.optimizers;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.scratch.layers.Parameter;

/**
 * RMSprop (Tieleman and Hinton 2012; chapter 6).
 *
 * <pre>
 * h = decay·h + (1 − decay)·g²
 * W −= lr·g / (√h + epsilon)
 * </pre>
 *
 * <p>DL4J: {@code RmsProp}, whose h starts at epsilon.
 */
public record RmsProp(LearningRate learningRate, double decay, double epsilon)
    implements Optimizer {

  @Override
  public void update(Parameter parameter, long t) {
    double lr = LearningRateDecay.rate(learningRate, t);
    double[] w = parameter.value().data();
    double[] g = parameter.gradient().data();
    double[] h = parameter.slot("h").data();
    for (int i = 0; i < w.length; i++) {
      h[i] = decay * h[i] + (1 - decay) * g[i] * g[i];
      w[i] -= lr * g[i] / (Math.sqrt(h[i]) + epsilon);
    }
  }
}
