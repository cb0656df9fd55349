package dev.lockstep.scratch.book.learning;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.book.Require;
import java.util.function.ToDoubleFunction;

/** Downhill by small steps against the gradient (section 4.4.1). */
public final class GradientDescent {

  private GradientDescent() {}

  /**
   * Takes {@code x ← x − learningRate · gradient(f, x)} again and again.
   *
   * @param start a vector; not changed
   * @return the path: (steps + 1) × coordinates, from the start to the end
   * @throws IllegalArgumentException if the start is no vector or not finite, or a number is
   *     negative
   */
  public static Tensor path(
      ToDoubleFunction<Tensor> f, Tensor start, double learningRate, int steps) {
    if (start.shape().rank() != 1 || !(learningRate >= 0) || steps < 0) {
      throw new IllegalArgumentException(
          "descent: expected a vector, a learning rate and a number of steps not below 0,"
              + " found shape %s, %s and %d".formatted(start.shape(), learningRate, steps));
    }
    Require.finite("start", start);
    int coordinates = start.size();
    Tensor path = Tensor.zeros(Shape.of(steps + 1, coordinates));
    Tensor x = start.copy();
    System.arraycopy(x.data(), 0, path.data(), 0, coordinates);
    for (int step = 1; step <= steps; step++) {
      Tensor gradient = NumericalGradient.gradient(f, x);
      for (int i = 0; i < coordinates; i++) {
        x.data()[i] -= learningRate * gradient.data()[i];
      }
      System.arraycopy(x.data(), 0, path.data(), step * coordinates, coordinates);
    }
    return path;
  }
}
