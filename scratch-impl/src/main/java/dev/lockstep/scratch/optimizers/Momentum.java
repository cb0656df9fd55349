package dev.lockstep.scratch.optimizers;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.scratch.layers.Parameter;

/**
 * Momentum (chapter 6).
 *
 * <pre>
 * velocity = momentum·velocity − lr·g
 * W += velocity
 * </pre>
 *
 * <p>DL4J has none: its {@code Nesterovs} looks ahead.
 */
public record Momentum(LearningRate learningRate, double momentum) implements Optimizer {

  @Override
  public void update(Parameter parameter, long t) {
    double lr = LearningRateDecay.rate(learningRate, t);
    double[] w = parameter.value().data();
    double[] g = parameter.gradient().data();
    double[] velocity = parameter.slot("velocity").data();
    for (int i = 0; i < w.length; i++) {
      velocity[i] = momentum * velocity[i] - lr * g[i];
      w[i] += velocity[i];
    }
  }
}
