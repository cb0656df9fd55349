package dev.lockstep.scratch.optimizers;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.scratch.layers.Parameter;

/**
 * Nesterov's accelerated gradient (chapter 6, its order of statements corrected; Bengio et al.
 * 2012).
 *
 * <pre>
 * W += momentum²·velocity − (1 + momentum)·lr·g
 * velocity = momentum·velocity − lr·g
 * </pre>
 *
 * <p>DL4J: {@code Nesterovs}.
 */
public record Nesterov(LearningRate learningRate, double momentum) implements Optimizer {

  @Override
  public void update(Parameter parameter, long t) {
    double lr = LearningRateDecay.rate(learningRate, t);
    double ahead = momentum * momentum;
    double step = (1 + momentum) * lr;
    double[] w = parameter.value().data();
    double[] g = parameter.gradient().data();
    double[] velocity = parameter.slot("velocity").data();
    for (int i = 0; i < w.length; i++) {
      w[i] += ahead * velocity[i] - step * g[i];
      velocity[i] = momentum * velocity[i] - lr * g[i];
    }
  }
}
