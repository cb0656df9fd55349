package dev.lockstep.core.compare;

import dev.lockstep.core.tensor.Tensor;

/**
 * How far two tensors of one shape lie apart. Elements that are not finite take no part in the
 * differences; they are counted.
 *
 * @param maxAbs the largest |reference − candidate|, 0 if no element is finite on both sides
 * @param maxAbsAt its row-major position, -1 if there is none
 * @param maxRel the largest |reference − candidate| ÷ max(|reference|, |candidate|)
 * @param maxRelAt its row-major position, -1 if there is none
 * @param size the number of elements
 * @param nonFiniteAlike elements that are the same non-finite value on both sides
 * @param nonFiniteOneSide elements that are non-finite on one side only, or in different ways
 * @param nonFiniteAt the first element that is not finite on one side at least, -1 if there is none
 */
public record Difference(
    double maxAbs,
    int maxAbsAt,
    double maxRel,
    int maxRelAt,
    int size,
    int nonFiniteAlike,
    int nonFiniteOneSide,
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
    int alike = 0;
    int oneSide = 0;
    int nonFiniteAt = -1;
    for (int i = 0; i < a.length; i++) {
      double difference = Math.abs(a[i] - b[i]);
      if (difference <= Double.MAX_VALUE) {
        if (difference > maxAbs || maxAbsAt < 0) {
          maxAbs = difference;
          maxAbsAt = i;
        }
        double relative = relative(difference, a[i], b[i]);
        if (relative > maxRel || maxRelAt < 0) {
          maxRel = relative;
          maxRelAt = i;
        }
      } else {
        if (nonFiniteAt < 0) {
          nonFiniteAt = i;
        }
        if (Double.compare(a[i], b[i]) == 0) {
          alike++;
        } else {
          oneSide++;
        }
      }
    }
    return new Difference(
        maxAbs, maxAbsAt, maxRel, maxRelAt, a.length, alike, oneSide, nonFiniteAt);
  }

  private static double relative(double difference, double a, double b) {
    return difference == 0 ? 0 : difference / Math.max(Math.abs(a), Math.abs(b));
  }

  private static void requireSameShape(Tensor reference, Tensor candidate) {
    if (!reference.shape().equals(candidate.shape())) {
      throw new IllegalArgumentException(
          "expected two tensors of one shape, found %s and %s"
              .formatted(reference.shape(), candidate.shape()));
    }
  }

  /** Returns how many elements lie further apart than allowed, non-finite ones on one side too. */
  public static int mismatched(Tensor reference, Tensor candidate, double allowed) {
    requireSameShape(reference, candidate);
    int mismatched = 0;
    for (int i = 0; i < reference.size(); i++) {
      double a = reference.data()[i];
      double b = candidate.data()[i];
      if (Double.compare(a, b) != 0 && !(Math.abs(a - b) <= allowed)) {
        mismatched++;
      }
    }
    return mismatched;
  }

  /** Returns whether every element is finite on both sides. */
  public boolean finite() {
    return nonFiniteAlike == 0 && nonFiniteOneSide == 0;
  }
}
