package dev.lockstep.core.network;

import dev.lockstep.core.tensor.Shape;
import java.util.List;

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

  /** Returns the parameters of a layer with a number for each unit that starts at 0. */
  static List<ParameterSpec> weightsAndBias(
      String layer, Shape weights, InitialValues initial, int fanIn, int fanOut, int units) {
    return List.of(
        new ParameterSpec(layer + "/W", weights, initial, fanIn, fanOut, true),
        new ParameterSpec(
            layer + "/b", Shape.of(units), new InitialValues.Constant(0), fanIn, fanOut, false));
  }
}
