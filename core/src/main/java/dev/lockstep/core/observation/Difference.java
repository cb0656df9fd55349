package dev.lockstep.core.observation;

import dev.lockstep.core.tensor.Tensor;

/**
 * How far two tensors of one shape lie apart. Elements that are not finite on one side at least
 * take no part in the differences and in the magnitude; they are counted.
 *
 * @param maxAbs the largest |reference − candidate|, 0 if no element is finite on both sides
 * @param maxAbsAt its row-major position, -1 if there is none
 * @param maxRel the largest |reference − candidate| ÷ max(|reference|, |candidate|)
 * @param maxRelAt its row-major position, -1 if there is none
 * @param magnitude the largest |reference|
 * @param size the number of elements
 * @param nonFinite the number of elements that are not finite on one side at least
 * @param nonFiniteAt the first of them, -1 if there is none
 */
public record Difference(
    double maxAbs,
    int maxAbsAt,
    double maxRel,
    int maxRelAt,
    double magnitude,
    int size,
    int nonFinite,
    int nonFiniteAt) {

  /**
   * @throws IllegalArgumentException if the shapes differ: nothing is transposed or broadcast
   */
  public static Difference between(Tensor reference, Tensor candidate) {
    requireSameShape(reference, candidate);
    double[] a = reference.data();
    double[] b = candidate.data();
    double maxAbs = 0;
    int maxAbsAt = -1;
    double maxRel = 0;
    int maxRelAt = -1;
    double magnitude = 0;
    int nonFinite = 0;
    int nonFiniteAt = -1;
    for (int i = 0; i < a.length; i++) {
      double x = Math.abs(a[i]);
      double y = Math.abs(b[i]);
      if (!(x <= Double.MAX_VALUE && y <= Double.MAX_VALUE)) {
        nonFinite++;
        nonFiniteAt = nonFiniteAt < 0 ? i : nonFiniteAt;
        continue;
      }
      magnitude = x > magnitude ? x : magnitude;
      double difference = Math.abs(a[i] - b[i]);
      if (difference > maxAbs || maxAbsAt < 0) {
        maxAbs = difference;
        maxAbsAt = i;
      }
      // A division only where it may give a new maximum: it would cost more than all the rest.
      double larger = x > y ? x : y;
      if (difference > maxRel * larger || maxRelAt < 0) {
        maxRel = Math.max(maxRel, difference == 0 ? 0 : difference / larger);
        maxRelAt = i;
      }
    }
    return new Difference(
        maxAbs, maxAbsAt, maxRel, maxRelAt, magnitude, a.length, nonFinite, nonFiniteAt);
  }

  private static void requireSameShape(Tensor reference, Tensor candidate) {
    if (!reference.shape().equals(candidate.shape())) {
      throw new IllegalArgumentException(
          "expected two tensors of one shape, found %s and %s"
              .formatted(reference.shape(), candidate.shape()));
    }
  }

  /** Returns how many elements lie further apart than allowed; a non-finite one always does. */
  public static int mismatched(Tensor reference, Tensor candidate, double allowed) {
    requireSameShape(reference, candidate);
    int mismatched = 0;
    for (int i = 0; i < reference.size(); i++) {
      if (!(Math.abs(reference.data()[i] - candidate.data()[i]) <= allowed)) {
        mismatched++;
      }
    }
    return mismatched;
  }

  /** Returns the largest absolute difference, NaN if an element is not finite. */
  public double error() {
    return finite() ? maxAbs : Double.NaN;
  }

  /** Returns whether every element is finite on both sides. */
  public boolean finite() {
    return nonFinite == 0;
  }
}
