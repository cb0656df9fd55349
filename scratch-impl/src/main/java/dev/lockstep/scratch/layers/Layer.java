package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.List;
import java.util.Map;

/**
 * One layer of a network (chapter 5): what it computes, and what it makes of the gradient that
 * comes back.
 *
 * <p>For every batch a layer is told of it by {@link #begin}, then computes its output, and in
 * training goes back: first to its own parameters, then to its input. Where the tensors are kept,
 * and how many samples come at a time, is the business of {@code execution}. A layer writes to
 * nothing but y, dx and what is its own.
 *
 * <p>x and dx are samples × input, y and dout samples × output; dx and dout are the gradients of
 * the loss with respect to x and y.
 */
public interface Layer {

  /** Returns the full path of the layer, {@code affine1} or {@code residual1/conv2}. */
  String name();

  /**
   * Begins with a batch.
   *
   * @param input the shape of x
   * @return the shape of y
   * @throws IllegalArgumentException if x does not fit
   */
  Shape begin(Shape input, Pass pass);

  /**
   * Returns whether each sample is computed by itself; then the samples of a batch may come a few
   * at a time, in slices that are computed at once.
   */
  default boolean sampleBySample() {
    return false;
  }

  /** Returns whether {@link #backwardToInput} reads y, which must be kept for it then. */
  default boolean readsOutput() {
    return false;
  }

  /**
   * Returns whether y may take the place of x, which saves memory where nobody observes: {@link
   * #forward} reads each element of x before it writes that of y, and {@link #backwardToInput}
   * computes the same if it finds y in place of x, and dx in place of dout.
   */
  default boolean worksInPlace() {
    return false;
  }

  /** Computes the output y. */
  void forward(Samples x, Samples y);

  /** Computes the gradients of the layer's own parameters, before {@link #backwardToInput}. */
  default void backwardToParameters(Samples x, Samples dout) {}

  /** Computes dx, which nobody asks for where x is the input of the network. */
  void backwardToInput(Samples x, Samples y, Samples dout, Samples dx);

  /** Adds up what the slices have found of the parameters' gradients. */
  default void finishBackward() {}

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
