package dev.lockstep.core.network;

/** A layer that cannot stand where it stands; the message says what was expected and found. */
public final class LayerException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final String layer;

  LayerException(String layer, String message) {
    super(message);
    this.layer = layer;
  }

  /** Returns the name of the layer. */
  public String layer() {
    return layer;
  }
}
