package dev.lockstep.core.network;

import dev.lockstep.core.tensor.Shape;

/**
 * One trained tensor of a network.
 *
 * @param path {@code affine1/W}
 * @param start what it holds before the first step
 * @param fanIn inputs of one unit, see {@link InitialValues}
 * @param fanOut units fed by one input
 * @param decayed true if weight decay acts on it: the weights, not biases, gamma or beta
 */
public record ParameterSpec(
    String path, Shape shape, Start start, int fanIn, int fanOut, boolean decayed) {

  /** What a parameter holds before the first step. */
  public sealed interface Start {
    /** The same number everywhere. */
    record Constant(double value) implements Start {}

    /** Drawn from a distribution. */
    record Drawn(InitialValues initial) implements Start {}
  }
}
