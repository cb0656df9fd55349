package dev.lockstep.core.diagnosis.layers;

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
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoublePredicate;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Samples of a batch that count otherwise than the rest, and what they have in common: their class,
 * whether it is predicted, how certainly.
 */
public final class Samples {

  /** How far a weight that was solved for may lie from a round number. */
  private static final double ROUNDING = 1e-6;

  private final List<Look> looks;
  private final String noun;
  private final List<Condition> found = new ArrayList<>();

  private Samples(List<Look> looks, String noun) {
    this.looks = looks;
    this.noun = noun;
  }

  /**
   * Returns mistakes of a tensor that has a row for each sample: some rows count otherwise.
   *
   * @param looks the step that differs and those after it
   * @param key the first tensor that differs
   */
  public static List<Hypothesis> of(List<Look> looks, TensorKey key, List<Set<TensorKey>> scopes) {
    List<Look> differing = new ArrayList<>();
    List<double[]> weights = new ArrayList<>();
    for (Look look : looks) {
      Judged judged = look.judged().get(key);
      if (judged != null && look.differs(key)) {
        double[] ofRows = ofRows(judged.reference(), judged.candidate());
        if (ofRows == null) {
          return List.of();
        }
        differing.add(look);
        weights.add(ofRows);
      }
    }
    List<Hypothesis> found = new ArrayList<>();
    for (Condition condition : of("rows", differing, weights)) {
      for (Set<TensorKey> scope : scopes) {
        found.add(
            Hypothesis.local(
                condition.rank(),
                condition.told() + (condition.weight() == 0 ? " of" : " in") + " the gradient",
                scope,
                (look, judged) -> {
                  double[] counts = condition.weights(look);
                  Tensor right = judged.reference();
                  return counts == null || right.shape().length(0) != counts.length
                      ? null
                      : Numbers.each(
                          right.size(),
                          i -> counts[i / (right.size() / counts.length)] * right.data()[i]);
                }));
      }
    }
    return found;
  }

  /**
   * What chooses samples, and how often those count.
   *
   * @param text which
   */
  record Condition(Hypothesis.Rank rank, String text, double weight, Chosen chosen) {

    /** Returns the clause that says what becomes of them. */
    String told() {
      return text
          + (weight == 0
              ? " are left out"
              : weight == 2
                  ? " count twice"
                  : " count %s times".formatted(Numbers.setting(weight)));
    }

    /** Returns how often each sample of a step counts; null if the step does not show it. */
    double @Nullable [] weights(Look look) {
      boolean[] meant = chosen.of(look);
      return meant == null ? null : Numbers.each(meant.length, i -> meant[i] ? weight : 1);
    }
  }

  /** Chooses samples of a step. */
  interface Chosen {
    boolean @Nullable [] of(Look look);
  }

  /**
   * Returns what those samples have in common that count otherwise in each step.
   *
   * @param noun what samples are called
   * @param looks in which something counts otherwise
   * @param weights how often each sample counts in each of them
   */
  static List<Condition> of(String noun, List<Look> looks, List<double[]> weights) {
    Samples samples = new Samples(looks, noun);
    List<boolean[]> chosen = new ArrayList<>();
    double weight = Double.NaN;
    boolean others = false;
    for (double[] ofStep : weights) {
      boolean[] meant = new boolean[ofStep.length];
      for (int i = 0; i < ofStep.length; i++) {
        if (Math.abs(ofStep[i] - 1) <= ROUNDING) {
          others = true;
          continue;
        }
        double own = Math.abs(ofStep[i]) <= ROUNDING ? 0 : ofStep[i];
        weight = Double.isNaN(weight) ? own : weight;
        if (!(Math.abs(own - weight) <= ROUNDING * Math.max(1, Math.abs(weight)))) {
          return List.of(); // not two kinds of samples, but many
        }
        meant[i] = true;
      }
      chosen.add(meant);
    }
    if (!Double.isNaN(weight) && others) {
      samples.all(chosen, weight == 0 ? 0 : Numbers.exact(weight));
    }
    return samples.found;
  }

