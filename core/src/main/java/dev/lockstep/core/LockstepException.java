package dev.lockstep.core;

import java.util.Objects;

/**
 * A failure that the user can mend: its message says what was expected, what was found and what to
 * do, and it ends the command line without a stack trace.
 */
public abstract sealed class LockstepException extends RuntimeException
    permits UsageException, InputException {

  private static final long serialVersionUID = 1L;

  LockstepException(String message) {
    super(message);
  }

  LockstepException(String message, Throwable cause) {
    super(message, cause);
  }

  /** Returns the message, which there always is. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }
}
