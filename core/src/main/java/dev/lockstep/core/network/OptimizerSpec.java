package dev.lockstep.core.network;

import java.util.List;

/**
 * How gradients become updates (chapter 6). {@code g} is the gradient, weight decay included, and
 * {@code lr} the learning rate of the step. State starts at 0.
 */
public sealed interface OptimizerSpec {

  /** The constant that keeps AdaGrad, RMSprop and Adam from dividing by 0, as the book has it. */
  double BOOK_EPSILON = 1e-7;

  /**
   * A tensor kept per parameter, of the parameter's shape.
   *
   * @param decay the share of itself that a moving average keeps in a step, {@code decay·slot + (1
   *     − decay)·x}; 0 if the slot is none
   * @param squares whether it adds up squares of gradients
   */
  record Slot(String name, double decay, boolean squares) {}

  LearningRate learningRate();

  /** Returns the same optimizer with another learning rate. */
  OptimizerSpec withLearningRate(LearningRate rate);

  /** Returns what it keeps from step to step. */
  List<Slot> slots();

  /** Returns the names of what it keeps from step to step. */
  default List<String> slotNames() {
    return slots().stream().map(Slot::name).toList();
  }

  <R> R accept(Visitor<R> visitor);

  /** One case for each optimizer: whoever adds one is led to every place that needs it. */
  interface Visitor<R> {
    R sgd(Sgd optimizer);

    R momentum(Momentum optimizer);

    R nesterov(Nesterov optimizer);

    R adaGrad(AdaGrad optimizer);

    R rmsProp(RmsProp optimizer);

    R adam(Adam optimizer);
  }

  /** {@code W −= lr·g}. */
  record Sgd(LearningRate learningRate) implements OptimizerSpec {
    @Override
    public Sgd withLearningRate(LearningRate rate) {
      return new Sgd(rate);
    }

    @Override
    public List<Slot> slots() {
      return List.of();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.sgd(this);
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
    public List<Slot> slots() {
      return List.of(new Slot("velocity", 0, false));
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.momentum(this);
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
    public List<Slot> slots() {
      return List.of(new Slot("velocity", 0, false));
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.nesterov(this);
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
    public List<Slot> slots() {
      return List.of(new Slot("h", 0, true));
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.adaGrad(this);
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
    public List<Slot> slots() {
      return List.of(new Slot("h", decay, true));
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.rmsProp(this);
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
    public List<Slot> slots() {
      return List.of(new Slot("m", beta1, false), new Slot("v", beta2, true));
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.adam(this);
    }
  }
}
