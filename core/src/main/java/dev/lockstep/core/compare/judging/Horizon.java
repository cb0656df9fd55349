package dev.lockstep.core.compare.judging;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.rounding.Floors;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.tensor.Tensor;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * From where on rounding alone sets the free-running sides apart: past it they are not judged
 * element by element.
 */
final class Horizon {

  private boolean coarse;
  private @Nullable Long first;

  /** All that is known so far. */
  record Memory(boolean coarse, @Nullable Long first) {}

  /**
   * Looks at every layer: an exploding network parts in its hidden layers, while its softmax still
   * says 1 for the same class.
   */
  void find(long step, List<ExpectedTensor> selected, Recording reference, Floors floors) {
    double share =
        Stream.concat(selected.stream(), Stream.of(ExpectedTensor.OUTPUT))
            .filter(tensor -> tensor.key().phase() == Phase.FORWARD)
            .mapToDouble(tensor -> share(tensor, reference, floors))
            .max()
            .orElse(0);
    coarse |= share > Tolerance.COARSE_SHARE;
    if (share > Tolerance.HORIZON_SHARE) {
      isReached(step);
    }
  }

  /** Returns the noise floor as a share of the largest output; 0 where none can be taken. */
  private static double share(ExpectedTensor tensor, Recording reference, Floors floors) {
    Tensor output = reference.tensor(tensor.key());
    double magnitude = output == null ? 0 : output.largestMagnitude();
    return output == null || magnitude == 0 || !Double.isFinite(magnitude)
        ? 0
        : floors.of(tensor, magnitude) / magnitude;
  }

  /** A replay takes earlier steps later: the horizon is the earliest, not the first seen. */
  void isReached(long step) {
    first = first == null ? step : Math.min(first, step);
  }

  /** Returns its step; null if it was not reached. */
  @Nullable Long step() {
    return first;
  }

  /** Returns whether a step lies before it. */
  boolean isAfter(long step) {
    return first == null || step < first;
  }

  /** Returns whether the free-running noise floor is too coarse to find a small fault. */
  boolean isCoarse() {
    return coarse || first != null;
  }

  Memory memory() {
    return new Memory(coarse, first);
  }

  void recall(Memory memory) {
    coarse = memory.coarse();
    first = memory.first();
  }
}
