package dev.lockstep.bridge.frame;

import java.io.IOException;

/** Bytes that are no frame; the message says what was expected and what was found. */
public final class FrameException extends IOException {

  private static final long serialVersionUID = 1L;

  public FrameException(String message) {
    super(message);
  }
}