  private void all(List<boolean[]> chosen, double weight) {
    if (looks.get(0).network().loss().type() == LossSpec.Type.SOFTMAX_CROSS_ENTROPY) {
      ofClass(chosen, weight);
      predicted(chosen, weight);
      certain(chosen, weight);
    }
  }

  private void add(
      Hypothesis.Rank rank, String text, double weight, List<boolean[]> chosen, Chosen such) {
    for (int at = 0; at < looks.size(); at++) {
      if (!Arrays.equals(such.of(looks.get(at)), chosen.get(at))) {
        return;
      }
    }
    found.add(new Condition(rank, text, weight, such));
  }

  private void ofClass(List<boolean[]> chosen, double weight) {
    TreeSet<Integer> classes = new TreeSet<>();
    for (int at = 0; at < looks.size(); at++) {
      int[] labels = labels(looks.get(at));
      for (int i = 0; i < labels.length; i++) {
        if (chosen.get(at)[i]) {
          classes.add(labels[i]);
        }
      }
    }
    String text =
        noun
            + " of "
            + (classes.size() == 1 ? "class " : "classes ")
            + classes.stream().map(String::valueOf).collect(Collectors.joining(", "));
    add(
        NAMED,
        text,
        weight,
        chosen,
        look -> {
          int[] labels = labels(look);
          return meant(labels.length, i -> classes.contains(labels[i]));
        });
  }

  private void predicted(List<boolean[]> chosen, double weight) {
    for (boolean right : new boolean[] {true, false}) {
      add(
          NAMED,
          noun + " whose class is predicted " + (right ? "rightly" : "wrongly"),
          weight,
          chosen,
          look -> {
            double[] y = outputs(look);
            int[] labels = labels(look);
            return y == null
                ? null
                : meant(
                    labels.length,
                    i -> (best(y, i, y.length / labels.length) == labels[i]) == right);
          });
    }
  }

