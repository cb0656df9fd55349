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
