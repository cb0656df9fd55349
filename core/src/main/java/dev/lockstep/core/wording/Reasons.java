package dev.lockstep.core.wording;

import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Says why something failed in words, without the classes of exceptions. */
public final class Reasons {

  private Reasons() {}

  /** As far as the failure that is at the root of it says why. */
  public static String of(Throwable e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    if (root instanceof IOException io) {
      return of(io);
    }
    return root.getMessage() == null ? "no reason is given" : root.getMessage();
  }

  /** Returns the first line of it: of some libraries the others are a file or a stack. */
  public static String firstLine(Throwable e) {
    return of(e).lines().findFirst().orElse("no reason is given");
  }

  public static String of(IOException e) {
    if (e instanceof CharacterCodingException) {
      return "it is not text in UTF-8";
    }
    if (e instanceof NoSuchFileException) {
      return "there is no such file";
    }
    if (e instanceof AccessDeniedException) {
      return "permission is denied";
    }
    if (e instanceof FileAlreadyExistsException || e instanceof NotDirectoryException) {
      return "a file that is no directory is in the way";
    }
    if (e instanceof EOFException) {
      return "it ends too early";
    }
    String reason = e instanceof FileSystemException system ? system.getReason() : e.getMessage();
    return reason == null ? "the system gives no reason" : reason;
  }
}
