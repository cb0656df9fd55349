package dev.lockstep.bridge.serve;

import java.io.IOException;

/** There is no provider that was asked for. */
final class NotFoundException extends IOException {

  private static final long serialVersionUID = 1L;

  NotFoundException(String message) {
    super(message);
  }
}
