package dev.lockstep.core.data.mnist;

/** MNIST is neither on this machine nor to be had; the message says where it was looked for. */
public final class MnistUnavailableException extends Exception {

  private static final long serialVersionUID = 1L;

  public MnistUnavailableException(String message) {
    super(message);
  }
}
