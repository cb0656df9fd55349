package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * One layer of a network (chapter 5): what it computes, and what it makes of the gradient that
 * comes back.
 *
 * <p>The tensors that a layer returns are its own buffers, allocated once per batch size and valid
 * until its next forward pass. No layer changes a tensor that it is given.
 */
public interface Layer {

  /** Returns the full path of the layer, {@code affine1} or {@code residual1/conv2}. */
  String name();

  /**
   * Computes the output.
   *
   * @param x samples × input
   * @return samples × output
   */
  Tensor forward(Tensor x, Pass pass);

  /**
   * Goes back through the training pass that came last: sets the gradients of the layer's own
   * parameters and returns that of its input.
   *
   * @param dout the gradient with respect to the output, samples × output
   * @return the gradient with respect to the input, samples × input
   */
  Tensor backward(Tensor dout);

  /**
   * Sets the gradients of the layer's own parameters only: all that is asked of the first layer,
   * whose input nobody trains.
   */
  default void backwardToParameters(Tensor dout) {
    backward(dout);
  }

  /** Returns what this layer itself trains. */
  default List<Parameter> parameters() {
    return List.of();
  }

  /** Returns what a training pass moves besides parameters, by path. */
  default Map<String, Tensor> statistics() {
    return Map.of();
  }

  /** Returns the layers that this one is made of, in the order of the forward pass. */
  default List<Layer> inner() {
    return List.of();
  }
}
