package dev.lockstep.core.diagnosis;

import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.CandidateStep;
import dev.lockstep.core.observation.TensorKey;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The steps from which a cause is to be told.
 *
 * @param start what the first step of the run was given
 * @param reference builds models of the side that is taken for right, which show their own buffers
 * @param candidate builds models of the other side, to take steps that tell namesakes apart; null
 *     if it can take none
 * @param previous the step before the first that differs, null if nobody looked
 * @param steps the first that differs and those after it
 * @param further takes one more step after those at each call, and returns null after the last
 * @param judge holds a step against the reference
 */
public record Case(
    NetworkSpec network,
    Start start,
    ModelProvider reference,
    @Nullable ModelProvider candidate,
    @Nullable CandidateStep previous,
    List<CandidateStep> steps,
    Supplier<@Nullable CandidateStep> further,
    Judge judge) {

  /**
   * What the first step was given.
   *
   * @param state what it started from, null if nobody knows
   */
  public record Start(Batch batch, Masks masks, @Nullable ModelState state) {}

  /** The single-layer reading of a step. */
  @FunctionalInterface
  public interface Judge {
    /**
     * Returns what both sides showed and how far they may lie apart, in the order of computation.
     */
    Map<TensorKey, Judged> read(CandidateStep step);
  }
}
