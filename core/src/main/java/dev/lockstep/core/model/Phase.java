package dev.lockstep.core.model;

/** The parts of a training step, in their order. */
public enum Phase {
  /** Outputs of the layers, {@code affine1/out}, and of the network, {@code loss/out}. */
  FORWARD("forward"),
  /** The loss, {@code loss/value}, weight decay included. */
  LOSS("loss"),
  /**
   * Gradients of the loss, averaged over the batch: with respect to a layer's output under its path
   * {@code affine1/out}, with respect to a parameter under {@code affine1/W}, weight decay
   * included.
   */
  BACKWARD("backward"),
  /** What the step leaves: parameters, optimizer state, running statistics. */
  UPDATE("update");

  private final String id;

  Phase(String id) {
    this.id = id;
  }

  /** Returns the name used in reports, options and test names. */
  public String id() {
    return id;
  }

  /** As the command line's help and completion show it. */
  @Override
  public String toString() {
    return id;
  }
}
