package dev.lockstep.core.model;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Everything that a step may change, by path: parameters ({@code affine1/W}), optimizer state
 * ({@code affine1/W/velocity}) and running statistics ({@code batchNorm1/runningMean}).
 *
 * @param step the number of steps taken
 * @param tensors in the order of the network; owned by this state, changed by nobody
 */
public record ModelState(long step, Map<String, Tensor> tensors) {

  public ModelState {
    tensors = Collections.unmodifiableMap(new LinkedHashMap<>(tensors));
  }

  /** Returns a state of the same numbers that shares no array with this one. */
  public ModelState copy() {
    Map<String, Tensor> copies = new LinkedHashMap<>();
    tensors.forEach((path, tensor) -> copies.put(path, tensor.copy()));
    return new ModelState(step, copies);
  }

  /**
   * Returns a state of some of these tensors, which it shares with this one.
   *
   * @throws IllegalArgumentException if one is missing
   */
  public ModelState only(Set<String> paths) {
    Map<String, Tensor> some = new LinkedHashMap<>();
    paths.forEach(path -> some.put(path, tensor(path)));
    return new ModelState(step, some);
  }

  /** Returns this state with the tensors of another in place of its own where both are the same. */
  public ModelState sharedWith(ModelState other) {
    Map<String, Tensor> shared = new LinkedHashMap<>(tensors);
    shared.replaceAll(
        (path, tensor) -> {
          Tensor known = other.tensors.get(path);
          return known != null && known.equals(tensor) ? known : tensor;
        });
    return new ModelState(step, shared);
  }

  /**
   * Returns the tensor at a path.
   *
   * @throws IllegalArgumentException if there is none, naming those there are
   */
  public Tensor tensor(String path) {
    Tensor tensor = tensors.get(path);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "state: expected a tensor at " + path + ", found only " + tensors.keySet());
    }
    return tensor;
  }

  /**
   * Checks that this state is complete and fits.
   *
   * @param expected shape by path
   * @throws IllegalArgumentException naming the first path that is missing, superfluous or of
   *     another shape
   */
  public void requireShapes(Map<String, Shape> expected) {
    requireAtLeast(expected);
    for (String path : tensors.keySet()) {
      if (!expected.containsKey(path)) {
        throw new IllegalArgumentException(
            "state: found a tensor at " + path + ", expected only " + expected.keySet());
      }
    }
  }

  /**
   * Checks that this state is complete, whatever else it has.
   *
   * @param expected shape by path
   * @throws IllegalArgumentException naming the first path that is missing or of another shape
   */
  public void requireAtLeast(Map<String, Shape> expected) {
    expected.forEach(
        (path, shape) -> {
          if (!tensor(path).shape().equals(shape)) {
            throw new IllegalArgumentException(
                "state: expected %s of shape %s, found %s"
                    .formatted(path, shape, tensor(path).shape()));
          }
        });
  }
}
