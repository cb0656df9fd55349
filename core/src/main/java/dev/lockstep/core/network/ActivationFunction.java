package dev.lockstep.core.network;

import java.util.List;

/** The elementwise functions that a layer may consist of (chapter 3). */
public sealed interface ActivationFunction {

  Relu RELU = new Relu();
  Sigmoid SIGMOID = new Sigmoid();
  Tanh TANH = new Tanh();
  Identity IDENTITY = new Identity();
  Step STEP = new Step();

  /** Returns one of each, with the parameters that experiment files need not write. */
  static List<ActivationFunction> all() {
    return List.of(RELU, SIGMOID, TANH, IDENTITY, STEP);
  }

  /** Returns the name used in experiment files and in layer names. */
  String id();

  /** Returns the inputs at which the derivative jumps, in rising order. */
  List<Double> kinks();

  <R> R accept(Visitor<R> visitor);

  /** One case for each function: whoever adds one is led to every place that needs it. */
  interface Visitor<R> {
    R relu(Relu function);

    R sigmoid(Sigmoid function);

    R tanh(Tanh function);

    R identity(Identity function);

    R step(Step function);
  }

  /** {@code max(0, x)}; its derivative is 0 at x ≤ 0. */
  record Relu() implements ActivationFunction {
    @Override
    public String id() {
      return "relu";
    }

    @Override
    public List<Double> kinks() {
      return List.of(0.0);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.relu(this);
    }
  }

  /** {@code 1 / (1 + exp(-x))}. */
  record Sigmoid() implements ActivationFunction {
    @Override
    public String id() {
      return "sigmoid";
    }

    @Override
    public List<Double> kinks() {
      return List.of();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.sigmoid(this);
    }
  }

  /** The hyperbolic tangent. */
  record Tanh() implements ActivationFunction {
    @Override
    public String id() {
      return "tanh";
    }

    @Override
    public List<Double> kinks() {
      return List.of();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.tanh(this);
    }
  }

  /** {@code x}. */
  record Identity() implements ActivationFunction {
    @Override
    public String id() {
      return "identity";
    }

    @Override
    public List<Double> kinks() {
      return List.of();
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.identity(this);
    }
  }

  /** 1 for x &gt; 0, otherwise 0; its derivative is 0 everywhere. */
  record Step() implements ActivationFunction {
    @Override
    public String id() {
      return "step";
    }

    @Override
    public List<Double> kinks() {
      return List.of(0.0);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.step(this);
    }
  }
}
