package dev.lockstep.core.diagnosis.network;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.ARITHMETIC;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Other labels, or rows that count differently, in softmax with cross entropy: its gradient (y − t)
 * / N shows both.
 */
public final class TargetMistakes {

  private static final TensorKey VALUE = new TensorKey(Phase.LOSS, NetworkSpec.LOSS);

  /** How far a label that is read off a gradient may lie from 0 or 1. */
  private static final double ROUNDING = 1e-6;

  private final Look first;
  private final TensorKey scores;
  private final int nominal;
  private final List<Hypothesis> found = new ArrayList<>();

  private TargetMistakes(int nominal, Look first) {
    this.first = first;
    this.scores = new TensorKey(Phase.BACKWARD, Look.scoresOf(first.network()));
    this.nominal = nominal;
  }

  /**
   * @param nominal rows of a full batch
   */
  public static List<Hypothesis> of(int nominal, Look first, TensorKey key) {
    TargetMistakes mistakes = new TargetMistakes(nominal, first);
    if (first.network().loss().type() == LossSpec.Type.SOFTMAX_CROSS_ENTROPY
        && (key.equals(VALUE) || key.equals(mistakes.scores))) {
      mistakes.labels();
      mistakes.classWeights();
      mistakes.divisors();
      mistakes.gradients();
      mistakes.focal();
    }
    return mistakes.found;
  }

  private double stabilizer() {
    return first.network().loss().stabilizer();
  }

  /** Returns the class of each row that a gradient shows; null if it shows none. */
  private int @Nullable [] shownLabels(Look look) {
    Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
    Tensor dout = look.candidate(Phase.BACKWARD, scores.path());
    int classes = look.network().classes();
    int rows = look.batch().size();
    if (y == null || dout == null || y.size() != rows * classes || dout.size() != y.size()) {
      return null;
    }
    int[] labels = new int[rows];
    Arrays.fill(labels, -1);
    for (int i = 0; i < y.size(); i++) {
      double target = y.data()[i] - rows * dout.data()[i];
      if (Math.abs(target - 1) < ROUNDING && labels[i / classes] < 0) {
        labels[i / classes] = i % classes;
      } else if (!(Math.abs(target) < ROUNDING)) {
        return null;
      }
    }
    return Arrays.stream(labels).anyMatch(label -> label < 0) ? null : labels;
  }

  private static int[] rightLabels(Look look) {
    int classes = look.network().classes();
    double[] t = look.batch().targets().data();
    int[] labels = new int[look.batch().size()];
    for (int i = 0; i < t.length; i++) {
      labels[i / classes] =
          t[i] > t[i / classes * classes + labels[i / classes]] ? i % classes : labels[i / classes];
    }
    return labels;
  }

  private void labels() {
    int[] shown = shownLabels(first);
    if (shown == null) {
      return;
    }
    int[] right = rightLabels(first);
    TreeSet<Integer> rows = new TreeSet<>();
    Map<Integer, Integer> taken = new LinkedHashMap<>();
    boolean byClass = true;
    for (int i = 0; i < right.length; i++) {
      if (shown[i] != right[i]) {
        rows.add(i + 1);
      }
      Integer before = taken.put(right[i], shown[i]);
      byClass &= before == null || before == shown[i];
    }
    if (rows.isEmpty()) {
      return;
    }
    taken.entrySet().removeIf(entry -> entry.getKey().equals(entry.getValue()));
    String text =
        byClass && rows.size() > 1
            ? "labels were others: "
                + String.join(
                    ", ",
                    taken.entrySet().stream()
                        .sorted(Map.Entry.comparingByKey())
                        .map(entry -> entry.getValue() + " in place of " + entry.getKey())
                        .toList())
            : rows.size() == 1
                ? "the label of row %d were %d in place of %d"
                    .formatted(rows.first(), shown[rows.first() - 1], right[rows.first() - 1])
                : "labels were others in %d of %d rows".formatted(rows.size(), right.length);
    found.add(new Hypothesis(ARITHMETIC, "it is as if " + text, this::labelled));
  }

  private @Nullable Map<TensorKey, double[]> labelled(Look look) {
    int[] labels = shownLabels(look);
    Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
    if (labels == null || y == null) {
      return null;
    }
    int classes = look.network().classes();
    int rows = labels.length;
    return predicted(
        look,
        Numbers.each(
            y.size(), i -> (y.data()[i] - (labels[i / classes] == i % classes ? 1 : 0)) / rows),
        entropy(look, y, labels, Numbers.each(rows, i -> 1.0 / rows)));
  }

  /** Returns Σ weight · −log(y + constant) over the rows. */
  private double entropy(Look look, Tensor y, int[] labels, double[] weights) {
    int classes = look.network().classes();
    double sum = 0;
    for (int i = 0; i < labels.length; i++) {
      sum -= weights[i] * Math.log(y.data()[i * classes + labels[i]] + stabilizer());
    }
    return sum;
  }

