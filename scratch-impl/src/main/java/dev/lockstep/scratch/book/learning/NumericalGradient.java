package dev.lockstep.scratch.book.learning;

import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/**
 * Central differences, {@code (f(x + h) − f(x − h)) / 2h} (sections 4.3 and 4.4): the definition of
 * a derivative with a small h, right for any function and slow for all of them.
 */
public final class NumericalGradient {

  /** The book's h: smaller loses digits to rounding, larger to the curvature of f. */
  public static final double H = 1e-4;

  private NumericalGradient() {}

  /** Returns the derivative of a function of one number. */
  public static double derivative(DoubleUnaryOperator f, double x) {
    return (f.applyAsDouble(x + H) - f.applyAsDouble(x - H)) / (2 * H);
  }

  /**
   * Returns the derivative with respect to one element of a tensor.
   *
   * @param x moved while {@code f} is evaluated and put back
   * @param position of the element, row-major
   */
  public static double partialDerivative(ToDoubleFunction<Tensor> f, Tensor x, int position) {
    return partialDerivative(f, x, position, H);
  }

  /** Does the same with another h. */
  public static double partialDerivative(
      ToDoubleFunction<Tensor> f, Tensor x, int position, double h) {
    double[] values = x.data();
    double value = values[position];
    try {
      values[position] = value + h;
      double above = f.applyAsDouble(x);
      values[position] = value - h;
      double below = f.applyAsDouble(x);
      return (above - below) / (2 * h);
    } finally {
      values[position] = value;
    }
  }

  /**
   * Returns the derivatives with respect to every element of a tensor of any shape.
   *
   * @param x moved while {@code f} is evaluated and put back
   * @return of the shape of {@code x}
   */
  public static Tensor gradient(ToDoubleFunction<Tensor> f, Tensor x) {
    Tensor gradient = Tensor.zeros(x.shape());
    for (int i = 0; i < x.size(); i++) {
      gradient.data()[i] = partialDerivative(f, x, i);
    }
    return gradient;
  }

  /**
   * Returns the gradients of a whole network.
   *
   * @param loss reads the parameters
   * @param parameters by path; moved while the loss is evaluated and put back
   * @return gradients by path
   */
  public static Map<String, Tensor> gradients(DoubleSupplier loss, Map<String, Tensor> parameters) {
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    parameters.forEach(
        (path, parameter) -> gradients.put(path, gradient(moved -> loss.getAsDouble(), parameter)));
    return gradients;
  }
}
