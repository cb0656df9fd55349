package dev.lockstep.core.diagnosis.network;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.ARITHMETIC;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.FITTED;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Other ways to write the value of a loss down. */
public final class LossMistakes {

  private static final TensorKey VALUE = new TensorKey(Phase.LOSS, NetworkSpec.LOSS);

  private final List<Hypothesis> found = new ArrayList<>();

  private LossMistakes() {}

  public static List<Hypothesis> of(Look first, TensorKey key) {
    LossMistakes mistakes = new LossMistakes();
    if (key.equals(VALUE)) {
      mistakes.all(first);
    }
    return mistakes.found;
  }

  private void add(Rank rank, String text, ToDoubleFunction<Look> value) {
    found.add(
        new Hypothesis(
            rank, text, look -> Look.only(VALUE, new double[] {value.applyAsDouble(look)})));
  }

  private void all(Look first) {
    LossSpec loss = first.network().loss();
    if (loss.type() == LossSpec.Type.SOFTMAX_CROSS_ENTROPY) {
      add(
          NAMED,
          "the small constant stands outside the logarithm",
          look ->
              shown(look)
                  - entropy(look, loss.stabilizer())
                  + entropy(look, 0)
                  - loss.stabilizer());
      add(
          NAMED,
          "the small constant is missing in the logarithm",
          look -> shown(look) - entropy(look, loss.stabilizer()) + entropy(look, 0));
      leftOut("last", loss.stabilizer(), rows -> rows - 1);
      leftOut("first", loss.stabilizer(), rows -> 0);
      smoothedLabels(first, loss.stabilizer());
      clippedRows(first, loss.stabilizer());
      add(
          ARITHMETIC,
          "the logarithm is that to base 2",
          look -> data(look) / Math.log(2) + penalty(look));
      add(
          ARITHMETIC,
          "the logarithm is that to base 10",
          look -> data(look) / Math.log(10) + penalty(look));
    }
    if (loss.type() == LossSpec.Type.SIGMOID_CROSS_ENTROPY) {
      halves(loss.stabilizer());
    }
    if (first.network().weightDecay() > 0) {
      for (ParameterSpec parameter : first.network().parameters()) {
        if (parameter.decayed()) {
          add(
              NAMED,
              "the weight decay in the loss is that of %s alone".formatted(parameter.path()),
              look -> data(look) + penalty(look.network(), look.step().before(), parameter));
        }
      }
      add(NAMED, "the weight decay is missing in the loss", this::data);
      add(
          NAMED,
          "the weight decay counts twice in the loss",
          look -> data(look) + 2 * penalty(look));
      add(
          NAMED,
          "the weight decay in the loss is that of the weights of the step before",
          look -> look.previous() == null ? shown(look) : data(look) + penalty(look.previous()));
      add(
          NAMED,
          "the weight decay in the loss is that of the weights after the step",
          look ->
              look.step().after() == null
                  ? Double.NaN
                  : data(look) + penalty(look.network(), look.step().after()));
      add(
          ARITHMETIC,
          "it is the reference's, but for the weight decay, times the batch size: it is summed, not averaged",
          look -> data(look) * look.batch().size() + penalty(look));
    }
  }

  /** −t·log y without −(1 − t)·log(1 − y), or the other way round. */
  private void halves(double stabilizer) {
    for (boolean yes : new boolean[] {true, false}) {
      add(
          NAMED,
          yes
              ? "the loss is −t·log y alone, without the part of 1 − t"
              : "the loss is the part of 1 − t alone, without −t·log y",
          look -> {
            Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
            if (y == null) {
              return Double.NaN;
            }
            double[] t = look.batch().targets().data();
            double sum = 0;
            for (int i = 0; i < t.length; i++) {
              double p = yes ? y.data()[i] : 1 - y.data()[i];
              sum -= (yes ? t[i] : 1 - t[i]) * Math.log(p + stabilizer);
            }
            return sum / look.batch().size() + penalty(look);
          });
    }
  }

  /** A row that the value alone leaves out: its gradient is right. */
  private void leftOut(String which, double stabilizer, IntUnaryOperator of) {
    for (int less : new int[] {0, 1}) {
      add(
          NAMED,
          "the %s row of the batch is left out of the loss, %s"
              .formatted(
                  which, less == 0 ? "which is divided by all" : "and of what it is divided by"),
          look -> {
            double[] rows = rows(look, stabilizer);
            return rows == null
                ? Double.NaN
                : (Numbers.sum(rows) - rows[of.applyAsInt(rows.length)]) / (rows.length - less)
                    + penalty(look);
          });
    }
  }

