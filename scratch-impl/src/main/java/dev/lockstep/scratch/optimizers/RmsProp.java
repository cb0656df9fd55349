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
  public void moveSlots(Parameter parameter, long t, int from, int to) {
    double[] g = parameter.gradient().data();
    double[] h = parameter.slot("h").data();
    for (int i = from; i < to; i++) {
      h[i] = decay * h[i] + (1 - decay) * g[i] * g[i];
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
