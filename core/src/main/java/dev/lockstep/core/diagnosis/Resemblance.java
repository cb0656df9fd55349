package dev.lockstep.core.diagnosis;

import dev.lockstep.core.diagnosis.tensors.Rearranged;
import dev.lockstep.core.tensor.Tensor;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;

/** What a tensor that should be a copy is in place of it, bit by bit. */
public final class Resemblance {

  private Resemblance() {}

  /**
   * Returns a clause about the copy, such as "it is transposed"; empty if it is nothing known.
   *
   * @param path of the tensor
   * @param right what it should be a copy of
   * @param copy what was found
   * @param others the tensors beside the right one, by path
   */
  public static Optional<String> of(
      String path, Tensor right, Tensor copy, Map<String, Tensor> others) {
    if (right.size() != copy.size()) {
      return Optional.empty();
    }
    if (isEach(right, copy, value -> 0)) {
      return Optional.of("all of it is 0");
    }
    if (isEach(right, copy, value -> (float) value)) {
      return Optional.of("it is rounded to float");
    }
    if (isEach(right, copy, value -> -value)) {
      return Optional.of("its sign is turned");
    }
    if (right.shape().rank() == 2
        && Arrays.equals(Rearranged.permuted(right, new int[] {1, 0}).data(), copy.data())) {
      return Optional.of("it is transposed");
    }
    return others.entrySet().stream()
        .filter(other -> !other.getKey().equals(path))
        .filter(other -> Arrays.equals(other.getValue().data(), copy.data()))
        .map(other -> "it is another tensor, " + other.getKey())
        .findFirst();
  }

  private static boolean isEach(Tensor right, Tensor copy, DoubleUnaryOperator value) {
    double[] changed = Arrays.stream(right.data()).map(value).toArray();
    for (int i = 0; i < changed.length; i++) {
      if (changed[i] != copy.data()[i]) { // -0 is 0
        return false;
      }
    }
    return true;
  }
}
