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
    return spec.accept(new Builder());
  }

  /** Builds an optimizer of its specification. */
  final class Builder implements OptimizerSpec.Visitor<Optimizer> {

    private Builder() {}

    @Override
    public Optimizer sgd(OptimizerSpec.Sgd spec) {
      return new Sgd(spec.learningRate());
    }

    @Override
    public Optimizer momentum(OptimizerSpec.Momentum spec) {
      return new Momentum(spec.learningRate(), spec.momentum());
    }

    @Override
    public Optimizer nesterov(OptimizerSpec.Nesterov spec) {
      return spec.printed()
          ? new PrintedNesterov(spec.learningRate(), spec.momentum())
          : new Nesterov(spec.learningRate(), spec.momentum());
    }

    @Override
    public Optimizer adaGrad(OptimizerSpec.AdaGrad spec) {
      return new AdaGrad(spec.learningRate(), spec.epsilon());
    }

    @Override
    public Optimizer rmsProp(OptimizerSpec.RmsProp spec) {
      return new RmsProp(spec.learningRate(), spec.decay(), spec.epsilon());
    }

    @Override
    public Optimizer adam(OptimizerSpec.Adam spec) {
      return new Adam(spec.learningRate(), spec.beta1(), spec.beta2(), spec.epsilon());
    }
  }
}
