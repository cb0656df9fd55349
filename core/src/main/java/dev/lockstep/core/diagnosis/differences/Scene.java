package dev.lockstep.core.diagnosis.differences;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;

/**
 * The step in which two sides part.
 *
 * @param reference builds models of the side that is taken for right
 * @param batch that both trained on
 * @param before the state from which both took the step
 */
public record Scene(
    NetworkSpec network, ModelProvider reference, Batch batch, Masks masks, ModelState before) {}
