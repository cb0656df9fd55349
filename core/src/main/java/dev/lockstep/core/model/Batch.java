package dev.lockstep.core.model;

import dev.lockstep.core.tensor.Tensor;

/**
 * What one step trains on.
 *
 * @param step counted from 1
 * @param inputs samples × input shape
 * @param targets samples × classes, one-hot
 */
public record Batch(long step, Tensor inputs, Tensor targets) {

  /** Returns the number of samples. */
  public int size() {
    return inputs.shape().length(0);
  }
}
