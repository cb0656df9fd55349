package dev.lockstep.core.diagnosis.tensors;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.ARITHMETIC;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.FITTED;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/** The right numbers in the wrong places. */
public final class Rearranged {

  private final Set<TensorKey> scope;
  private final Judged judged;
  private final Shape shape;
  private final List<Hypothesis> found = new ArrayList<>();

  private Rearranged(Look first, Set<TensorKey> scope) {
    this.scope = scope;
    this.judged = Objects.requireNonNull(first.judged().get(scope.iterator().next()));
    this.shape = judged.reference().shape();
  }

  public static List<Hypothesis> of(Look first, Set<TensorKey> scope) {
    Rearranged rearranged = new Rearranged(first, scope);
    if (rearranged.shape.size() > 3) {
      rearranged.all();
    }
    return rearranged.found;
  }

  private void add(String text, UnaryOperator<Tensor> change) {
    add(NAMED, text, change);
  }

  private void add(Rank rank, String text, UnaryOperator<Tensor> change) {
    found.add(
        Hypothesis.local(
            rank, text, scope, (look, judged) -> change.apply(judged.reference()).data()));
  }

  private void all() {
    int rank = shape.rank();
    for (int[] axes : permutations(rank)) {
      add(
          rank == 2 ? "it is transposed" : "its axes stand in the order " + Arrays.toString(axes),
          tensor -> tensor.shape().rank() == axes.length ? permuted(tensor, axes) : tensor);
    }
    add("its elements stand in reverse order", tensor -> reversed(tensor, tensor.size(), 1));
    for (int by : new int[] {1, -1}) {
      add("its elements are shifted by one place", tensor -> rolled(tensor, tensor.size(), by));
    }
    if (rank > 1) {
      add(
          "its rows stand in reverse order",
          tensor -> reversed(tensor, tensor.size(), row(tensor)));
      for (int by : new int[] {1, -1}) {
        add(
            "its rows are shifted by one place",
            tensor -> rolled(tensor, tensor.size(), by * row(tensor)));
      }
    }
    if (rank == 4) {
      add("its kernels are turned by 180 degrees", tensor -> reversed(tensor, area(tensor), 1));
      for (int by : new int[] {1, -1}) {
        add(
            "its channels are shifted by one place",
            tensor -> rolled(tensor, row(tensor), by * area(tensor)));
      }
    }
    if (rank > 1 && shape.length(0) > 1 && shape.size() > shape.length(0) && !isEmptied()) {
      found.add(
          Hypothesis.local(ARITHMETIC, rowsTold(), scope, (look, judged) -> nearestRows(judged)));
    }
    found.add(
        Hypothesis.local(
            FITTED,
            "its elements are the reference's, in wrong order",
            scope,
            (look, judged) -> sameOrder(judged)));
  }

  /** Rows of zeros that should be none are not other rows of zeros. */
  private boolean isEmptied() {
    int row = row(judged.reference());
    double[] right = judged.reference().data();
    double[] shown = nearestRows(judged);
    for (int from = 0; from < shown.length; from += row) {
      boolean empty = true;
      boolean same = true;
      for (int i = from; i < from + row; i++) {
        empty &= shown[i] == 0;
        same &= shown[i] == right[i];
      }
      if (empty && !same) {
        double[] sortedRight = right.clone();
        Arrays.sort(sortedRight);
        Arrays.sort(shown);
        return !Arrays.equals(sortedRight, shown);
      }
    }
    return false;
  }

