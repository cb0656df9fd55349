package dev.lockstep.core.compare.judging;

import dev.lockstep.core.observation.Difference;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.FiniteDifferenceCheck;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.FirstDivergence.Element;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.tensor.Tensor;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Something that does not agree.
 *
 * @param divergence null where there are no two tensors to hold against each other
 */
public record Finding(long step, Failure failure, @Nullable FirstDivergence divergence) {

  /** Returns a finding that no two tensors show, told after its step. */
  public static Finding told(long step, Failure.Kind kind, String what) {
    return new Finding(step, new Failure(kind, "step %d: ".formatted(step) + what), null);
  }

  /** Returns this finding with what explains it. */
  public Finding explained(String diagnosis) {
    return divergence == null
        ? this
        : new Finding(step, failure, divergence.withDiagnosis(diagnosis));
  }

  /** Returns this finding with what central differences say of it. */
  public Finding checked(FiniteDifferenceCheck check) {
    return divergence == null ? this : new Finding(step, failure, divergence.with(check));
  }

  /** Returns that one side alone shows a tensor, or none. */
  public static Finding missing(
      long step, ExpectedTensor tensor, boolean atReference, boolean atCandidate) {
    String where =
        atReference && atCandidate
            ? "neither side"
            : atReference ? "the candidate alone" : "the reference alone";
    return Finding.told(
        step,
        Failure.Kind.MISSING_TENSOR,
        "expected %s on both sides, shown by %s".formatted(tensor.key(), where));
  }

  /** Returns that two tensors have different shapes. */
  public static Finding otherShape(long step, ExpectedTensor tensor, Tensor a, Tensor b) {
    return Finding.told(
        step,
        Failure.Kind.DIFFERENCE,
        "%s has shape %s on the reference's side and %s on the candidate's"
            .formatted(tensor.key(), a.shape(), b.shape()));
  }

  /** Returns whether some element is NaN or infinite. */
  public static boolean isNotFinite(Tensor tensor) {
    for (double value : tensor.data()) {
      if (!Double.isFinite(value)) {
        return true;
      }
    }
    return false;
  }

  /** Returns that a side has left the finite numbers. */
  public static Finding notFinite(
      long step,
      Reading reading,
      ExpectedTensor tensor,
      Difference difference,
      Tensor a,
      Tensor b,
      double floor) {
    boolean both = isNotFinite(a) && isNotFinite(b);
    return new Finding(
        step,
        new Failure(
            Failure.Kind.NON_FINITE,
            "step %d: %s is not finite on %s"
                .formatted(
                    step,
                    tensor.key(),
                    both
                        ? "both sides, which the experiment does not foresee; mayDiverge=true says that it does"
                        : isNotFinite(a)
                            ? "the reference's side only"
                            : "the candidate's side only")),
        divergence(step, reading, tensor, difference.nonFiniteAt(), difference, a, b, floor));
  }

  /**
   * Returns that two tensors lie further apart than rounding explains.
   *
   * @param declared whether a tolerance was declared in place of one that is measured
   */
  public static Finding difference(
      boolean declared,
      long step,
      Reading reading,
      ExpectedTensor tensor,
      Difference difference,
      Tensor a,
      Tensor b,
      double floor) {
    FirstDivergence divergence =
        divergence(step, reading, tensor, difference.maxAbsAt(), difference, a, b, floor);
    return new Finding(
        step,
        new Failure(
            Failure.Kind.DIFFERENCE,
            "step %d: %s of %s differs by %.3g, %s"
                .formatted(
                    step,
                    tensor.key(),
                    tensor.layer(),
                    divergence.error(),
                    declared
                        ? "more than the declared %.3g".formatted(divergence.allowed())
                        : "%.3g times what rounding explains"
                            .formatted(divergence.error() / floor))),
        divergence);
  }

  private static FirstDivergence divergence(
      long step,
      Reading reading,
      ExpectedTensor tensor,
      int at,
      Difference difference,
      Tensor a,
      Tensor b,
      double floor) {
    Element worst = element(at, a, b);
    int relativeAt = difference.maxRelAt() < 0 ? at : difference.maxRelAt();
    return new FirstDivergence(
        step,
        tensor.key().phase(),
        tensor.layer(),
        tensor.key().path(),
        worst.index(),
        worst.reference(),
        worst.candidate(),
        Math.abs(worst.reference() - worst.candidate()),
        floor,
        reading,
        Difference.mismatched(a, b, Tolerance.MAX_ERROR_OVER_FLOOR * floor),
        a.size(),
        element(relativeAt, a, b),
        null,
        null);
  }

  private static Element element(int at, Tensor a, Tensor b) {
    return new Element(
        IntStream.of(a.shape().indexOf(at)).boxed().toList(), a.data()[at], b.data()[at]);
  }
}
