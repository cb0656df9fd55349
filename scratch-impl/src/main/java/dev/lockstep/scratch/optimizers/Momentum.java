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
  public void moveSlots(Parameter parameter, long t, int from, int to) {
    double lr = LearningRateDecay.rate(learningRate, t);
    double[] g = parameter.gradient().data();
    double[] velocity = parameter.slot("velocity").data();
    for (int i = from; i < to; i++) {
      velocity[i] = momentum * velocity[i] - lr * g[i];
    }
  }

  @Override
  public void moveValue(Parameter parameter, long t, int from, int to) {
    double[] w = parameter.value().data();
    double[] velocity = parameter.slot("velocity").data();
    for (int i = from; i < to; i++) {
      w[i] += velocity[i];
    }
  }
}