  /** Tells a row that is shown twice apart from rows in another order. */
  private String rowsTold() {
    int row = row(judged.reference());
    double[] right = judged.reference().data();
    double[] shown = nearestRows(judged);
    List<Integer> moved = new ArrayList<>();
    for (int i = 0; i < shown.length / row; i++) {
      if (!Arrays.equals(shown, i * row, (i + 1) * row, right, i * row, (i + 1) * row)) {
        moved.add(i);
      }
    }
    double[] sortedRight = right.clone();
    double[] sortedShown = shown.clone();
    Arrays.sort(sortedRight);
    Arrays.sort(sortedShown);
    if (moved.isEmpty() || Arrays.equals(sortedRight, sortedShown)) {
      return "each of its rows is one of the reference's, in wrong order";
    }
    int first = moved.get(0);
    int source = 0;
    while (!Arrays.equals(
        shown, first * row, (first + 1) * row, right, source * row, (source + 1) * row)) {
      source++;
    }
    return moved.size() == 1
        ? "its row number %d is the reference's row number %d".formatted(first + 1, source + 1)
        : "%d of its rows are other rows of the reference's, in wrong order or more than once, such as number %d, which is its number %d"
            .formatted(moved.size(), first + 1, source + 1);
  }

  /** Returns how many elements stand in a row, the first axis being that of the rows. */
  public static int row(Tensor tensor) {
    return tensor.shape().rank() == 0 ? 1 : tensor.size() / tensor.shape().length(0);
  }

  /** Returns height × width of an image, 1 of what is none. */
  public static int area(Tensor tensor) {
    int rank = tensor.shape().rank();
    return rank == 4 ? tensor.shape().length(2) * tensor.shape().length(3) : 1;
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
  public static Tensor permuted(Tensor tensor, int[] axes) {
    int rank = axes.length;
    int[] lengths = tensor.shape().toArray();
    int[] strides = new int[rank];
    int stride = 1;
    for (int axis = rank - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= lengths[axis];
    }
    Tensor result = Tensor.zeros(tensor.shape());
    int[] index = new int[rank];
    for (int i = 0; i < result.size(); i++) {
      int from = 0;
      for (int axis = 0; axis < rank; axis++) {
        from += index[axis] * strides[axes[axis]];
      }
      result.data()[i] = tensor.data()[from];
      for (int axis = rank - 1; axis >= 0; axis--) {
        if (++index[axis] < lengths[axes[axis]]) {
          break;
        }
        index[axis] = 0;
      }
    }
    return result;
  }

  /** Reverses the order of blocks within every group. */
  public static Tensor reversed(Tensor tensor, int group, int block) {
    Tensor result = Tensor.zeros(tensor.shape());
    for (int from = 0; from < tensor.size(); from += group) {
      for (int at = 0; at < group; at += block) {
        System.arraycopy(tensor.data(), from + at, result.data(), from + group - block - at, block);
      }
    }
    return result;
  }

  /** Moves the elements of every group on. */
  public static Tensor rolled(Tensor tensor, int group, int by) {
    Tensor result = Tensor.zeros(tensor.shape());
    for (int i = 0; i < tensor.size(); i++) {
      result.data()[i - i % group + Math.floorMod(i % group + by, group)] = tensor.data()[i];
    }
    return result;
  }

  private static double[] nearestRows(Judged judged) {
    double[] reference = judged.reference().data();
    double[] candidate = judged.candidate().data();
    double[] predicted = new double[reference.length];
    int row = row(judged.reference());
    for (int to = 0; to < predicted.length; to += row) {
      double nearest = Double.POSITIVE_INFINITY;
      int best = to;
      for (int from = 0; from < predicted.length; from += row) {
        double distance = 0;
        for (int i = 0; i < row && distance < nearest; i++) {
          distance = Math.max(distance, Math.abs(reference[from + i] - candidate[to + i]));
        }
        if (distance < nearest) {
          nearest = distance;
          best = from;
        }
      }
      System.arraycopy(reference, best, predicted, to, row);
    }
    return predicted;
  }

  /** The smallest of the reference where the candidate has its smallest, and so on. */
  private static double[] sameOrder(Judged judged) {
    double[] reference = judged.reference().data().clone();
    double[] candidate = judged.candidate().data();
    Arrays.sort(reference);
    Integer[] byValue = new Integer[candidate.length];
    Arrays.setAll(byValue, i -> i);
    Arrays.sort(byValue, Comparator.comparingDouble(i -> candidate[i]));
    double[] predicted = new double[candidate.length];
    for (int rank = 0; rank < predicted.length; rank++) {
      predicted[byValue[rank]] = reference[rank];
    }
    return predicted;
  }
}
