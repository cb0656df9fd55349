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
   * there is: its floor is at least that of the output it is computed from.
   *
   * @param rounding of the sums whose order the twin keeps
   */
  static Floors measuredBy(Recording reference, Recording twin, SumRounding rounding) {
    return (tensor, original, magnitude) -> {
      double floor =
          Math.max(
              Math.max(Math.ulp(magnitude), rounding.of(tensor.key()) * magnitude),
              spread(tensor, original, twin));
      if (tensor.key().phase() != Phase.LOSS) {
        return floor;
      }
      Tensor output = reference.tensor(ExpectedTensor.OUTPUT.key());
      return Math.max(floor, output == null ? 0 : spread(ExpectedTensor.OUTPUT, output, twin));
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
