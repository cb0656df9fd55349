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
    return List.of(
        RELU,
        SIGMOID,
        TANH,
        IDENTITY,
        STEP,
        new LeakyRelu(0.01),
        new Elu(1),
        new Selu(),
        new Softplus(),
        new Softsign(),
        new Swish(),
        new Gelu(),
        new HardSigmoid());
  }

  /** Returns the name used in experiment files and in layer names. */
  String id();

  /** Returns the inputs at which the derivative jumps, in rising order. */
  List<Double> kinks();

  /** Returns the same function with other parameters; the same where it has none. */
  ActivationFunction with(Parameters parameters);

  /** Parameters by name. */
  @FunctionalInterface
  interface Parameters {
    /**
     * @param usual where nothing else is said
     */
    double number(String name, double usual);
  }

  <R> R accept(Visitor<R> visitor);

  /** One case for each function: whoever adds one is led to every place that needs it. */
  interface Visitor<R> {
    R relu(Relu function);

    R sigmoid(Sigmoid function);

    R tanh(Tanh function);

    R identity(Identity function);

    R step(Step function);

    R leakyRelu(LeakyRelu function);

    R elu(Elu function);

    R selu(Selu function);

    R softplus(Softplus function);

    R softsign(Softsign function);

    R swish(Swish function);

    R gelu(Gelu function);

    R hardSigmoid(HardSigmoid function);
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
    public Relu with(Parameters parameters) {
      return this;
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
    public Sigmoid with(Parameters parameters) {
      return this;
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
    public Tanh with(Parameters parameters) {
      return this;
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
    public Identity with(Parameters parameters) {
      return this;
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
    public Step with(Parameters parameters) {
      return this;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.step(this);
    }
  }

  /** {@code x} for x ≥ 0, otherwise {@code slope·x} (Maas et al. 2013). */
  record LeakyRelu(double slope) implements ActivationFunction {
    public LeakyRelu {
      Require.nonNegative("slope", slope);
    }

    @Override
    public String id() {
      return "leakyRelu";
    }

    @Override
    public List<Double> kinks() {
      return List.of(0.0);
    }

    @Override
    public LeakyRelu with(Parameters parameters) {
      return new LeakyRelu(parameters.number("slope", slope));
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.leakyRelu(this);
    }
  }

  /** {@code x} for x ≥ 0, otherwise {@code alpha·(exp(x) − 1)} (Clevert et al. 2015). */
  record Elu(double alpha) implements ActivationFunction {
    public Elu {
      Require.nonNegative("alpha", alpha);
    }

    @Override
    public String id() {
      return "elu";
    }

    @Override
    public List<Double> kinks() {
      return alpha == 1 ? List.of() : List.of(0.0);
    }

    @Override
    public Elu with(Parameters parameters) {
      return new Elu(parameters.number("alpha", alpha));
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.elu(this);
    }
  }

  /**
   * {@code scale·x} for x &gt; 0, otherwise {@code scale·alpha·(exp(x) − 1)} with two constants
   * that keep mean 0 and variance 1 (Klambauer et al. 2017).
   */
  record Selu() implements ActivationFunction {
    @Override
    public String id() {
      return "selu";
    }

    @Override
    public List<Double> kinks() {
      return List.of(0.0);
    }

    @Override
    public Selu with(Parameters parameters) {
      return this;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.selu(this);
    }
  }

  /** {@code log(1 + exp(x))} (Dugas et al. 2000). */
  record Softplus() implements ActivationFunction {
    @Override
    public String id() {
      return "softplus";
    }

    @Override
    public List<Double> kinks() {
      return List.of();
    }

    @Override
    public Softplus with(Parameters parameters) {
      return this;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.softplus(this);
    }
  }

  /** {@code x / (1 + |x|)} (Bergstra et al. 2009). */
  record Softsign() implements ActivationFunction {
    @Override
    public String id() {
      return "softsign";
    }

    @Override
    public List<Double> kinks() {
      return List.of();
    }

    @Override
    public Softsign with(Parameters parameters) {
      return this;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.softsign(this);
    }
  }

  /** {@code x·sigmoid(x)} (Ramachandran et al. 2017). */
  record Swish() implements ActivationFunction {
    @Override
    public String id() {
      return "swish";
    }

    @Override
    public List<Double> kinks() {
      return List.of();
    }

    @Override
    public Swish with(Parameters parameters) {
      return this;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.swish(this);
    }
  }

  /**
   * {@code x·sigmoid(1.702·x)}: the sigmoid approximation of {@code x·Φ(x)} (Hendrycks and Gimpel
   * 2016), which DL4J calls GELU.
   */
  record Gelu() implements ActivationFunction {
    @Override
    public String id() {
      return "gelu";
    }

    @Override
    public List<Double> kinks() {
      return List.of();
    }

    @Override
    public Gelu with(Parameters parameters) {
      return this;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.gelu(this);
    }
  }

  /** {@code 0.2·x + 0.5}, cut off below 0 and above 1 (Courbariaux et al. 2015). */
  record HardSigmoid() implements ActivationFunction {
    @Override
    public String id() {
      return "hardSigmoid";
    }

    @Override
    public List<Double> kinks() {
      return List.of(-2.5, 2.5);
    }

    @Override
    public HardSigmoid with(Parameters parameters) {
      return this;
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.hardSigmoid(this);
    }
  }
}
