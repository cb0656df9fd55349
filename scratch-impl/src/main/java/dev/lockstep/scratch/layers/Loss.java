package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Tensor;

/** The end of a network: what it answers, how wrong that is, and in which direction. */
public interface Loss {

  /**
   * Turns the last layer's output into the answer of the network.
   *
   * @param x samples × classes
   * @return samples × classes, valid until the next call
   */
  Tensor output(Tensor x);

  /**
   * Returns the loss of the last {@link #output}, averaged over the batch.
   *
   * @param t samples × classes
   */
  double value(Tensor t);

  /**
   * Returns the gradient of the last {@link #value} with respect to the last layer's output,
   * samples × classes.
   */
  Tensor backward();
}
