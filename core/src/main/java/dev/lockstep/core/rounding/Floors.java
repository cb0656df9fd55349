package dev.lockstep.core.rounding;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

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
  static Floors measuredBy(Recording reference, Spreads spreads, KnownRounding rounding) {
    Map<TensorKey, Double> sums = new HashMap<>();
    // how far two orders of summing lie apart in the gradient of a parameter, looked at once
    ToDoubleFunction<ExpectedTensor> ofSum =
        gradient ->
            sums.computeIfAbsent(gradient.key(), key -> sumError(reference, gradient, rounding));
    return (tensor, magnitude) -> {
      TensorKey key = tensor.key();
      double floor =
          Math.max(
              Math.max(rounding.unit(magnitude), rounding.of(key) * magnitude), spreads.of(key));
      if (key.phase() == Phase.LOSS || key.equals(ExpectedTensor.PREDICTION)) {
        return Math.max(floor, spreads.of(ExpectedTensor.OUTPUT.key()));
      }
      if (key.phase() == Phase.BACKWARD && !tensor.perSample()) {
        return Math.max(floor, ofSum.applyAsDouble(tensor));
      }
      KnownRounding.Square square = rounding.square(key);
      if (square == null) {
        return floor;
      }
      ExpectedTensor gradient = square.gradient();
      double error = Math.max(spreads.of(gradient.key()), ofSum.applyAsDouble(gradient));
      double squared = Tolerance.MAX_ERROR_OVER_FLOOR * square.share() * error * error;
      return Double.isFinite(squared) ? Math.max(floor, squared) : floor;
    };
  }

  private static double sumError(
      Recording reference, ExpectedTensor gradient, KnownRounding rounding) {
    Tensor outputGradient =
        reference.tensor(new TensorKey(Phase.BACKWARD, gradient.layer() + "/out"));
    Tensor sum = reference.tensor(gradient.key());
    return outputGradient == null || sum == null
        ? 0
        : GradientSums.error(gradient.key().path(), sum, outputGradient, rounding::unit);
  }

  /** Declared: a share of max(1, largest magnitude), where nothing was measured. */
  static Floors declared(double tolerance) {
    return (tensor, magnitude) ->
        tolerance * Math.max(1, magnitude) / Tolerance.MAX_ERROR_OVER_FLOOR;
  }
}
