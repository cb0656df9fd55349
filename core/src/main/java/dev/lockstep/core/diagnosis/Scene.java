package dev.lockstep.core.diagnosis;

import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.plan.TrainingPlan;
import org.jspecify.annotations.Nullable;

/**
 * The step in which two sides part, as both saw it from the same state.
 *
 * @param reference builds models of the side that is taken for right
 * @param before the state from which both took the step
 * @param referenceSeen what the reference showed
 * @param previousSeen what the reference showed one step earlier, null if nobody looked
 */
public record Scene(
    NetworkSpec network,
    TrainingPlan plan,
    ModelProvider reference,
    long step,
    ModelState before,
    Recording referenceSeen,
    @Nullable Recording previousSeen) {}
