package dev.lockstep.core.compare;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Tensor;

/** How far two correct computations of a tensor lie apart. */
@FunctionalInterface
interface Floors {

  /**
   * @param reference the tensor itself
   * @param magnitude its largest finite element
   * @return always finite
   */
  double of(ExpectedTensor tensor, Tensor reference, double magnitude);

  /**
   * Measured: the spread of a twin, but at least one unit in the last place of the largest element.
   * The loss is one number, in which the errors of a whole batch may cancel by luck in the one twin
   * there is: its floor is at least that of the output it is computed from. So is that of the
   * prediction, whose layers nobody watches, and no twin rounds. The square of a gradient that is
   * rounding alone errs by the square of all that the gradient may err by.
   *
   * @param rounding that the twin does not show
   */
  static Floors measuredBy(Recording reference, Recording twin, KnownRounding rounding) {
    return (tensor, original, magnitude) -> {
      TensorKey key = tensor.key();
      double floor =
          Math.max(
              Math.max(rounding.unit(magnitude), rounding.of(key) * magnitude),
              spread(tensor, original, twin));
      if (key.phase() == Phase.LOSS || key.equals(ExpectedTensor.PREDICTION)) {
        Tensor output = reference.tensor(ExpectedTensor.OUTPUT.key());
        return output == null
            ? floor
            : Math.max(floor, spread(ExpectedTensor.OUTPUT, output, twin));
      }
      KnownRounding.Square square = rounding.square(key);
      Tensor gradient = square == null ? null : reference.tensor(square.gradient().key());
      if (square == null || gradient == null) {
        return floor;
      }
      double error = spread(square.gradient(), gradient, twin);
      double squared = Tolerance.MAX_ERROR_OVER_FLOOR * square.share() * error * error;
      return Double.isFinite(squared) ? Math.max(floor, squared) : floor;
    };
  }

  private static double spread(ExpectedTensor tensor, Tensor original, Recording twin) {
    Tensor other = twin.tensor(tensor.key());
    return other == null || !other.shape().equals(original.shape())
        ? 0
        : Twin.spread(original, other, tensor.perSample());
  }

  /** Declared: a share of max(1, largest magnitude), where no twin ran. */
  static Floors declared(double tolerance) {
    return (tensor, reference, magnitude) ->
        tolerance * Math.max(1, magnitude) / Tolerance.MAX_ERROR_OVER_FLOOR;
  }
}
