package dev.lockstep.core.network;

/**
 * How the weights of a layer are distributed before the first step (chapter 6). Biases start at 0.
 *
 * <p>{@code fanIn} is the number of inputs of one unit: the width of the previous layer, or
 * channels × kernel height × kernel width. {@code fanOut} likewise counts the units that one input
 * feeds.
 */
public sealed interface InitialValues {

  /** A normal distribution around 0 with a fixed standard deviation. */
  record Normal(double standardDeviation) implements InitialValues {
    public Normal {
      Require.nonNegative("standardDeviation", standardDeviation);
    }
  }

  /** A normal distribution with standard deviation √(1/fanIn), as the book prints it. */
  record Xavier() implements InitialValues {}

  /** A normal distribution with standard deviation √(2/fanIn) (He et al. 2015). */
  record He() implements InitialValues {}

  /** A uniform distribution on ±√(6/(fanIn+fanOut)) (Glorot and Bengio 2010), as Keras draws it. */
  record GlorotUniform() implements InitialValues {}
}
