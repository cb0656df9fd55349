package dev.lockstep.core.network;

/** The elementwise functions that a layer may consist of (chapter 3). */
public enum ActivationFunction {
  /** {@code max(0, x)}; its derivative is 0 at x ≤ 0. */
  RELU("relu"),
  /** {@code 1 / (1 + exp(-x))}. */
  SIGMOID("sigmoid"),
  /** The hyperbolic tangent. */
  TANH("tanh"),
  /** {@code x}. */
  IDENTITY("identity"),
  /** 1 for x &gt; 0, otherwise 0; its derivative is 0 everywhere. */
  STEP("step");

  private final String id;

  ActivationFunction(String id) {
    this.id = id;
  }

  /** Returns the name used in experiment files and in layer names. */
  public String id() {
    return id;
  }
}
