package dev.lockstep.scratch.book.learning;

import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.book.Require;
import dev.lockstep.scratch.book.neuralnetwork.Activations;
import dev.lockstep.scratch.book.neuralnetwork.Matrices;

/**
 * The smallest network with a gradient (section 4.4.2): two inputs, three classes, one weight
 * matrix, softmax and cross entropy.
 *
 * @param weights 2 × 3
 */
public record SimpleNet(Tensor weights) {

  /**
   * @throws IllegalArgumentException if the weights are not 2 × 3
   */
  public SimpleNet {
    Require.shape("W", weights, Shape.of(2, 3));
  }

  /**
   * Returns the scores before the softmax.
   *
   * @param x samples × 2, or one sample
   */
  public Tensor predict(Tensor x) {
    Require.rows("x", x, 2);
    Require.finite("x", x);
    return Matrices.dot(x, weights); // N×3
  }

  /**
   * Returns the cross entropy, averaged over the batch.
   *
   * @param t one-hot, of the shape of the scores
   */
  public double loss(Tensor x, Tensor t) {
    Tensor y = Activations.softmax(predict(x));
    return Losses.crossEntropy(y, t, LossSpec.BOOK_STABILIZER);
  }

  /** Returns the derivative of the loss with respect to every weight, 2 × 3. */
  public Tensor numericalGradient(Tensor x, Tensor t) {
    return NumericalGradient.gradient(moved -> loss(x, t), weights);
  }
}
