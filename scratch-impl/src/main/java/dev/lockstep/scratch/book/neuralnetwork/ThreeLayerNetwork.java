package dev.lockstep.scratch.book.neuralnetwork;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.book.Require;

/**
 * A network of three layers: sigmoid, sigmoid, identity (section 3.4). Weights are inputs × units,
 * biases units.
 */
public record ThreeLayerNetwork(Tensor w1, Tensor b1, Tensor w2, Tensor b2, Tensor w3, Tensor b3) {

  /** Returns the network that the book prints: 2 inputs, layers of 3, 2 and 2 units. */
  public static ThreeLayerNetwork printed() {
    return new ThreeLayerNetwork(
        Tensor.of(Shape.of(2, 3), 0.1, 0.3, 0.5, 0.2, 0.4, 0.6),
        Tensor.of(Shape.of(3), 0.1, 0.2, 0.3),
        Tensor.of(Shape.of(3, 2), 0.1, 0.4, 0.2, 0.5, 0.3, 0.6),
        Tensor.of(Shape.of(2), 0.1, 0.2),
        Tensor.of(Shape.of(2, 2), 0.1, 0.3, 0.2, 0.4),
        Tensor.of(Shape.of(2), 0.1, 0.2));
  }

  /**
   * Passes a signal forward.
   *
   * @param x samples × inputs, or one sample
   * @return samples × outputs, or one output
   * @throws IllegalArgumentException if a shape does not fit or the input is not finite
   */
  public Tensor forward(Tensor x) {
    Require.rows("x", x, w1.shape().length(0));
    Require.finite("x", x);
    Tensor z1 = Activations.apply(Activations::sigmoid, Matrices.affine(x, w1, b1)); // N×3
    Tensor z2 = Activations.apply(Activations::sigmoid, Matrices.affine(z1, w2, b2)); // N×2
    return Activations.apply(Activations::identity, Matrices.affine(z2, w3, b3)); // N×2
  }
}
