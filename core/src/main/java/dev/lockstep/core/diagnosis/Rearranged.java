package dev.lockstep.core.diagnosis;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** The right numbers in the wrong places, cut off or rounded. */
final class Rearranged {

  private Rearranged() {}

  static Optional<String> explain(Evidence evidence) {
    return clipped(evidence)
        .or(() -> roundedToFloat(evidence))
        .or(() -> permutedAxes(evidence))
        .or(() -> reversed(evidence))
        .or(() -> shifted(evidence))
        .or(() -> otherRows(evidence))
        .or(() -> otherOrder(evidence));
  }

  private static Optional<String> roundedToFloat(Evidence evidence) {
    double[] predicted =
        Arrays.stream(evidence.reference().data()).map(value -> (float) value).toArray();
    return evidence.acceptedIf(predicted, "it is rounded to float");
  }

  /** Each row is one of the reference's, but not its own. */
  private static Optional<String> otherRows(Evidence evidence) {
    Shape shape = evidence.reference().shape();
    if (shape.rank() < 2 || shape.length(0) < 2 || shape.size() == shape.length(0)) {
      return Optional.empty();
    }
    int row = shape.size() / shape.length(0);
    double[] predicted = new double[shape.size()];
    for (int to = 0; to < predicted.length; to += row) {
      int from = nearestRow(evidence, to, row);
      System.arraycopy(evidence.reference().data(), from, predicted, to, row);
    }
    return evidence.acceptedIf(
        predicted, "each of its rows is one of the reference's, in wrong order");
  }

  private static int nearestRow(Evidence evidence, int to, int row) {
    double nearest = Double.POSITIVE_INFINITY;
    int best = to;
    for (int from = 0; from < evidence.reference().size(); from += row) {
      double distance = 0;
      for (int i = 0; i < row && distance < nearest; i++) {
        double difference =
            evidence.reference().data()[from + i] - evidence.candidate().data()[to + i];
        distance = Math.max(distance, Math.abs(difference));
      }
      if (distance < nearest) {
        nearest = distance;
        best = from;
      }
    }
    return best;
  }

  /** The smallest of the reference where the candidate has its smallest, and so on. */
  private static Optional<String> otherOrder(Evidence evidence) {
    double[] reference = evidence.reference().data().clone();
    double[] candidate = evidence.candidate().data();
    Arrays.sort(reference);
    Integer[] byValue = new Integer[candidate.length];
    Arrays.setAll(byValue, i -> i);
    Arrays.sort(byValue, Comparator.comparingDouble(i -> candidate[i]));
    double[] predicted = new double[candidate.length];
    for (int rank = 0; rank < predicted.length; rank++) {
      predicted[byValue[rank]] = reference[rank];
    }
    return evidence.acceptedIf(predicted, "its elements are the reference's, in wrong order");
  }

  private static Optional<String> clipped(Evidence evidence) {
    double limit = evidence.candidate().largestMagnitude();
    double[] predicted =
        Arrays.stream(evidence.reference().data())
            .map(value -> Math.max(-limit, Math.min(limit, value)))
            .toArray();
    boolean cuts = evidence.reference().largestMagnitude() > limit && limit > 0;
    return cuts && evidence.reference().size() > 1
        ? evidence.acceptedIf(predicted, "it is clipped to ±%.6g".formatted(limit))
        : Optional.empty();
  }

  private static Optional<String> permutedAxes(Evidence evidence) {
    Shape shape = evidence.reference().shape();
    for (int[] axes : permutations(shape.rank())) {
      Optional<String> explained =
          evidence.acceptedIf(
              permuted(evidence.reference(), axes),
              shape.rank() == 2
                  ? "it is transposed"
                  : "its axes stand in the order " + Arrays.toString(axes));
      if (explained.isPresent()) {
        return explained;
      }
    }
    return Optional.empty();
  }

  /** Every order of up to four axes but the right one. */
  private static List<int[]> permutations(int rank) {
    List<int[]> all = new ArrayList<>();
    if (rank >= 2 && rank <= 4) {
      permute(new int[rank], 0, new boolean[rank], all);
      all.remove(0); // the right one comes first
    }
    return all;
  }

  private static void permute(int[] order, int at, boolean[] used, List<int[]> all) {
    if (at == order.length) {
      all.add(order.clone());
      return;
    }
    for (int axis = 0; axis < order.length; axis++) {
      if (!used[axis]) {
        used[axis] = true;
        order[at] = axis;
        permute(order, at + 1, used, all);
        used[axis] = false;
      }
    }
  }

  /** Returns the elements read with the axes in another order, row-major. */
  private static double[] permuted(Tensor tensor, int[] axes) {
    int rank = axes.length;
    int[] lengths = tensor.shape().toArray();
    int[] strides = new int[rank];
    int stride = 1;
    for (int axis = rank - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= lengths[axis];
    }
    double[] result = new double[tensor.size()];
    int[] index = new int[rank];
    for (int i = 0; i < result.length; i++) {
      int from = 0;
      for (int axis = 0; axis < rank; axis++) {
        from += index[axis] * strides[axes[axis]];
      }
      result[i] = tensor.data()[from];
      for (int axis = rank - 1; axis >= 0; axis--) {
        if (++index[axis] < lengths[axes[axis]]) {
          break;
        }
        index[axis] = 0;
      }
    }
    return result;
  }

  private static Optional<String> reversed(Evidence evidence) {
    Shape shape = evidence.reference().shape();
    double[] data = evidence.reference().data();
    if (data.length < 2) {
      return Optional.empty();
    }
    Optional<String> all =
        evidence.acceptedIf(
            reversedBlocks(data, data.length, 1), "its elements stand in reverse order");
    if (all.isPresent() || shape.rank() < 2) {
      return all;
    }
    int row = data.length / shape.length(0);
    Optional<String> rows =
        evidence.acceptedIf(
            reversedBlocks(data, data.length, row), "its rows stand in reverse order");
    if (rows.isPresent() || shape.rank() != 4) {
      return rows;
    }
    int kernel = shape.length(2) * shape.length(3);
    return evidence.acceptedIf(
        reversedBlocks(data, kernel, 1), "its kernels are turned by 180 degrees");
  }

  /** Reverses the order of blocks within every group. */
  private static double[] reversedBlocks(double[] data, int group, int block) {
    double[] result = new double[data.length];
    for (int from = 0; from < data.length; from += group) {
      for (int at = 0; at < group; at += block) {
        System.arraycopy(data, from + at, result, from + group - block - at, block);
      }
    }
    return result;
  }

  private static Optional<String> shifted(Evidence evidence) {
    double[] data = evidence.reference().data();
    Shape shape = evidence.reference().shape();
    if (data.length < 3) {
      return Optional.empty();
    }
    for (int by : new int[] {1, -1}) {
      Optional<String> explained =
          evidence.acceptedIf(rolled(data, by), "its elements are shifted by one place");
      if (explained.isEmpty() && shape.rank() > 1) {
        int row = data.length / shape.length(0);
        explained =
            evidence.acceptedIf(rolled(data, by * row), "its rows are shifted by one place");
      }
      if (explained.isPresent()) {
        return explained;
      }
    }
    return Optional.empty();
  }

  private static double[] rolled(double[] data, int by) {
    double[] result = new double[data.length];
    for (int i = 0; i < data.length; i++) {
      result[Math.floorMod(i + by, data.length)] = data[i];
    }
    return result;
  }
}
