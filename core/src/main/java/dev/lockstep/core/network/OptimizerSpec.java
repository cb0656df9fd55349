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

    R amsGrad(AmsGrad optimizer);

    R nadam(Nadam optimizer);

    R adaMax(AdaMax optimizer);

    R adaDelta(AdaDelta optimizer);
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

  /**
   * Adam with the largest v so far: {@code vHat = max(vHat, v); W −= lr·√(1 − beta2^t)/(1 −
   * beta1^t) · m / (√vHat + epsilon)} (Reddi et al. 2018).
   */
  record AmsGrad(LearningRate learningRate, double beta1, double beta2, double epsilon)
      implements OptimizerSpec {
    public AmsGrad {
      Require.share("beta1", beta1);
      Require.share("beta2", beta2);
      Require.nonNegative("epsilon", epsilon);
    }

    @Override
    public AmsGrad withLearningRate(LearningRate rate) {
      return new AmsGrad(rate, beta1, beta2, epsilon);
    }

    @Override
    public List<Slot> slots() {
      return List.of(
          new Slot("m", beta1, false), new Slot("v", beta2, true), new Slot("vHat", beta2, true));
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.amsGrad(this);
    }
  }

  /**
   * Adam that looks ahead: m and v as Adam's, {@code W −= lr / (1 − beta1^t) · (beta1·m + (1 −
   * beta1)·g) / (√v + epsilon)} with {@code t} counting from 1. Dozat (2016) also corrects v by
   * {@code 1 − beta2^t}; DL4J, whose Nadam this is, does not.
   */
  record Nadam(LearningRate learningRate, double beta1, double beta2, double epsilon)
      implements OptimizerSpec {
    public Nadam {
      Require.share("beta1", beta1);
      Require.share("beta2", beta2);
      Require.nonNegative("epsilon", epsilon);
    }

    @Override
    public Nadam withLearningRate(LearningRate rate) {
      return new Nadam(rate, beta1, beta2, epsilon);
    }

    @Override
    public List<Slot> slots() {
      return List.of(new Slot("m", beta1, false), new Slot("v", beta2, true));
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.nadam(this);
    }
  }

  /**
   * {@code m += (1 − beta1)(g − m); u = max(beta2·u, |g|) + 1e-32; W −= lr / (1 − beta1^t) · m / u}
   * with {@code t} counting from 1 (Kingma and Ba 2014, section 7.1).
   */
  record AdaMax(LearningRate learningRate, double beta1, double beta2) implements OptimizerSpec {
    public AdaMax {
      Require.share("beta1", beta1);
      Require.share("beta2", beta2);
    }

    @Override
    public AdaMax withLearningRate(LearningRate rate) {
      return new AdaMax(rate, beta1, beta2);
    }

    @Override
    public List<Slot> slots() {
      return List.of(new Slot("m", beta1, false), new Slot("u", 0, false));
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.adaMax(this);
    }
  }

  /**
   * {@code msg = rho·msg + (1 − rho)·g²; d = g·√(msdx + epsilon) / √(msg + epsilon); msdx =
   * rho·msdx + (1 − rho)·d²; W −= lr·d} (Zeiler 2012, whose lr is 1).
   */
  record AdaDelta(LearningRate learningRate, double rho, double epsilon) implements OptimizerSpec {
    public AdaDelta {
      Require.share("rho", rho);
      Require.positive("epsilon", epsilon);
    }

    @Override
    public AdaDelta withLearningRate(LearningRate rate) {
      return new AdaDelta(rate, rho, epsilon);
    }

    @Override
    public List<Slot> slots() {
      return List.of(new Slot("msg", rho, true), new Slot("msdx", rho, false));
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.adaDelta(this);
    }
  }
}
