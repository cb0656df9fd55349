package dev.lockstep.core.compare;

import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.result.Worst;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What two trainings in lockstep came to.
 *
 * @param undecided why the run can come to no agreement though nothing differs; empty otherwise
 * @param stepsTaken less than planned if the run diverged, failed fast or was stopped
 * @param elements of every tensor in the step of the first difference, or else in the last observed
 *     one; empty if none was looked at
 * @param referenceState after the last step
 * @param candidateState after the last step
 * @param samplesPerSecond by implementation, training steps alone
 */
public record Outcome(
    Verdict verdict,
    String undecided,
    @Nullable Failure failure,
    @Nullable FirstDivergence firstDivergence,
    long stepsTaken,
    List<Implementation> implementations,
    Coverage coverage,
    @Nullable Long horizon,
    Map<Phase, Worst> worst,
    Curves curves,
    List<TensorReading> readings,
    List<Figure.Elements> elements,
    ModelState referenceState,
    ModelState candidateState,
    Map<String, Double> samplesPerSecond) {}
