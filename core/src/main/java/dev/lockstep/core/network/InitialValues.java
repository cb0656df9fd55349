package dev.lockstep.core.network;

/**
 * What a parameter holds before the first step (chapter 6). Biases start at 0.
 *
 * <p>{@code fanIn} is the number of inputs of one unit: the width of the previous layer, or
 * channels × kernel height × kernel width. {@code fanOut} likewise counts the units that one input
 * feeds.
 */
public sealed interface InitialValues {

  <R> R accept(Visitor<R> visitor);

  /** One case for each: whoever adds one is led to every place that needs it. */
  interface Visitor<R> {
    R constant(Constant initial);

    R normal(Normal initial);

    R xavier(Xavier initial);

    R he(He initial);

    R glorotUniform(GlorotUniform initial);

    R uniform(Uniform initial);

    R truncatedNormal(TruncatedNormal initial);
  }

  /** The same number everywhere. */
  record Constant(double value) implements InitialValues {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.constant(this);
    }
  }

  /** A normal distribution around 0 with a fixed standard deviation. */
  record Normal(double standardDeviation) implements InitialValues {
    public Normal {
      Require.nonNegative("standardDeviation", standardDeviation);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.normal(this);
    }
  }

  /** A normal distribution with standard deviation √(1/fanIn), as the book prints it. */
  record Xavier() implements InitialValues {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.xavier(this);
    }
  }

  /** A normal distribution with standard deviation √(2/fanIn) (He et al. 2015). */
  record He() implements InitialValues {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.he(this);
    }
  }

  /** A uniform distribution on ±√(6/(fanIn+fanOut)) (Glorot and Bengio 2010), as Keras draws it. */
  record GlorotUniform() implements InitialValues {
    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.glorotUniform(this);
    }
  }

  /** A uniform distribution from a number to another. */
  record Uniform(double from, double to) implements InitialValues {
    public Uniform {
      if (!(from <= to) || Double.isInfinite(from) || Double.isInfinite(to)) {
        throw new IllegalArgumentException(
            "uniform: expected a number and one not below it, found " + from + " and " + to);
      }
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.uniform(this);
    }
  }

  /**
   * A normal distribution around 0 of which what lies farther away than two standard deviations is
   * drawn again.
   *
   * @param standardDeviation before that
   */
  record TruncatedNormal(double standardDeviation) implements InitialValues {
    public TruncatedNormal {
      Require.nonNegative("standardDeviation", standardDeviation);
    }

    @Override
    public <R> R accept(Visitor<R> visitor) {
      return visitor.truncatedNormal(this);
    }
  }
}
