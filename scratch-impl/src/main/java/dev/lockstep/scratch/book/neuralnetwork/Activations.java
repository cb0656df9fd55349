package dev.lockstep.scratch.book.neuralnetwork;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.book.Require;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;

/**
 * The activation functions of chapter 3. NaN gives NaN, but for the step function, which gives 0.
 */
public final class Activations {

  private Activations() {}

  /** Returns 1 for {@code x > 0}, otherwise 0: the perceptron's. */
  public static double step(double x) {
    return x > 0 ? 1 : 0;
  }

  /** Returns {@code 1 / (1 + exp(−x))}. DL4J: {@code Activation.SIGMOID}. */
  public static double sigmoid(double x) {
    return 1 / (1 + Math.exp(-x));
  }

  /** Returns {@code max(0, x)}. DL4J: {@code Activation.RELU}. */
  public static double relu(double x) {
    return Math.max(0, x);
  }

  /** Returns the hyperbolic tangent. DL4J: {@code Activation.TANH}. */
  public static double tanh(double x) {
    return Math.tanh(x);
  }

  /** Returns {@code x}: the output layer of a regression. DL4J: {@code Activation.IDENTITY}. */
  public static double identity(double x) {
    return x;
  }

  /** Returns the function of a network's layer. */
  public static DoubleUnaryOperator of(ActivationFunction function) {
    return function.accept(new Functions());
  }

  private static final class Functions implements ActivationFunction.Visitor<DoubleUnaryOperator> {

    @Override
    public DoubleUnaryOperator relu(ActivationFunction.Relu function) {
      return Activations::relu;
    }

    @Override
    public DoubleUnaryOperator sigmoid(ActivationFunction.Sigmoid function) {
      return Activations::sigmoid;
    }

    @Override
    public DoubleUnaryOperator tanh(ActivationFunction.Tanh function) {
      return Activations::tanh;
    }

    @Override
    public DoubleUnaryOperator identity(ActivationFunction.Identity function) {
      return Activations::identity;
    }

    @Override
    public DoubleUnaryOperator step(ActivationFunction.Step function) {
      return Activations::step;
    }
  }

  /** Returns a function's value at every element; of the input's shape. */
  public static Tensor apply(DoubleUnaryOperator function, Tensor x) {
    Tensor y = Tensor.zeros(x.shape());
    for (int i = 0; i < y.size(); i++) {
      y.data()[i] = function.applyAsDouble(x.data()[i]);
    }
    return y;
  }

  /**
   * Returns {@code exp(x) / Σ exp(x)} of each row: probabilities. The row's maximum is subtracted
   * first, which changes nothing but keeps the exponential from overflowing (section 3.5.2). DL4J:
   * {@code Activation.SOFTMAX}.
   *
   * @param x one sample (classes) or a batch (samples × classes)
   * @return of the same shape
   * @throws IllegalArgumentException if there is no row or no class
   */
  public static Tensor softmax(Tensor x) {
    Require.rows("softmax", x);
    int classes = Require.lastLength(x);
    Tensor y = Tensor.zeros(x.shape());
    for (int from = 0; from < x.size(); from += classes) {
      softmax(x.data(), y.data(), from, classes);
    }
    return y;
  }

  private static void softmax(double[] x, double[] y, int from, int classes) {
    double max = Double.NEGATIVE_INFINITY;
    for (int i = from; i < from + classes; i++) {
      max = Math.max(max, x[i]);
    }
    double sum = 0;
    for (int i = from; i < from + classes; i++) {
      y[i] = Math.exp(x[i] - max);
      sum += y[i];
    }
    for (int i = from; i < from + classes; i++) {
      y[i] /= sum;
    }
  }

  /**
   * Returns the curves of step, sigmoid, ReLU and tanh at {@code from, from + step, …} below {@code
   * to}: the positions under {@code x}, the others under the functions' names, one number each.
   */
  public static Map<String, Tensor> curves(double from, double to, double step) {
    int points = (int) Math.ceil((to - from) / step);
    Tensor x = Tensor.zeros(Shape.of(points));
    for (int i = 0; i < points; i++) {
      x.data()[i] = from + i * step;
    }
    Map<String, Tensor> curves = new LinkedHashMap<>();
    curves.put("x", x);
    for (ActivationFunction function :
        List.of(
            ActivationFunction.STEP,
            ActivationFunction.SIGMOID,
            ActivationFunction.RELU,
            ActivationFunction.TANH)) {
      curves.put(function.id(), apply(of(function), x));
    }
    return curves;
  }
}
