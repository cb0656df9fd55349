package dev.lockstep.core.diagnosis;

import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelState;

/** A step that the candidate took: what it was given, what it showed. */
public record Witnessed(
    long step, ModelState before, Batch batch, Masks masks, Recording candidate, ModelState after) {}
