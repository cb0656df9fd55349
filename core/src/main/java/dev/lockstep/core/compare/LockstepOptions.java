package dev.lockstep.core.compare;

import dev.lockstep.core.compare.judging.Comparison;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.rounding.DeclaredTolerance;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How a run is observed and judged.
 *
 * @param mayDiverge true if both sides may leave the finite numbers together
 * @param failFast true if the run ends at the first divergence
 * @param tolerance declared in place of floors to be measured; null: they are measured
 * @param floatCandidate true if the candidate computes in float, which matters where no floor is
 *     measured
 */
public record LockstepOptions(
    Cadence cadence,
    Selection selection,
    boolean mayDiverge,
    boolean failFast,
    @Nullable DeclaredTolerance tolerance,
    boolean floatCandidate) {

  /** Everything is compared at the default cadence. */
  public static final LockstepOptions DEFAULT =
      new LockstepOptions(new Cadence(Cadence.SPARSER), Selection.ALL, false, false, null, false);

  /** Returns a comparison of what these options ask for. */
  Comparison comparison(NetworkSpec network) {
    return comparison(network, this::skips);
  }

  /**
   * @param skips returns why a tensor is not compared, empty if it is
   */
  Comparison comparison(NetworkSpec network, Function<ExpectedTensor, Optional<String>> skips) {
    return new Comparison(network, mayDiverge, tolerance != null, skips);
  }

  /** Returns why a tensor is not compared, empty if it is. */
  Optional<String> skips(ExpectedTensor tensor) {
    return cadence.every() == 0 && tensor.key().phase() != Phase.UPDATE
        ? Optional.of("only the state after the last step is observed")
        : selection.skips(tensor);
  }
}