  /** Below or above a probability of the true class, and shares of the batch. */
  private void certain(List<boolean[]> chosen, double weight) {
    double[] of = new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY};
    double[] rest = of.clone();
    boolean share = true;
    double count = Double.NaN;
    for (int at = 0; at < looks.size(); at++) {
      double[] p = probabilities(looks.get(at));
      if (p == null || p.length != chosen.get(at).length) {
        return;
      }
      int those = 0;
      for (int i = 0; i < p.length; i++) {
        double[] bounds = chosen.get(at)[i] ? of : rest;
        bounds[0] = Math.min(bounds[0], p[i]);
        bounds[1] = Math.max(bounds[1], p[i]);
        those += chosen.get(at)[i] ? 1 : 0;
      }
      double part = those / (double) p.length;
      share &= Double.isNaN(count) || part == count;
      count = part;
    }
    boolean above = of[0] > rest[1];
    if (above || of[1] < rest[0]) {
      double limit = above ? Numbers.between(rest[1], of[0]) : Numbers.between(of[1], rest[0]);
      add(
          ARITHMETIC,
          "%s whose class has a probability %s %s"
              .formatted(noun, above ? "above" : "below", Numbers.setting(limit)),
          weight,
          chosen,
          of(p -> above ? p > limit : p < limit));
    }
    double part = count;
    if (share && part > 0 && part < 1) {
      for (boolean certain : new boolean[] {true, false}) {
        add(
            NAMED,
            "the %s of the %s with the %s loss"
                .formatted(
                    part == 0.5 ? "half" : "share of %s".formatted(Numbers.setting(part)),
                    noun,
                    certain ? "smallest" : "largest"),
            weight,
            chosen,
            look -> {
              double[] p = probabilities(look);
              if (p == null) {
                return null;
              }
              double[] sorted = p.clone();
              Arrays.sort(sorted);
              int those = (int) Math.round(part * p.length);
              return meant(
                  p.length,
                  i -> certain ? p[i] >= sorted[p.length - those] : p[i] <= sorted[those - 1]);
            });
      }
    }
  }

  private static Chosen of(DoublePredicate such) {
    return look -> {
      double[] p = probabilities(look);
      return p == null ? null : meant(p.length, i -> such.test(p[i]));
    };
  }

  private static boolean[] meant(int rows, IntPredicate such) {
    boolean[] meant = new boolean[rows];
    for (int i = 0; i < rows; i++) {
      meant[i] = such.test(i);
    }
    return meant;
  }

  private static double @Nullable [] outputs(Look look) {
    Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
    return y == null || y.size() != look.batch().targets().size() ? null : y.data();
  }

  private static int[] labels(Look look) {
    double[] t = look.batch().targets().data();
    int rows = look.batch().size();
    int[] labels = new int[rows];
    for (int i = 0; i < rows; i++) {
      labels[i] = best(t, i, t.length / rows);
    }
    return labels;
  }

  private static int best(double[] values, int row, int width) {
    int best = 0;
    for (int c = 1; c < width; c++) {
      best = values[row * width + c] > values[row * width + best] ? c : best;
    }
    return best;
  }

  /** What the candidate gives the true class of each sample. */
  private static double @Nullable [] probabilities(Look look) {
    double[] y = outputs(look);
    int[] labels = labels(look);
    return y == null
        ? null
        : Numbers.each(labels.length, i -> y[i * (y.length / labels.length) + labels[i]]);
  }

  /** Returns the factor of each row by which a tensor is the right one; null if it is no such. */
  static double @Nullable [] ofRows(Tensor right, Tensor shown) {
    int rows = right.shape().rank() < 2 ? 0 : right.shape().length(0);
    if (rows < 2 || shown.size() != right.size()) {
      return null;
    }
    int width = right.size() / rows;
    return Numbers.each(
        rows,
        i -> {
          double[] own = Arrays.copyOfRange(right.data(), i * width, (i + 1) * width);
          double factor =
              Numbers.leastSquares(
                  own, Arrays.copyOfRange(shown.data(), i * width, (i + 1) * width));
          return Double.isFinite(factor) ? factor : 1; // a row of zeros
        });
  }

  /**
   * Returns how often each sample counts in a sum of x·dᵀ over the samples; null if that cannot be
   * told.
   *
   * @param sum inputs × outputs
   */
  static double @Nullable [] inSum(Tensor x, Tensor dout, double[] sum) {
    int rows = x.shape().length(0);
    int in = x.size() / rows;
    int out = dout.size() / rows;
    if (sum.length != in * out || rows > in * out) {
      return null;
    }
    double[][] system = new double[rows][rows + 1];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < rows; j++) {
        system[i][j] = product(x.data(), i, j, in) * product(dout.data(), i, j, out);
      }
      for (int k = 0; k < in; k++) {
        double left = x.data()[i * in + k];
        for (int j = 0; left != 0 && j < out; j++) {
          system[i][rows] += left * dout.data()[i * out + j] * sum[k * out + j];
        }
      }
    }
    return solved(system);
  }

  private static double product(double[] values, int i, int j, int width) {
    double sum = 0;
    for (int k = 0; k < width; k++) {
      sum += values[i * width + k] * values[j * width + k];
    }
    return sum;
  }

  /** Gauss with the largest pivot; null where it is next to 0. */
  private static double @Nullable [] solved(double[][] system) {
    int n = system.length;
    double largest = 0;
    for (double[] row : system) {
      largest = Math.max(largest, Arrays.stream(row, 0, n).map(Math::abs).max().orElse(0));
    }
    for (int column = 0; column < n; column++) {
      int pivot = column;
      for (int i = column + 1; i < n; i++) {
        pivot = Math.abs(system[i][column]) > Math.abs(system[pivot][column]) ? i : pivot;
      }
      double[] swapped = system[pivot];
      system[pivot] = system[column];
      system[column] = swapped;
      if (!(Math.abs(swapped[column]) > SINGULAR * largest)) {
        return null;
      }
      for (int i = 0; i < n; i++) {
        double factor = i == column ? 0 : system[i][column] / swapped[column];
        for (int k = column; factor != 0 && k <= n; k++) {
          system[i][k] -= factor * swapped[k];
        }
      }
    }
    return Numbers.each(n, i -> system[i][n] / system[i][i]);
  }

  /** A pivot below this share of the largest element leaves too few digits to read a weight off. */
  private static final double SINGULAR = 1e-9;
}