  /** The reference's value with another data term. */
  private Map<TensorKey, double[]> predicted(Look look, double[] gradient, double data) {
    Map<TensorKey, double[]> predicted = Look.only(scores, gradient);
    Judged value = look.judged().get(VALUE);
    if (value != null) {
      predicted.put(VALUE, new double[] {value.reference().data()[0] - rightEntropy(look) + data});
    }
    return predicted;
  }

  private double rightEntropy(Look look) {
    Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
    int rows = look.batch().size();
    return y == null
        ? Double.NaN
        : entropy(look, y, rightLabels(look), Numbers.each(rows, i -> 1.0 / rows));
  }

  /** Each row counts by its class; the sum is divided by the rows, or by the weights. */
  private void classWeights() {
    Judged dout = first.judged().get(scores);
    if (dout == null || dout.candidate().size() != dout.reference().size()) {
      return;
    }
    int classes = first.network().classes();
    int[] labels = rightLabels(first);
    double[] weights = new double[classes];
    for (int c = 0; c < classes; c++) {
      int label = c;
      double fitted =
          Numbers.leastSquares(
              ofClass(dout.reference(), labels, label), ofClass(dout.candidate(), labels, label));
      weights[c] = Double.isFinite(fitted) ? fitted : Double.NaN;
    }
    for (boolean mean : new boolean[] {false, true}) {
      double unit = mean ? median(weights) : 1;
      double[] relative =
          Numbers.each(
              classes, c -> Numbers.exact((Double.isNaN(weights[c]) ? unit : weights[c]) / unit));
      List<String> told = new ArrayList<>();
      for (int c = 0; c < classes; c++) {
        if (relative[c] != 1) {
          told.add("%s for class %d".formatted(Numbers.setting(relative[c]), c));
        }
      }
      long shown = Arrays.stream(weights).filter(weight -> !Double.isNaN(weight)).count();
      if (told.isEmpty() || told.size() == shown) {
        continue;
      }
      found.add(
          new Hypothesis(
              NAMED,
              "classes are weighted: %s%s"
                  .formatted(
                      String.join(", ", told),
                      mean ? ", and the mean is taken over the weights" : ""),
              look -> weighted(look, relative, mean)));
    }
  }

  private static double median(double[] values) {
    double[] sorted = Arrays.stream(values).filter(v -> !Double.isNaN(v)).sorted().toArray();
    return sorted.length == 0 ? 1 : sorted[sorted.length / 2];
  }

  private static double[] ofClass(Tensor gradient, int[] labels, int label) {
    int width = gradient.size() / labels.length;
    return Numbers.each(gradient.size(), i -> labels[i / width] == label ? gradient.data()[i] : 0);
  }

  private @Nullable Map<TensorKey, double[]> weighted(Look look, double[] ofClass, boolean mean) {
    Judged dout = look.judged().get(scores);
    Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
    if (dout == null || y == null) {
      return null;
    }
    int[] labels = rightLabels(look);
    int rows = labels.length;
    double sum = mean ? Arrays.stream(labels).mapToDouble(label -> ofClass[label]).sum() : rows;
    double[] weights = Numbers.each(rows, i -> ofClass[labels[i]] / sum);
    int classes = look.network().classes();
    return predicted(
        look,
        Numbers.each(
            dout.reference().size(), i -> dout.reference().data()[i] * weights[i / classes] * rows),
        entropy(look, y, labels, weights));
  }

  private void divisors() {
    divisor("the mean is taken over n - 1 in place of n rows", n -> n - 1);
    if (first.batch().size() != nominal) {
      divisor(
          "the mean is taken over %d rows, a full batch, in a batch of %d"
              .formatted(nominal, first.batch().size()),
          n -> nominal);
    }
  }

  private void divisor(String text, DoubleUnaryOperator divisor) {
    for (int ways = 1; ways < 4; ways++) {
      boolean inLoss = (ways & 1) != 0;
      boolean inGradient = (ways & 2) != 0;
      found.add(
          new Hypothesis(
              ARITHMETIC,
              text,
              look -> {
                Judged dout = look.judged().get(scores);
                double n = look.batch().size();
                double factor = n / divisor.applyAsDouble(n);
                if (dout == null) {
                  return null;
                }
                Map<TensorKey, double[]> predicted =
                    predicted(
                        look,
                        Numbers.times(factor, dout.reference().data()),
                        rightEntropy(look) * factor);
                predicted.keySet().removeIf(key -> key.equals(VALUE) ? !inLoss : !inGradient);
                return predicted;
              }));
    }
  }

  /** Focusing exponents that are in use: Lin et al. 2017 try 0.5 to 5. */
  private static final double[] EXPONENTS = {0.5, 1, 1.5, 2, 2.5, 3, 4, 5};

