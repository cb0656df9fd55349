package dev.lockstep.scratch.book;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;

/**
 * Checks on what a reader hands to the book's functions. Each throws an {@link
 * IllegalArgumentException} that names the tensor, what was expected and what was found.
 */
public final class Require {

  private Require() {}

  /** A vector (one sample) or a matrix (samples × features), not empty. */
  public static void rows(String name, Tensor tensor) {
    int rank = tensor.shape().rank();
    if ((rank != 1 && rank != 2) || tensor.size() == 0) {
      throw new IllegalArgumentException(
          name
              + ": expected one sample or a batch of at least one (samples×features), found "
              + tensor.shape());
    }
  }

  /** Rows of a given length. */
  public static void rows(String name, Tensor tensor, int features) {
    rows(name, tensor);
    if (lastLength(tensor) != features) {
      throw new IllegalArgumentException(
          name + ": expected " + features + " features, found " + tensor.shape());
    }
  }

  /** A number of axes. */
  public static void rank(String name, Tensor tensor, int rank) {
    if (tensor.shape().rank() != rank) {
      throw new IllegalArgumentException(
          "%s: expected %d axes, found shape %s".formatted(name, rank, tensor.shape()));
    }
  }

  /** An exact shape. */
  public static void shape(String name, Tensor tensor, Shape expected) {
    if (!tensor.shape().equals(expected)) {
      throw new IllegalArgumentException(
          name + ": expected " + expected + ", found " + tensor.shape());
    }
  }

  /** Neither NaN nor infinite. */
  public static void finite(String name, Tensor tensor) {
    double[] values = tensor.data();
    for (int i = 0; i < values.length; i++) {
      if (!Double.isFinite(values[i])) {
        throw new IllegalArgumentException(
            "%s: expected finite numbers, found %s at %s"
                .formatted(name, values[i], Arrays.toString(tensor.shape().indexOf(i))));
      }
    }
  }

  /**
   * Returns the parameter at a path.
   *
   * @throws IllegalArgumentException if there is none, naming those there are
   */
  public static Tensor parameter(Map<String, Tensor> parameters, String path) {
    Tensor parameter = parameters.get(path);
    if (parameter == null) {
      throw new IllegalArgumentException(
          path + ": expected a tensor, found only " + parameters.keySet());
    }
    return parameter;
  }

  /** Returns the length of the last axis: the features of a row. */
  public static int lastLength(Tensor tensor) {
    return tensor.shape().length(tensor.shape().rank() - 1);
  }
}
