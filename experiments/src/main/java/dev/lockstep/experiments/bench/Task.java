package dev.lockstep.experiments.bench;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What is done with a batch. */
public enum Task {
  /** A step: forward, backward, update. */
  TRAINING,
  /** The forward pass alone. */
  INFERENCE;

  /** Returns the name that tables and JSON have. */
  @JsonValue
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
