package dev.lockstep.scratch.optimizers;

import dev.lockstep.core.model.Observer;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.scratch.layers.Parameter;

/**
 * Turns a gradient into an update (chapter 6). What it remembers from step to step it keeps with
 * the parameter, in {@link Parameter#slot}: first the slots move, then the parameter itself, which
 * reads what they have become. Every element is computed by itself.
 */
public interface Optimizer {

  /**
   * Moves some elements of the slots.
   *
   * @param t the steps already taken, 0 in the first
   * @param from the first element
   * @param to the element after the last
   */
  default void moveSlots(Parameter parameter, long t, int from, int to) {}

  /** Moves the same elements of the parameter. */
  void moveValue(Parameter parameter, long t, int from, int to);

  /** Returns whether the parameter moves first, by the slots as the last step left them. */
  default boolean movesValueFirst() {
    return false;
  }

  /** Moves some elements of the slots and of the parameter, and shows each when it has moved. */
  default void update(Parameter parameter, long t, int from, int to, Observer observer) {
    if (movesValueFirst()) {
      moveValue(parameter, t, from, to);
      parameter.showValue(observer);
      moveSlots(parameter, t, from, to);
      parameter.showSlots(observer);
    } else {
      moveSlots(parameter, t, from, to);
      parameter.showSlots(observer);
      moveValue(parameter, t, from, to);
      parameter.showValue(observer);
    }
  }

  /** Updates a whole parameter. */
  default void update(Parameter parameter, long t) {
    update(parameter, t, 0, parameter.value().size(), Observer.NONE);
  }

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
