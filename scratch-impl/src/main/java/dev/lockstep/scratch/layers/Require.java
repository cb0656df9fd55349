package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;

/** Checks on what a layer is given; each message names the layer and the shapes. */
public final class Require {

  private Require() {}

  /** Requires samples × sample. */
  static void samples(String layer, Shape sample, Shape x) {
    if (x.rank() == 0 || x.length(0) == 0 || x.size() != x.length(0) * sample.size()) {
      throw new IllegalArgumentException(
          "%s/in: expected samples×%s with at least one sample, found %s"
              .formatted(layer, sample, x));
    }
  }

  /** Requires an exact shape. */
  public static void shape(String path, Shape expected, Tensor tensor) {
    if (!tensor.shape().equals(expected)) {
      throw new IllegalArgumentException(
          "%s: expected %s, found %s".formatted(path, expected, tensor.shape()));
    }
  }
}
