package dev.lockstep.core.compare;

import dev.lockstep.core.tensor.Tensor;

/** How far two correct computations of a tensor lie apart. */
@FunctionalInterface
interface Floors {

  /**
   * @param perSample whether its first axis is the batch
   * @param reference the tensor itself
   */
  double of(TensorKey key, boolean perSample, Tensor reference);

  default double of(ExpectedTensor tensor, Tensor reference) {
    return of(tensor.key(), tensor.perSample(), reference);
  }

  /**
   * Measured: the spread of a twin, but at least one unit in the last place of the largest element.
   */
  static Floors measuredBy(Recording twin) {
    return (key, perSample, reference) -> {
      double ulp = Math.ulp(reference.largestMagnitude());
      Tensor other = twin.tensor(key);
      return other == null || !other.shape().equals(reference.shape())
          ? ulp
          : Math.max(ulp, Twin.spread(reference, other, perSample));
    };
  }

  /** Declared: a share of max(1, largest magnitude), where no twin ran. */
  static Floors declared(double tolerance) {
    return (key, perSample, reference) ->
        tolerance * Math.max(1, reference.largestMagnitude()) / Tolerance.MAX_ERROR_OVER_FLOOR;
  }
}
