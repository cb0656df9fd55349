package dev.lockstep.core.tensor;

import java.util.Arrays;
import java.util.Objects;

/**
 * Numbers with a shape: row-major, in double precision.
 *
 * <p>A tensor wraps the array it is given and hands the same array out; who needs a value of its
 * own takes a {@link #copy()}.
 */
public final class Tensor {

  private final Shape shape;
  private final double[] data;

  private Tensor(Shape shape, double[] data) {
    this.shape = Objects.requireNonNull(shape, "shape");
    this.data = Objects.requireNonNull(data, "data");
    if (shape.size() != data.length) {
      throw new IllegalArgumentException(
          "a tensor of shape "
              + shape
              + " needs "
              + shape.size()
              + " numbers, found "
              + data.length);
    }
  }

  /**
   * Wraps an array.
   *
   * @param data row-major, not copied
   * @throws IllegalArgumentException if the shape asks for another number of elements
   */
  public static Tensor of(Shape shape, double... data) {
    return new Tensor(shape, data);
  }

  /** Returns a tensor of zeros. */
  public static Tensor zeros(Shape shape) {
    return new Tensor(shape, new double[shape.size()]);
  }

  /** Returns a tensor whose elements are all the same. */
  public static Tensor filled(Shape shape, double value) {
    Tensor tensor = zeros(shape);
    Arrays.fill(tensor.data, value);
    return tensor;
  }

  /** Returns a tensor of rank 0. */
  public static Tensor scalar(double value) {
    return new Tensor(Shape.of(), new double[] {value});
  }

  public Shape shape() {
    return shape;
  }

  /** Returns the elements themselves, row-major: writing to the array changes the tensor. */
  public double[] data() {
    return data;
  }

  /** Returns the number of elements. */
  public int size() {
    return data.length;
  }

  /** Returns the same elements under another shape, without copying them. */
  public Tensor reshape(Shape other) {
    return new Tensor(other, data);
  }

  public Tensor copy() {
    return new Tensor(shape, data.clone());
  }

  /** Returns the largest absolute value, NaN if there is one, 0 for an empty tensor. */
  public double largestMagnitude() {
    double largest = 0;
    for (double value : data) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }

  /** Compares shape and bits: NaN equals NaN, and 0.0 differs from -0.0. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor tensor
        && shape.equals(tensor.shape)
        && Arrays.equals(data, tensor.data);
  }

  @Override
  public int hashCode() {
    return 31 * shape.hashCode() + Arrays.hashCode(data);
  }

  @Override
  public String toString() {
    return "Tensor " + shape;
  }
}
