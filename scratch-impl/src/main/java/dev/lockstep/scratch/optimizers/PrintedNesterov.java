package dev.lockstep.scratch.optimizers;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.scratch.layers.Parameter;

/**
 * Nesterov's accelerated gradient in the order of statements that the book's code has: the velocity
 * moves first, and its new value enters W.
 *
 * <pre>
 * velocity = momentum·velocity − lr·g
 * W += momentum²·velocity − (1 + momentum)·lr·g
 * </pre>
 *
 * <p>DL4J has none; {@link Nesterov} is what was meant.
 */
public record PrintedNesterov(LearningRate learningRate, double momentum) implements Optimizer {

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
    double ahead = momentum * momentum;
    double step = (1 + momentum) * LearningRateDecay.rate(learningRate, t);
    double[] w = parameter.value().data();
    double[] g = parameter.gradient().data();
    double[] velocity = parameter.slot("velocity").data();
    for (int i = from; i < to; i++) {
      w[i] += ahead * velocity[i] - step * g[i];
    }
  }
}
