package dev.lockstep.core.result;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;

/**
 * One tensor of one observed step as it was compared.
 *
 * @param maxAbs the largest absolute difference, NaN if an element is not finite
 * @param floor how far two correct computations of this tensor lie apart, measured
 * @param magnitude the tensor's largest finite absolute value on the reference's side
 */
public record TensorReading(
    long step,
    Phase phase,
    String layer,
    String tensor,
    Reading reading,
    double maxAbs,
    double maxRel,
    double floor,
    double magnitude) {

  /** Returns error ÷ floor, the number on which the verdict rests. */
  public double errorOverFloor() {
    return maxAbs == 0 ? 0 : maxAbs / floor;
  }
}
