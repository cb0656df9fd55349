package dev.lockstep.core.rounding;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.function.DoubleUnaryOperator;

/**
 * How far two orders of summing lie apart in the gradients of parameters, which are sums over
 * samples and pixels. A step shows them behind the gradient of their layer's output.
 */
final class GradientSums {

  private static final String OUT = "/out";

  private final DoubleUnaryOperator unit;

  /** The gradient of the output of the layer whose gradients are shown now. */
  private Tensor behind = Tensor.zeros(Shape.of(1, 1));

  /**
   * @param unit in the last place of a magnitude
   */
  GradientSums(DoubleUnaryOperator unit) {
    this.unit = unit;
  }

  /** Returns by how much a gradient that is shown may err; 0 for that of an output. */
  double error(String path, Tensor gradient) {
    if (path.endsWith(OUT)) {
      behind = gradient;
      return 0;
    }
    double typical = LayerSums.typicalGradient(path, gradient, behind);
    return LayerSums.unitsOfGradient(behind) * unit.applyAsDouble(typical);
  }
}
