package dev.lockstep.core.diagnosis;

import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.Witnessed;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.rounding.KnownRounding;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The step in which two sides part, as both saw it from the same state.
 *
 * @param reference builds models of the side that is taken for right
 * @param before the state from which both took the step
 * @param referenceSeen what the reference showed
 * @param previousSeen what the reference showed one step earlier, null if it was not observed
 * @param perturbed builds models of the perturbed reference
 * @param rounding that the perturbed reference does not show
 * @param witnessed the step of the divergence and some after it, as the candidate took them
 */
public record Scene(
    NetworkSpec network,
    TrainingPlan plan,
    ModelProvider reference,
    long step,
    ModelState before,
    Recording referenceSeen,
    @Nullable Recording previousSeen,
    ModelProvider perturbed,
    KnownRounding rounding,
    List<Witnessed> witnessed) {}
