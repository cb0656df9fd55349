package dev.lockstep.core.network;

import java.util.List;

/**
 * How gradients become updates (chapter 6). {@code g} is the gradient, weight decay included, and
 * {@code lr} the learning rate of the step. State starts at 0.
 */
public sealed interface OptimizerSpec {

  /** The constant that keeps AdaGrad, RMSprop and Adam from dividing by 0, as the book has it. */
  double BOOK_EPSILON = 1e-7;

  LearningRate learningRate();

  /** Returns the same optimizer with another learning rate. */
  OptimizerSpec withLearningRate(LearningRate rate);

  /** Returns the names of the tensors kept per parameter, each of the parameter's shape. */
  default List<String> slots() {
    return List.of();
  }

  /** {@code W −= lr·g}. */
  record Sgd(LearningRate learningRate) implements OptimizerSpec {
    @Override
    public Sgd withLearningRate(LearningRate rate) {
      return new Sgd(rate);
    }
  }

  /** {@code velocity = momentum·velocity − lr·g; W += velocity}. */
  record Momentum(LearningRate learningRate, double momentum) implements OptimizerSpec {
    public Momentum {
      Require.share("momentum", momentum);
    }

    @Override
    public Momentum withLearningRate(LearningRate rate) {
      return new Momentum(rate, momentum);
    }

    @Override
    public List<String> slots() {
      return List.of("velocity");
    }
  }

  /**
   * Nesterov's accelerated gradient: {@code W += momentum²·velocity − (1 + momentum)·lr·g; velocity
   * = momentum·velocity − lr·g}.
   *
   * @param printed true: the order of statements that the book's code has, in which the velocity is
   *     moved first and its new value enters {@code W}
   */
  record Nesterov(LearningRate learningRate, double momentum, boolean printed)
      implements OptimizerSpec {
    public Nesterov {
      Require.share("momentum", momentum);
    }

    @Override
    public Nesterov withLearningRate(LearningRate rate) {
      return new Nesterov(rate, momentum, printed);
    }

    @Override
    public List<String> slots() {
      return List.of("velocity");
    }
  }

  /** {@code h += g²; W −= lr·g / (√h + epsilon)} (Duchi et al. 2011). */
  record AdaGrad(LearningRate learningRate, double epsilon) implements OptimizerSpec {
    public AdaGrad {
      Require.nonNegative("epsilon", epsilon);
    }

    @Override
    public AdaGrad withLearningRate(LearningRate rate) {
      return new AdaGrad(rate, epsilon);
    }

    @Override
    public List<String> slots() {
      return List.of("h");
    }
  }

  /**
   * {@code h = decay·h + (1 − decay)·g²; W −= lr·g / (√h + epsilon)} (Tieleman and Hinton 2012).
   */
  record RmsProp(LearningRate learningRate, double decay, double epsilon) implements OptimizerSpec {
    public RmsProp {
      Require.share("decay", decay);
      Require.nonNegative("epsilon", epsilon);
    }

    @Override
    public RmsProp withLearningRate(LearningRate rate) {
      return new RmsProp(rate, decay, epsilon);
    }

    @Override
    public List<String> slots() {
      return List.of("h");
    }
  }

  /**
   * {@code m += (1 − beta1)(g − m); v += (1 − beta2)(g² − v); W −= lr·√(1 − beta2^t)/(1 − beta1^t)
   * · m / (√v + epsilon)} with {@code t} counting from 1 (Kingma and Ba 2014).
   */
  record Adam(LearningRate learningRate, double beta1, double beta2, double epsilon)
      implements OptimizerSpec {
    public Adam {
      Require.share("beta1", beta1);
      Require.share("beta2", beta2);
      Require.nonNegative("epsilon", epsilon);
    }

    @Override
    public Adam withLearningRate(LearningRate rate) {
      return new Adam(rate, beta1, beta2, epsilon);
    }

    @Override
    public List<String> slots() {
      return List.of("m", "v");
    }
  }
}
