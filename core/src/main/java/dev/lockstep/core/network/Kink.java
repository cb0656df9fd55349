package dev.lockstep.core.network;

import java.util.List;

/**
 * Where the derivative of a layer jumps. An input that rounding carries to the other side of a kink
 * sends its whole gradient elsewhere, however correct both computations are.
 */
public sealed interface Kink {

  Kink NONE = new At(List.of());

  /**
   * Of an elementwise function.
   *
   * @param points the inputs at which it jumps; none for a smooth function
   */
  record At(List<Double> points) implements Kink {
    public At {
      points = List.copyOf(points);
    }
  }

  /** Where another element of a window becomes the largest. */
  record Maximum(Window window) implements Kink {}
}
