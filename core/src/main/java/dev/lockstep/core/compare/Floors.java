package dev.lockstep.core.compare;

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
   */
  static Floors measuredBy(Recording twin) {
    return (tensor, reference, magnitude) -> {
      double ulp = Math.ulp(magnitude);
      Tensor other = twin.tensor(tensor.key());
      return other == null || !other.shape().equals(reference.shape())
          ? ulp
          : Math.max(ulp, Twin.spread(reference, other, tensor.perSample()));
    };
  }

  /** Declared: a share of max(1, largest magnitude), where no twin ran. */
  static Floors declared(double tolerance) {
    return (tensor, reference, magnitude) ->
        tolerance * Math.max(1, magnitude) / Tolerance.MAX_ERROR_OVER_FLOOR;
  }
}
