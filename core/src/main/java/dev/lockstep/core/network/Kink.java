package dev.lockstep.core.network;

import dev.lockstep.core.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

  /**
   * Where another element of a window becomes the largest.
   *
   * @param window null if it is the whole channel
   */
  record Maximum(@Nullable Window window) implements Kink {

    static final Maximum OF_CHANNEL = new Maximum(null);

    /** Returns the window on images of channels × height × width. */
    public Window on(Shape image) {
      return window == null ? new Window(image.length(1), image.length(2), 1, 0) : window;
    }
  }
}
