package dev.lockstep.core.model;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;

/** Where the dropout masks of one step come from: an implementation never draws them itself. */
@FunctionalInterface
public interface Masks {

  /**
   * @param layer the name of the dropout layer
   * @param ratio the share to drop
   * @param shape of the layer's output, the batch first
   * @return 1 where an element is kept, 0 where it is dropped; the same at every call
   */
  Tensor mask(String layer, double ratio, Shape shape);
}
