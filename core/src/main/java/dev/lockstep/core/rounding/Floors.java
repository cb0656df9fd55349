package dev.lockstep.core.rounding;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;

/** How far two correct computations of a tensor lie apart. */
@FunctionalInterface
public interface Floors {

  /**
   * @param magnitude the largest finite element of the reference's
   * @return always finite
   */
  double of(ExpectedTensor tensor, double magnitude);

  /**
   * Measured: the spread of the perturbed reference, but at least one unit in the last place of the
   * largest element. The loss is one number, in which the errors of a whole batch may cancel by
   * luck in the one perturbation there is: its floor is at least that of the output it is computed
   * from. So is that of the prediction, whose layers are not observed and not perturbed. The
   * gradient of a parameter is a sum over samples and pixels, which can be taken in any order. The
   * square of a gradient that is rounding alone errs by the square of all that the gradient may err
   * by.
   *
   * @param rounding that the perturbed reference does not show
   */
  static Floors measuredBy(Recording reference, Recording perturbed, KnownRounding rounding) {
    Spreads spreads = new Spreads(reference, perturbed, rounding);
    return (tensor, magnitude) -> {
      TensorKey key = tensor.key();
      double floor =
          Math.max(
              Math.max(rounding.unit(magnitude), rounding.of(key) * magnitude), spreads.of(tensor));
      if (key.phase() == Phase.LOSS || key.equals(ExpectedTensor.PREDICTION)) {
        return Math.max(floor, spreads.of(ExpectedTensor.OUTPUT));
      }
      if (key.phase() == Phase.BACKWARD && !tensor.perSample()) {
        return Math.max(floor, spreads.ofSum(tensor));
      }
      KnownRounding.Square square = rounding.square(key);
      if (square == null) {
        return floor;
      }
      ExpectedTensor gradient = square.gradient();
      double error = Math.max(spreads.of(gradient), spreads.ofSum(gradient));
      double squared = Tolerance.MAX_ERROR_OVER_FLOOR * square.share() * error * error;
      return Double.isFinite(squared) ? Math.max(floor, squared) : floor;
    };
  }

  /** How far the perturbed reference lies from the reference, each tensor looked at once. */
  final class Spreads {

    private final Recording reference;
    private final Recording perturbed;
    private final KnownRounding rounding;
    private final Map<TensorKey, Double> found = new HashMap<>();
    private final Map<TensorKey, Double> sums = new HashMap<>();

    Spreads(Recording reference, Recording perturbed, KnownRounding rounding) {
      this.reference = reference;
      this.perturbed = perturbed;
      this.rounding = rounding;
    }

    double of(ExpectedTensor tensor) {
      return found.computeIfAbsent(tensor.key(), key -> measure(tensor));
    }

    /** Returns how far two orders of summing lie apart in the gradient of a parameter. */
    double ofSum(ExpectedTensor gradient) {
      return sums.computeIfAbsent(gradient.key(), key -> sum(gradient));
    }

    private double sum(ExpectedTensor gradient) {
      Tensor outputGradient =
          reference.tensor(new TensorKey(Phase.BACKWARD, gradient.layer() + "/out"));
      Tensor sum = reference.tensor(gradient.key());
      return outputGradient == null || sum == null
          ? 0
          : GradientSums.error(gradient.key().path(), sum, outputGradient, rounding::unit);
    }

    private double measure(ExpectedTensor tensor) {
      Tensor original = reference.tensor(tensor.key());
      Tensor other = perturbed.tensor(tensor.key());
      return original == null || other == null || !other.shape().equals(original.shape())
          ? 0
          : PerturbedStep.spread(original, other, tensor.perSample());
    }
  }

  /** Declared: a share of max(1, largest magnitude), where nothing was measured. */
  static Floors declared(double tolerance) {
    return (tensor, magnitude) ->
        tolerance * Math.max(1, magnitude) / Tolerance.MAX_ERROR_OVER_FLOOR;
  }
}
