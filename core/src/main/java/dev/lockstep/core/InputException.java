package dev.lockstep.core;

/** An input is missing, unreadable or corrupt, or an output cannot be written. */
public final class InputException extends LockstepException {

  private static final long serialVersionUID = 1L;

  public InputException(String message) {
    super(message);
  }

  public InputException(String message, Throwable cause) {
    super(message, cause);
  }
}
