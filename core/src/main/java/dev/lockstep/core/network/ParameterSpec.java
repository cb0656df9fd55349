package dev.lockstep.core.network;

import dev.lockstep.core.tensor.Shape;
import java.util.List;
import java.util.OptionalDouble;

/**
 * One trained tensor of a network.
 *
 * @param path {@code affine1/W}
 * @param initial what it holds before the first step
 * @param fanIn inputs of one unit, see {@link InitialValues}
 * @param fanOut units fed by one input
 * @param decayed true if weight decay acts on it: the weights, not biases, gamma or beta
 */
public record ParameterSpec(
    String path, Shape shape, InitialValues initial, int fanIn, int fanOut, boolean decayed) {

  /**
   * Returns the parameters of a layer with a number for each unit.
   *
   * @param bias what that starts at; empty if there is none
   */
  static List<ParameterSpec> weightsAndBias(
      String layer,
      Shape weights,
      InitialValues initial,
      int fanIn,
      int fanOut,
      int units,
      OptionalDouble bias) {
    ParameterSpec w = new ParameterSpec(layer + "/W", weights, initial, fanIn, fanOut, true);
    if (bias.isEmpty()) {
      return List.of(w);
    }
    InitialValues start = new InitialValues.Constant(bias.getAsDouble());
    return List.of(
        w, new ParameterSpec(layer + "/b", Shape.of(units), start, fanIn, fanOut, false));
  }

  /** Returns whether it is the bias of an affine or a convolution layer. */
  public boolean isBias() {
    return path.endsWith("/b");
  }
}
