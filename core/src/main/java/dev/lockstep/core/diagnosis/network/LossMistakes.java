package dev.lockstep.core.diagnosis.network;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.ARITHMETIC;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.FITTED;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.hypothesis.Penalty;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
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
    otherConstant(first);
    Penalty whole = Penalty.of(first.network());
    if (whole.exists()) {
      for (ParameterSpec parameter : whole.parameters()) {
        add(
            NAMED,
            "the weight decay in the loss is that of %s alone".formatted(parameter.path()),
            look -> data(look) + whole.only(parameter).of(look.step().before()));
      }
      parts(whole).forEach(this::part);
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
    }
  }

  /**
   * Returns what is added to the loss, by name: the whole of it and, where it has two, each part.
   */
  private static Map<String, Penalty> parts(Penalty whole) {
    Map<String, Penalty> parts = new LinkedHashMap<>();
    parts.put(whole.l2() > 0 ? "the weight decay" : "L1's term, λ·Σ|W|,", whole);
    if (whole.l2() > 0 && whole.l1() > 0) {
      parts.put("L1's term, λ·Σ|W|,", whole.with(0, whole.l1()));
      parts.put("L2's term, ½·λ·ΣW²,", whole.with(whole.l2(), 0));
    }
    return parts;
  }

  private void part(String name, Penalty part) {
    add(
        NAMED,
        name + " is missing in the loss",
        look -> shown(look) - part.of(look.step().before()));
    add(
        NAMED,
        name + " counts twice in the loss",
        look -> shown(look) + part.of(look.step().before()));
  }

  /** The constant inside the logarithm, read off the value of the first step. */
  private void otherConstant(Look first) {
    Judged value = first.judged().get(VALUE);
    LossSpec loss = first.network().loss();
    if (value == null || rows(first, loss.stabilizer()) == null) {
      return;
    }
    double entropy = value.candidate().data()[0] - penalty(first);
    double least = constant(first, entropy + value.floor());
    double most = constant(first, entropy - value.floor());
    if (!(least > 0 && most < 1)) {
      return;
    }
    double meant = Numbers.between(least, most);
    add(
        NAMED,
        "it is as if the loss's constant were %s in place of %s"
            .formatted(Numbers.setting(meant), Numbers.setting(loss.stabilizer())),
        look -> shown(look) - entropy(look, loss.stabilizer()) + entropy(look, meant));
  }

  /** Returns the constant by which the cross entropy has a value; 0 if none is small enough. */
  private static double constant(Look look, double entropy) {
    double low = 0;
    double high = 1;
    for (int i = 0; i < BISECTIONS; i++) {
      // most constants are tiny: halve their exponent as long as there is one
      double middle = low > 0 ? Math.sqrt(low * high) : high / 1e3;
      if (entropy(look, middle) > entropy) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Leave no digit of a double undecided. */
  private static final int BISECTIONS = 200;

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

  /** The labels (1 − ε)·t + ε/classes, in the loss, in its gradient or in both. */
  private void smoothedLabels(Look first, double stabilizer) {
    TensorKey scores = new TensorKey(Phase.BACKWARD, Look.scoresOf(first.network()));
    double classes = first.network().classes();
    Judged dout = first.judged().get(scores);
    Judged value = first.judged().get(VALUE);
    if (dout == null || value == null) {
      return;
    }
    double[] t = first.batch().targets().data();
    double ofGradient =
        -first.batch().size()
            * Numbers.leastSquares(
                Numbers.each(t.length, i -> 1 / classes - t[i]),
                Numbers.minus(dout.candidate().data(), dout.reference().data()));
    double ofValue =
        (value.candidate().data()[0] - value.reference().data()[0]) / smoothed(first, stabilizer);
    smoothedLabels(scores, stabilizer, ofGradient, true, true);
    smoothedLabels(scores, stabilizer, ofValue, true, false);
    smoothedLabels(scores, stabilizer, ofGradient, false, true);
  }

  /** Returns what the loss takes more, for each unit of ε. */
  private static double smoothed(Look look, double stabilizer) {
    Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
    double[] t = look.batch().targets().data();
    double more = 0;
    for (int i = 0; y != null && i < t.length; i++) {
      more -= (1.0 / look.network().classes() - t[i]) * Math.log(y.data()[i] + stabilizer);
    }
    return more / look.batch().size();
  }

  private void smoothedLabels(
      TensorKey scores, double stabilizer, double fitted, boolean inLoss, boolean inGradient) {
    double by = Math.rint(fitted * 1e9) / 1e9;
    if (!(by > 0 && by < 1)) {
      return;
    }
    found.add(
        new Hypothesis(
            NAMED,
            "it is as if labels were smoothed by %s%s"
                .formatted(
                    Numbers.setting(by),
                    inLoss ? inGradient ? "" : ", in the loss alone" : ", in the gradient alone"),
            look -> {
              Judged gradient = look.judged().get(scores);
              if (gradient == null) {
                return null;
              }
              double[] t = look.batch().targets().data();
              double share = 1.0 / look.network().classes();
              double n = look.batch().size();
              Map<TensorKey, double[]> predicted =
                  Look.only(VALUE, new double[] {shown(look) + by * smoothed(look, stabilizer)});
              predicted.put(
                  scores,
                  Numbers.each(
                      t.length, i -> gradient.reference().data()[i] - by * (share - t[i]) / n));
              predicted.keySet().removeIf(key -> key.equals(VALUE) ? !inLoss : !inGradient);
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

  /** ½ λ Σ W² + λ₁ Σ |W| over the decayed parameters. */
  private static double penalty(Look look) {
    return penalty(look.network(), look.step().before());
  }

  private static double penalty(NetworkSpec network, ModelState state) {
    return Penalty.of(network).of(state);
  }
}
