package dev.lockstep.core.model;

import java.util.Objects;

/**
 * A model cannot answer: its program ended, hung, answered nonsense, or reported a failure of its
 * own. The message is a whole sentence for a person that names the program, what it was asked, and
 * what came back; it needs no class name or stack trace of this process beside it.
 */
public final class ModelFailedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ModelFailedException(String message) {
    super(message);
  }

  /** Returns the message, which there always is. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
