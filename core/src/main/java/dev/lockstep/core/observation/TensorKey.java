package dev.lockstep.core.observation;

import dev.lockstep.core.model.Phase;

/** Which tensor of a step: a gradient and the parameter it belongs to share a path. */
public record TensorKey(Phase phase, String path) {

  @Override
  public String toString() {
    return phase.id() + " " + path;
  }
}
