package dev.lockstep.core.compare;

import dev.lockstep.core.model.ModelFailedException;
import java.util.Arrays;
import java.util.Objects;

/**
 * A candidate threw something, or answered what is no answer: it is a user's own, and its mistakes
 * are what a run is to find.
 */
final class CandidateException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param doing what it was asked for, such as {@code step}
   */
  CandidateException(String doing, Throwable thrown) {
    super("the candidate's %s threw %s%s".formatted(doing, thrown, place(thrown)), thrown);
  }

  /** Repeats what a program in another process is told to have done. */
  CandidateException(ModelFailedException failed) {
    super(failed.getMessage(), failed);
  }

  CandidateException(String doing, String expected, Object found) {
    super("the candidate's %s returned %s, expected %s".formatted(doing, found, expected));
  }

  /** Returns the message, which there always is. */
  @Override
  public String getMessage() {
    return Objects.requireNonNull(super.getMessage());
  }

  private static String place(Throwable thrown) {
    return Arrays.stream(thrown.getStackTrace())
        .findFirst()
        .map(frame -> " at " + frame)
        .orElse("");
  }
}
