package dev.lockstep.core.rounding;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;

/**
 * How far two orders of summing lie apart in the gradients of parameters, which are sums over
 * samples and pixels. A step shows them after the gradient of their layer's output.
 */
final class GradientSums {

  private static final String OUT = "/out";

  private final DoubleUnaryOperator unit;

  /** The gradient of the output of the layer whose gradients are shown now. */
  private Tensor outputGradient = Tensor.zeros(Shape.of(1, 1));

  /**
   * @param unit in the last place of a magnitude
   */
  GradientSums(DoubleUnaryOperator unit) {
    this.unit = unit;
  }

  /** Returns by how much a gradient that is shown may err; 0 for that of an output. */
  double error(String path, Tensor gradient) {
    if (path.endsWith(OUT)) {
      outputGradient = gradient;
      return 0;
    }
    return error(path, gradient, outputGradient, unit);
  }

  /**
   * Returns by how much the gradient of a parameter may err; 0 if that is no number.
   *
   * @param path of the parameter
   * @param outputGradient the gradient of the layer's output, N×C×H×W or N×C: a sum for each C
   * @param unit in the last place of a magnitude
   */
  static double error(
      String path, Tensor gradient, Tensor outputGradient, DoubleUnaryOperator unit) {
    double typical = LayerSums.typical(gradient.data());
    if (!path.endsWith("/W")) { // whose terms are products with an input, unknown here
      typical = Math.max(typical, typicalSum(outputGradient));
    }
    double terms = (double) outputGradient.size() / outputGradient.shape().length(1);
    return Double.isFinite(typical)
        ? Math.max(1, LayerSums.units(terms)) * unit.applyAsDouble(typical)
        : 0;
  }

  /**
   * Returns what a sum comes to on its way: the gradient of a bias before batch normalization is 0
   * in the end, and was not before. The terms of one sample point in one direction, as its loss
   * pulls them, those of different samples in all.
   */
  private static double typicalSum(Tensor outputGradient) {
    double[] values = outputGradient.data();
    int samples = outputGradient.shape().length(0);
    int length = values.length / samples;
    double squares = 0;
    for (int sample = 0; sample < samples; sample++) {
      double sum = 0;
      for (int i = sample * length; i < (sample + 1) * length; i++) {
        sum += Math.abs(values[i]);
      }
      squares += sum * sum;
    }
    return Math.sqrt(squares) / outputGradient.shape().length(1);
  }
}
