package dev.lockstep.core.diagnosis.layers;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.tensors.Rearranged;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Branches that are joined otherwise than they should be. */
final class JoinMistakes {

  private final Look first;
  private final Judged judged;
  private final LayerSpec.Branches join;
  private final Recomputed recomputed;
  private final List<Hypothesis> found;

  private JoinMistakes(
      Look first,
      Judged judged,
      LayerSpec.Branches join,
      Recomputed recomputed,
      List<Hypothesis> found) {
    this.first = first;
    this.judged = judged;
    this.join = join;
    this.recomputed = recomputed;
    this.found = found;
  }

  /**
   * @param judged the output of the branches, the first tensor that differs
   * @param found takes what is added
   */
  static void add(
      Look first,
      Judged judged,
      LayerSpec.Branches join,
      Recomputed recomputed,
      List<Hypothesis> found) {
    JoinMistakes mistakes = new JoinMistakes(first, judged, join, recomputed, found);
    if (join.join() == LayerSpec.Join.SUM) {
      mistakes.sums();
    } else if (join.branches().stream().noneMatch(List::isEmpty)) {
      mistakes.orders();
    }
  }

  /**
   * Branches that take their gradients from other places of the joined output's.
   *
   * @param judged the gradient of the end of a branch, the first tensor that differs
   * @param found takes what is added
   */
  static void addBackward(
      Look first,
      Judged judged,
      LayerSpec.Branches join,
      Recomputed recomputed,
      List<Hypothesis> found) {
    if (join.join() != LayerSpec.Join.SUM && join.branches().stream().noneMatch(List::isEmpty)) {
      new JoinMistakes(first, judged, join, recomputed, found).places();
    }
  }

  private void places() {
    Tensor dout = first.candidate(Phase.BACKWARD, join.name() + "/out");
    if (dout == null) {
      return;
    }
    int area = Rearranged.area(dout);
    Map<Integer, Integer> starts = new LinkedHashMap<>();
    List<String> told = new ArrayList<>();
    int right = 0;
    for (int branch = 0; branch < join.branches().size(); branch++) {
      TensorKey end = new TensorKey(Phase.BACKWARD, end(branch));
      Judged gradient = first.judged().get(end);
      int size = size(branch);
      if (gradient != null && first.differs(end)) {
        int start = start(gradient, dout, size, area);
        if (start < 0) {
          return;
        }
        starts.put(branch, start);
        told.add(
            "branch number %d takes its gradient from channel %d of the joined output on, in place of %d"
                .formatted(branch + 1, start / area + 1, right / area + 1));
      }
      right += size;
    }
    if (!starts.isEmpty()) {
      found.add(
          new Hypothesis(
              NAMED,
              String.join("; ", told),
              look -> {
                Tensor all = look.candidate(Phase.BACKWARD, join.name() + "/out");
                Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
                for (Map.Entry<Integer, Integer> entry : starts.entrySet()) {
                  if (all == null) {
                    return null;
                  }
                  predicted.put(
                      new TensorKey(Phase.BACKWARD, end(entry.getKey())),
                      part(all, entry.getValue(), size(entry.getKey())));
                }
                return predicted;
              }));
    }
  }

  /** Returns where a branch's gradient is found in that of the joined output, -1 if nowhere. */
  private static int start(Judged gradient, Tensor dout, int size, int area) {
    for (int start = 0; start + size <= Rearranged.row(dout); start += area) {
      if (gradient.explains(part(dout, start, size))) {
        return start;
      }
    }
    return -1;
  }

  /** What goes back into a branch. */
  private interface IntoBranch {
    double[] of(Look look, Tensor dout, int branch);
  }

  private void sums() {
    int branches = join.branches().size();
    joined(
        "the branches are averaged, not summed",
        read -> Numbers.times(1.0 / branches, read.right().data()),
        (look, dout, branch) -> Numbers.times(1.0 / branches, dout.data()));
    if (branches == 2) {
      // what is read is the end of the first branch with layers
      int read = join.branches().get(0).isEmpty() ? 1 : 0;
      leftOut(1 - read, reading -> reading.input().data());
      leftOut(read, reading -> Numbers.minus(reading.right().data(), reading.input().data()));
      if (join.branches().get(1 - read).isEmpty()
          && join.branches().get(read).get(0) instanceof LayerSpec.Activation start
          && start.function() instanceof ActivationFunction.Relu) {
        inPlace(start.name());
      }
    }
  }

  private void leftOut(int left, Recomputed.Output output) {
    joined(
        join.branches().get(left).isEmpty()
            ? "the skip connection is left out of the sum"
            : "branch number %d is left out of the sum".formatted(left + 1),
        output,
        (look, dout, branch) -> branch == left ? new double[dout.size()] : dout.data());
  }