  /** Each row's share of the loss is no larger than some number, read off the first step. */
  private void clippedRows(Look first, double stabilizer) {
    double[] rows = rows(first, stabilizer);
    Judged value = first.judged().get(VALUE);
    if (rows == null || value == null) {
      return;
    }
    Arrays.sort(rows);
    // what the rows above the limit have lost, were the limit the largest row below them
    double lost = (value.reference().data()[0] - value.candidate().data()[0]) * rows.length;
    double above = 0;
    for (int n = 1; n <= rows.length; n++) {
      above += rows[rows.length - n];
      double limit = (above - lost) / n;
      if (limit < rows[rows.length - n]
          && (n == rows.length || limit >= rows[rows.length - n - 1])) {
        double meant = Numbers.exact(limit);
        add(
            FITTED,
            "the loss of a row is at most %s".formatted(Numbers.setting(meant)),
            look -> {
              double[] each = rows(look, stabilizer);
              return each == null
                  ? Double.NaN
                  : shown(look)
                      - Arrays.stream(each).map(row -> Math.max(0, row - meant)).sum()
                          / each.length;
            });
      }
    }
  }

  /** Returns −log of the right class's probability, of each row. */
  private static double @Nullable [] rows(Look look, double stabilizer) {
    Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
    if (y == null) {
      return null;
    }
    double[] targets = look.batch().targets().data();
    int classes = look.network().classes();
    double[] rows = new double[targets.length / classes];
    for (int i = 0; i < targets.length; i++) {
      rows[i / classes] -= targets[i] == 0 ? 0 : targets[i] * Math.log(y.data()[i] + stabilizer);
    }
    return rows;
  }

  /** The labels (1 − ε)·t + ε/classes, in the loss and in its gradient. */
  private void smoothedLabels(Look first, double stabilizer) {
    TensorKey scores = new TensorKey(Phase.BACKWARD, Look.scoresOf(first.network()));
    double classes = first.network().classes();
    Judged dout = first.judged().get(scores);
    if (dout == null) {
      return;
    }
    double[] t = first.batch().targets().data();
    double fitted =
        -first.batch().size()
            * Numbers.leastSquares(
                Numbers.each(t.length, i -> 1 / classes - t[i]),
                Numbers.minus(dout.candidate().data(), dout.reference().data()));
    double by = Math.rint(fitted * 1e9) / 1e9;
    if (!(by > 0 && by < 1)) {
      return;
    }
    found.add(
        new Hypothesis(
            NAMED,
            "it is as if labels were smoothed by " + Numbers.setting(by),
            look -> {
              Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
              Judged gradient = look.judged().get(scores);
              if (y == null || gradient == null) {
                return null;
              }
              double[] targets = look.batch().targets().data();
              double n = look.batch().size();
              double more = 0;
              for (int i = 0; i < targets.length; i++) {
                more -= by * (1 / classes - targets[i]) * Math.log(y.data()[i] + stabilizer) / n;
              }
              Map<TensorKey, double[]> predicted =
                  Look.only(VALUE, new double[] {shown(look) + more});
              predicted.put(
                  scores,
                  Numbers.each(
                      targets.length,
                      i -> gradient.reference().data()[i] - by * (1 / classes - targets[i]) / n));
              return predicted;
            }));
  }

  private static double shown(Look look) {
    Judged judged = look.judged().get(VALUE);
    return judged == null ? Double.NaN : judged.reference().data()[0];
  }

  private double data(Look look) {
    return shown(look) - penalty(look);
  }

  private static double entropy(Look look, double stabilizer) {
    double[] rows = rows(look, stabilizer);
    return rows == null ? Double.NaN : Numbers.sum(rows) / rows.length;
  }

  /** ½ λ Σ W² over the decayed parameters. */
  private static double penalty(Look look) {
    return penalty(look.network(), look.step().before());
  }

  private static double penalty(NetworkSpec network, ModelState state) {
    return network.parameters().stream()
        .filter(ParameterSpec::decayed)
        .mapToDouble(parameter -> penalty(network, state, parameter))
        .sum();
  }

  private static double penalty(NetworkSpec network, ModelState state, ParameterSpec parameter) {
    Tensor w = state.tensors().get(parameter.path());
    return w == null
        ? 0
        : 0.5 * network.weightDecay() * Arrays.stream(w.data()).map(x -> x * x).sum();
  }
}
