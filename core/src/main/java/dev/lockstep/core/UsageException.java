package dev.lockstep.core;

/** What was asked for cannot be done: an unknown name, a wrong value, a layer that does not fit. */
public final class UsageException extends LockstepException {

  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    super(message);
  }

  public UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
