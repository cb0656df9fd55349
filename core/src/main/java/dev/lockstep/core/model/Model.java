package dev.lockstep.core.model;

import dev.lockstep.core.tensor.Tensor;

/**
 * One implementation of a network, ready to be trained step by step. Used by one thread at a time,
 * always the same one.
 */
public interface Model extends AutoCloseable {

  /**
   * Takes one training step: forward, loss, backward, update.
   *
   * @param masks of this step's dropout layers
   * @param observer told of every tensor of every phase, in the order in which they come about
   * @return the loss of the batch before the update, in training mode, weight decay included
   */
  double step(Batch batch, Masks masks, Observer observer);

  /**
   * Runs the network in prediction mode; changes nothing.
   *
   * @param inputs samples × input shape
   * @return samples × classes: probabilities, or the last layer's output where the loss has no
   *     softmax
   */
  Tensor predict(Tensor inputs);

  /** Returns a copy of everything that a step may change. */
  ModelState state();

  /**
   * Goes on from a state of the same network, whichever implementation it came from.
   *
   * @throws IllegalArgumentException if a path is missing or a shape differs
   */
  void restore(ModelState state);

  /**
   * Returns whether a step shows its own buffers, each at the moment at which it is computed, and
   * reads on from what an observer has made of them. Only such a model can be asked about one layer
   * by itself; a candidate need not be one.
   */
  default boolean showsItsOwnBuffers() {
    return false;
  }

  /** Frees what the model holds outside the Java heap. */
  @Override
  default void close() {}
}
