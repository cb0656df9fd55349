package dev.lockstep.experiments.bench;

import java.util.Locale;

/** What is done with a batch. */
public enum Task {
  /** A step: forward, backward, update. */
  TRAINING,
  /** The forward pass alone. */
  INFERENCE;

  /** Returns the name that tables and JSON have. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
