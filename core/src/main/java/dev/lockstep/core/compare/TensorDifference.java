package dev.lockstep.core.compare;

/**
 * One tensor of one observed step, compared.
 *
 * @param floor how far two correct computations of this tensor lie apart, measured
 */
public record TensorDifference(
    long step, Reading reading, ExpectedTensor tensor, Difference difference, double floor) {

  /** Returns error ÷ floor, the number on which the verdict rests. */
  public double errorOverFloor() {
    return difference.maxAbs() == 0 ? 0 : difference.maxAbs() / floor;
  }
}
