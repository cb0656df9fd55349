package dev.lockstep.core.tensor;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The lengths of a tensor's axes, outermost first.
 *
 * <p>The number of elements is at most {@link Integer#MAX_VALUE}, since a tensor lives in one Java
 * array.
 */
public final class Shape {

  private final int[] lengths;
  private final int size;

  private Shape(int[] lengths) {
    this.lengths = lengths;
    long product = 1;
    for (int length : lengths) {
      if (length < 0) {
        throw new IllegalArgumentException(
            "a shape has no negative lengths, found " + Arrays.toString(lengths));
      }
      product *= length;
      if (product > Integer.MAX_VALUE) {
        throw new IllegalArgumentException(
            "a tensor holds at most 2^31 - 1 elements, found " + Arrays.toString(lengths));
      }
    }
    this.size = (int) product;
  }

  /**
   * @param lengths of the axes, outermost first; none for a scalar
   * @throws IllegalArgumentException if one is negative or their product overflows
   */
  public static Shape of(int... lengths) {
    return new Shape(lengths.clone());
  }

  /** Returns the number of axes. */
  public int rank() {
    return lengths.length;
  }

  /** Returns the length of an axis, 0 being the outermost. */
  public int length(int axis) {
    return lengths[axis];
  }

  /** Returns the number of elements, 1 for a scalar. */
  public int size() {
    return size;
  }

  /** Returns a copy of the lengths. */
  public int[] toArray() {
    return lengths.clone();
  }

  /** Returns this shape with one more axis in front: that of a batch. */
  public Shape batchOf(int samples) {
    int[] batch = new int[lengths.length + 1];
    batch[0] = samples;
    System.arraycopy(lengths, 0, batch, 1, lengths.length);
    return new Shape(batch);
  }

  /** Returns this shape without its first axis: that of one sample of a batch. */
  public Shape sample() {
    return new Shape(Arrays.copyOfRange(lengths, 1, lengths.length));
  }

  /** Returns the index along every axis of an element given by its row-major position. */
  public int[] indexOf(int position) {
    int[] index = new int[lengths.length];
    int rest = position;
    for (int axis = lengths.length - 1; axis >= 0; axis--) {
      index[axis] = rest % lengths[axis];
      rest /= lengths[axis];
    }
    return index;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Shape shape && Arrays.equals(lengths, shape.lengths);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(lengths);
  }

  /** Returns the lengths as they are written in messages: {@code 100×784}, {@code scalar}. */
  @Override
  public String toString() {
    return lengths.length == 0
        ? "scalar"
        : IntStream.of(lengths).mapToObj(Integer::toString).collect(Collectors.joining("×"));
  }
}
