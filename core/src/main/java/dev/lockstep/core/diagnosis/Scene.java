package dev.lockstep.core.diagnosis;

import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingPlan;

/**
 * The step in which two sides part.
 *
 * @param reference builds models of the side that is taken for right
 * @param before the state from which both took the step
 */
public record Scene(
    NetworkSpec network,
    TrainingPlan plan,
    ModelProvider reference,
    long step,
    ModelState before) {}