  /** Rows count the less the surer the network is of them: α·(1 − p)^γ. */
  private void focal() {
    Tensor y = first.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
    Judged value = first.judged().get(VALUE);
    Judged dout = first.judged().get(scores);
    if (y == null || value == null || dout == null) {
      return;
    }
    double data = value.candidate().data()[0] - value.reference().data()[0] + rightEntropy(first);
    for (double exponent : EXPONENTS) {
      for (boolean derived : new boolean[] {true, false}) {
        for (boolean inLoss : new boolean[] {true, false}) {
          for (boolean inGradient : new boolean[] {true, false}) {
            double alpha =
                Numbers.exact(
                    inLoss
                        ? data / focused(first, y, exponent)
                        : Numbers.leastSquares(
                            focusedGradient(first, y, exponent, derived, dout.reference()),
                            dout.candidate().data()));
            if ((inLoss || inGradient) && Double.isFinite(alpha) && alpha > 0) {
              focal(exponent, alpha, derived, inLoss, inGradient);
            }
          }
        }
      }
    }
  }

  /**
   * @param derived whether the gradient is that of the weights too
   */
  private void focal(
      double exponent, double alpha, boolean derived, boolean inLoss, boolean inGradient) {
    String factor = Math.abs(alpha - 1) < ROUNDING ? "" : Numbers.setting(alpha) + "·";
    found.add(
        new Hypothesis(
            factor.isEmpty() ? NAMED : ARITHMETIC,
            "rows are weighted by %s(1 - p)^%s, p the probability of the right class: a focal loss%s"
                .formatted(
                    factor,
                    Numbers.setting(exponent),
                    inGradient && !derived ? ", the weights taken for constants" : ""),
            look -> {
              Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
              Judged dout = look.judged().get(scores);
              if (y == null || dout == null) {
                return null;
              }
              Map<TensorKey, double[]> predicted =
                  predicted(
                      look,
                      Numbers.times(
                          alpha, focusedGradient(look, y, exponent, derived, dout.reference())),
                      alpha * focused(look, y, exponent));
              predicted.keySet().removeIf(key -> key.equals(VALUE) ? !inLoss : !inGradient);
              return predicted;
            }));
  }

  private double focused(Look look, Tensor y, double exponent) {
    int[] labels = rightLabels(look);
    int classes = look.network().classes();
    return entropy(
        look,
        y,
        labels,
        Numbers.each(
            labels.length,
            i -> Math.pow(1 - y.data()[i * classes + labels[i]], exponent) / labels.length));
  }

  /** With d/dp of −(1 − p)^γ·log p the gradient of a row is a multiple of its right one. */
  private static double[] focusedGradient(
      Look look, Tensor y, double exponent, boolean derived, Tensor right) {
    int[] labels = rightLabels(look);
    int classes = look.network().classes();
    double[] weights =
        Numbers.each(
            labels.length,
            i -> {
              double p = y.data()[i * classes + labels[i]];
              double more = exponent * p * Math.log(p) * Math.pow(1 - p, exponent - 1);
              return Math.pow(1 - p, exponent) - (derived ? more : 0);
            });
    return Numbers.each(right.size(), i -> weights[i / classes] * right.data()[i]);
  }

  private void gradients() {
    local(
        "the gradient takes the softmax's diagonal alone, each output by itself",
        (look, i) -> {
          double[] t = look.batch().targets().data();
          Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
          return y == null || t[i] == 0
              ? 0
              : -t[i]
                  / (y.data()[i] + stabilizer())
                  * y.data()[i]
                  * (1 - y.data()[i])
                  / look.batch().size();
        });
    local(
        "the gradient is that of squared errors through the outputs' own slopes, (y - t)·y·(1 - y)",
        (look, i) -> {
          Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
          double value = y == null ? Double.NaN : y.data()[i];
          return (value - look.batch().targets().data()[i])
              * value
              * (1 - value)
              / look.batch().size();
        });
    local(
        "the gradient is that of the true class alone",
        (look, i) -> {
          Judged dout = look.judged().get(scores);
          return dout == null
              ? Double.NaN
              : look.batch().targets().data()[i] == 0 ? 0 : dout.reference().data()[i];
        });
    local(
        "rows whose class is predicted rightly are left out of the gradient",
        (look, i) -> {
          Judged dout = look.judged().get(scores);
          return dout == null
              ? Double.NaN
              : isRight(look, i / look.network().classes()) ? 0 : dout.reference().data()[i];
        });
    local(
        "the gradient counts the constant in the logarithm, p / (p + constant)",
        (look, i) -> {
          Judged dout = look.judged().get(scores);
          Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
          int classes = look.network().classes();
          if (dout == null || y == null) {
            return Double.NaN;
          }
          double p = y.data()[i / classes * classes + rightLabels(look)[i / classes]];
          return dout.reference().data()[i] * p / (p + stabilizer());
        });
  }

  private static boolean isRight(Look look, int row) {
    Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
    int classes = look.network().classes();
    int best = 0;
    for (int c = 1; y != null && c < classes; c++) {
      best = y.data()[row * classes + c] > y.data()[row * classes + best] ? c : best;
    }
    return look.batch().targets().data()[row * classes + best] != 0;
  }

  private interface Element {
    double of(Look look, int at);
  }

  private void local(String text, Element element) {
    found.add(
        new Hypothesis(
            NAMED,
            text,
            look -> {
              Judged dout = look.judged().get(scores);
              return dout == null
                  ? null
                  : Look.only(
                      scores, Numbers.each(dout.reference().size(), i -> element.of(look, i)));
            }));
  }
}
