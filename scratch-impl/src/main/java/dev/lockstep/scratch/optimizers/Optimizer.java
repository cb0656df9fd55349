package dev.lockstep.scratch.optimizers;

import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.scratch.layers.Parameter;

/**
 * Turns a gradient into an update (chapter 6), in one pass over the parameter. What it remembers
 * from step to step it keeps with the parameter, in {@link Parameter#slot}.
 */
@FunctionalInterface
public interface Optimizer {

  /**
   * Updates one parameter from its gradient.
   *
   * @param t the steps already taken, 0 in the first
   */
  void update(Parameter parameter, long t);

  /** Returns the optimizer that a network asks for. */
  static Optimizer of(OptimizerSpec spec) {
    if (spec instanceof OptimizerSpec.Sgd sgd) {
      return new Sgd(sgd.learningRate());
    } else if (spec instanceof OptimizerSpec.Momentum momentum) {
      return new Momentum(momentum.learningRate(), momentum.momentum());
    } else if (spec instanceof OptimizerSpec.Nesterov nesterov) {
      return nesterov.printed()
          ? new PrintedNesterov(nesterov.learningRate(), nesterov.momentum())
          : new Nesterov(nesterov.learningRate(), nesterov.momentum());
    } else if (spec instanceof OptimizerSpec.AdaGrad adaGrad) {
      return new AdaGrad(adaGrad.learningRate(), adaGrad.epsilon());
    } else if (spec instanceof OptimizerSpec.RmsProp rmsProp) {
      return new RmsProp(rmsProp.learningRate(), rmsProp.decay(), rmsProp.epsilon());
    } else if (spec instanceof OptimizerSpec.Adam adam) {
      return new Adam(adam.learningRate(), adam.beta1(), adam.beta2(), adam.epsilon());
    }
    throw new IllegalArgumentException("no optimizer by hand for " + spec);
  }
}
