package dev.lockstep.scratch.book.neuralnetwork;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;

/** The product of matrices (section 3.3), written out. */
public final class Matrices {

  private Matrices() {}

  /**
   * Returns {@code a · b}.
   *
   * @param a rows × inner, or a vector of length inner
   * @param b inner × columns
   * @return rows × columns, or a vector of length columns
   * @throws IllegalArgumentException if the inner lengths differ
   */
  public static Tensor dot(Tensor a, Tensor b) {
    if (a.shape().rank() < 1
        || a.shape().rank() > 2
        || b.shape().rank() != 2
        || a.shape().length(a.shape().rank() - 1) != b.shape().length(0)) {
      throw new IllegalArgumentException(
          "dot: expected (rows×)n and n×columns, found " + a.shape() + " and " + b.shape());
    }
    int inner = b.shape().length(0);
    int columns = b.shape().length(1);
    int rows = a.shape().rank() == 1 ? 1 : a.shape().length(0);
    double[] product = new double[rows * columns];
    for (int row = 0; row < rows; row++) {
      for (int k = 0; k < inner; k++) {
        double factor = a.data()[row * inner + k];
        for (int column = 0; column < columns; column++) {
          product[row * columns + column] += factor * b.data()[k * columns + column];
        }
      }
    }
    return Tensor.of(a.shape().rank() == 1 ? Shape.of(columns) : Shape.of(rows, columns), product);
  }

  /**
   * Returns {@code x · W + b}, what a fully connected layer does to its input.
   *
   * @param x samples × inputs, or one sample
   * @param weights inputs × units
   * @param bias units; added to every row
   * @return samples × units, or units
   */
  public static Tensor affine(Tensor x, Tensor weights, Tensor bias) {
    Tensor y = dot(x, weights);
    int units = weights.shape().length(1);
    if (!bias.shape().equals(Shape.of(units))) {
      throw new IllegalArgumentException(
          "bias: expected " + units + " numbers, found " + bias.shape());
    }
    for (int i = 0; i < y.size(); i++) {
      y.data()[i] += bias.data()[i % units];
    }
    return y;
  }
}
