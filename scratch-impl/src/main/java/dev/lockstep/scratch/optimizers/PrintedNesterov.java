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
  public void update(Parameter parameter, long t) {
    double lr = LearningRateDecay.rate(learningRate, t);
    double ahead = momentum * momentum;
    double step = (1 + momentum) * lr;
    double[] w = parameter.value().data();
    double[] g = parameter.gradient().data();
    double[] velocity = parameter.slot("velocity").data();
    for (int i = 0; i < w.length; i++) {
      velocity[i] = momentum * velocity[i] - lr * g[i];
      w[i] += ahead * velocity[i] - step * g[i];
    }
  }
}
