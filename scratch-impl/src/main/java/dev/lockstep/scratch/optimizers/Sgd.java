package dev.lockstep.scratch.optimizers;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.scratch.layers.Parameter;

/** Stochastic gradient descent (chapter 6): {@code W −= lr·g}. DL4J: {@code Sgd}. */
public record Sgd(LearningRate learningRate) implements Optimizer {

  @Override
  public void moveValue(Parameter parameter, long t, int from, int to) {
    double lr = LearningRateDecay.rate(learningRate, t);
    double[] w = parameter.value().data();
    double[] g = parameter.gradient().data();
    for (int i = from; i < to; i++) {
      w[i] -= lr * g[i];
    }
  }
}
