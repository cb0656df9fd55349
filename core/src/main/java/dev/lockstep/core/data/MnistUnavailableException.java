package dev.lockstep.core.data;

/** MNIST is neither on this machine nor to be had; the message says where it was looked for. */
final class MnistUnavailableException extends Exception {

  private static final long serialVersionUID = 1L;

  MnistUnavailableException(String message) {
    super(message);
  }
}
