package dev.lockstep.core.data.mnist;

/** A mirror does not give the file: the next one may. */
final class MirrorException extends Exception {

  private static final long serialVersionUID = 1L;

  MirrorException(String message) {
    super(message);
  }

  MirrorException(String message, Throwable cause) {
    super(message, cause);
  }
}