  /** The first layer of a branch writes over what the skip connection hands on. */
  private void inPlace(String start) {
    joined(
        "the skip connection hands on what %s has made of it in place".formatted(start),
        read -> {
          double[] end = read.input().data();
          double[] right = read.right().data();
          return Numbers.each(end.length, i -> end[i] + Math.max(0, right[i] - end[i]));
        },
        (look, dout, branch) -> {
          Tensor x = join.branches().get(branch).isEmpty() ? read(look) : null;
          return x == null || x.size() != dout.size()
              ? dout.data()
              : Numbers.each(dout.size(), i -> x.data()[i] > 0 ? dout.data()[i] : 0);
        });
  }

  /** Returns what all branches read; null if it is not shown. */
  private @Nullable Tensor read(Look look) {
    return readBy(look)
        .map(judged -> look.candidate(Phase.FORWARD, judged.tensor().key().path()))
        .orElse(null);
  }

  /** Returns the gradient of what all branches read. */
  private Optional<Judged> readBy(Look look) {
    Set<String> ends = new HashSet<>();
    for (int branch = 0; branch < join.branches().size(); branch++) {
      if (!join.branches().get(branch).isEmpty()) {
        ends.add(end(branch));
      }
    }
    return look.judged().values().stream()
        .filter(judged -> judged.tensor().key().phase() == Phase.BACKWARD)
        .filter(judged -> judged.tensor().perSample())
        .filter(judged -> judged.tensor().layer().equals(join.name()))
        .filter(judged -> !ends.contains(judged.tensor().key().path()))
        .findFirst();
  }

  private void orders() {
    List<Integer> order = new ArrayList<>();
    for (int branch = 0; branch < join.branches().size(); branch++) {
      order.add(branch);
    }
    Collections.reverse(order);
    int[] starts = starts(order);
    if (starts.length > 0) {
      int[] right = starts(order.stream().sorted().toList());
      joined(
          "the branches are joined in reverse order",
          read -> moved(read.right(), right, starts),
          (look, dout, branch) -> part(dout, starts[branch], size(branch)));
    }
  }

  /** Returns where each branch's elements begin in a row; empty if a branch is not shown. */
  private int[] starts(List<Integer> order) {
    int[] starts = new int[order.size()];
    int at = 0;
    for (int branch : order) {
      starts[branch] = at;
      if (size(branch) == 0) {
        return new int[0];
      }
      at += size(branch);
    }
    return starts;
  }

  private int size(int branch) {
    Tensor end = first.candidate(Phase.FORWARD, end(branch));
    return end == null ? 0 : Rearranged.row(end);
  }

  private String end(int branch) {
    List<LayerSpec> layers = join.branches().get(branch);
    return layers.get(layers.size() - 1).name() + "/out";
  }

  private double[] moved(Tensor joined, int[] from, int[] to) {
    int row = Rearranged.row(joined);
    double[] moved = new double[joined.size()];
    for (int start = 0; start < moved.length; start += row) {
      for (int branch = 0; branch < from.length; branch++) {
        System.arraycopy(
            joined.data(), start + from[branch], moved, start + to[branch], size(branch));
      }
    }
    return moved;
  }

  private static double[] part(Tensor dout, int start, int size) {
    int row = Rearranged.row(dout);
    return Numbers.each(
        dout.size() / row * size, i -> dout.data()[i / size * row + start + i % size]);
  }

  private void joined(String text, Recomputed.Output output, IntoBranch back) {
    for (boolean predicts : new boolean[] {true, false}) {
      for (boolean goesBack : new boolean[] {true, false}) {
        found.add(
            new Hypothesis(
                NAMED, text, look -> predicted(look, output, goesBack ? back : null, predicts)));
      }
    }
  }

  private @Nullable Map<TensorKey, double[]> predicted(
      Look look, Recomputed.Output output, @Nullable IntoBranch back, boolean predicts) {
    double[] out = recomputed.output(look, join.name(), output);
    if (out == null) {
      return null;
    }
    Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
    predicted.put(judged.tensor().key(), out);
    Tensor dout = look.candidate(Phase.BACKWARD, join.name() + "/out");
    if (back != null && dout != null) {
      back(look, dout, back, predicted);
    }
    if (predicts) {
      double[] prediction = recomputed.prediction(look, Set.of(join.name()), output);
      if (prediction == null) {
        return null;
      }
      predicted.put(ExpectedTensor.PREDICTION, prediction);
    }
    return predicted;
  }

  /**
   * The gradient of what the branches read is that of all branches, of those without layers too.
   */
  private void back(Look look, Tensor dout, IntoBranch back, Map<TensorKey, double[]> predicted) {
    double[] gradientOfSkips = new double[dout.size()];
    for (int branch = 0; branch < join.branches().size(); branch++) {
      double[] gradient = back.of(look, dout, branch);
      if (join.branches().get(branch).isEmpty()) {
        gradientOfSkips = Numbers.plus(gradientOfSkips, 1, Numbers.minus(gradient, dout.data()));
      } else {
        predicted.put(new TensorKey(Phase.BACKWARD, end(branch)), gradient);
      }
    }
    double[] more = gradientOfSkips;
    readBy(look)
        .filter(read -> read.reference().size() == more.length)
        .ifPresent(
            read ->
                predicted.put(read.tensor().key(), Numbers.plus(read.reference().data(), 1, more)));
  }
}
