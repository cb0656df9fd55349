package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;

/** A tensor that is allocated anew only when the shape changes. */
final class Buffer {

  private Tensor tensor = Tensor.zeros(Shape.of(0));

  /** Returns a tensor of this very shape, holding what was last written to it. */
  Tensor of(Shape shape) {
    if (!tensor.shape().equals(shape)) {
      tensor = Tensor.zeros(shape);
    }
    return tensor;
  }

  /** Returns a tensor of samples × sample; every call on one buffer names the same sample. */
  Tensor of(int samples, Shape sample) {
    if (tensor.shape().length(0) != samples) {
      tensor = Tensor.zeros(sample.batchOf(samples));
    }
    return tensor;
  }
}
