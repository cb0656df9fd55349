package dev.lockstep.core.result;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;

/**
 * One tensor of one observed step as it was compared and judged. Nothing that reads it judges
 * again.
 *
 * @param maxAbs the largest absolute difference, NaN if an element is not finite
 * @param floor the noise floor: how far two correct computations of this tensor lie apart
 * @param magnitude the tensor's largest finite absolute value on the reference's side
 * @param passed whether the difference is accepted as rounding
 * @param unjudged why this reading takes no part in the verdict; empty if it does
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
    double magnitude,
    boolean passed,
    String unjudged) {

  /** Returns whether this reading takes part in the verdict. */
  public boolean judged() {
    return unjudged.isEmpty();
  }

  /** Returns whether this reading speaks against the candidate. */
  public boolean failed() {
    return judged() && !passed;
  }

  /** Returns error ÷ noise floor, the number on which the verdict rests. */
  public double errorOverFloor() {
    return maxAbs == 0 ? 0 : maxAbs / floor;
  }
}
