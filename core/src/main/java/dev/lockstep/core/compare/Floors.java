package dev.lockstep.core.compare;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
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
   * @param lossRounding the share of the loss that the order of its sum decides, which the twin
   *     keeps: see {@link #lossRounding}
   */
  static Floors measuredBy(Recording reference, Recording twin, double lossRounding) {
    return (tensor, original, magnitude) -> {
      double floor = Math.max(Math.ulp(magnitude), spread(tensor, original, twin));
      if (tensor.key().phase() != Phase.LOSS) {
        return floor;
      }
      Tensor output = reference.tensor(ExpectedTensor.OUTPUT.key());
      return Math.max(
          Math.max(floor, lossRounding * magnitude),
          output == null ? 0 : spread(ExpectedTensor.OUTPUT, output, twin));
    };
  }

  /**
   * Returns the share of the loss by which two orders of summing the squares of the decayed weights
   * lie apart. Each of n additions errs by up to half a unit in the last place of the sum so far,
   * which grows evenly: a random walk whose standard deviation is √(n/3 · 1/12) units.
   *
   * @param inFloat whether one of the two sums is taken in float
   */
  static double lossRounding(NetworkSpec network, boolean inFloat) {
    double additions =
        network.weightDecay() == 0
            ? 0
            : network.parameters().stream()
                .filter(ParameterSpec::decayed)
                .mapToLong(parameter -> parameter.shape().size())
                .sum();
    return Math.sqrt(additions) / 6 * (inFloat ? Math.ulp(1f) : Math.ulp(1.0));
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
