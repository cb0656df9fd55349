package dev.lockstep.core.diagnosis.layers;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.hypothesis.Variant;
import dev.lockstep.core.diagnosis.tensors.Rearranged;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Batch normalization, forward and backward, written down otherwise. */
final class NormalizationMistakes {

  /** What running statistics are taken over: n / (n - 1) is 1. */
  private static final double MANY = 1e300;

  private final ModelProvider reference;
  private final Look first;
  private final Set<TensorKey> scope;
  private final List<Hypothesis> found;

  /**
   * @param scope the tensors that differ, in the order of computation
   * @param found takes what is added
   */
  NormalizationMistakes(
      ModelProvider reference, Look first, Set<TensorKey> scope, List<Hypothesis> found) {
    this.reference = reference;
    this.first = first;
    this.scope = scope;
    this.found = found;
  }

  /** What a batch normalization divides by. */
  private interface Divisor {
    double of(double variance, double epsilon, double count);
  }

  void divisors(LayerSpec.BatchNormalization norm) {
    Divisor unbiased = (variance, epsilon, n) -> Math.sqrt(variance * n / (n - 1) + epsilon);
    String text =
        "the variance is taken unbiased, divided by n-1 in place of n, in batch normalization";
    divisor(norm, text, unbiased, Normalized::variance, null);
    divisor(
        norm,
        text + KEPT,
        unbiased,
        Normalized::variance,
        n -> Numbers.times(n.count() / (n.count() - 1), n.variance()));
    text = "the mean of squares is taken for the variance, the mean not subtracted";
    Divisor root = (variance, epsilon, n) -> Math.sqrt(variance + epsilon);
    divisor(norm, text, root, Normalized::squares, null);
    divisor(norm, text + KEPT, root, Normalized::squares, Normalized::squares);
    divisor(
        norm,
        "batch normalization divides by the variance, not by its root",
        (variance, epsilon, n) -> variance + epsilon);
    divisor(
        norm,
        "epsilon stands outside the root of batch normalization",
        (variance, epsilon, n) -> Math.sqrt(variance) + epsilon);
    divisor(
        norm,
        "batch normalization goes without epsilon",
        (variance, epsilon, n) -> Math.sqrt(variance));
  }

  private void divisor(LayerSpec.BatchNormalization norm, String text, Divisor divisor) {
    divisor(norm, text, divisor, Normalized::variance, null);
  }

  private static final String KEPT = ", and in the running variance";

  /**
   * @param variance what is taken for the variance
   * @param kept what the running variance moves by, null if by the right variance
   */
  private void divisor(
      LayerSpec.BatchNormalization norm,
      String text,
      Divisor divisor,
      Function<Normalized, double[]> variance,
      @Nullable Function<Normalized, double[]> kept) {
    List<LayerSpec.BatchNormalization> all =
        scope.stream()
            .map(key -> Objects.requireNonNull(first.judged().get(key)).tensor().layer())
            .flatMap(name -> first.layer(name).stream())
            .filter(LayerSpec.BatchNormalization.class::isInstance)
            .map(LayerSpec.BatchNormalization.class::cast)
            .distinct()
            .toList();
    List<LayerSpec.BatchNormalization> meant = all.isEmpty() ? List.of(norm) : all;
    for (Backward backward : Backward.values()) {
      for (boolean gamma : new boolean[] {false, true}) {
        for (boolean predicts : new boolean[] {false, true}) {
          found.add(
              new Hypothesis(
                  NAMED,
                  text,
                  look ->
                      divided(look, meant, divisor, variance, kept, backward, gamma, predicts)));
        }
      }
    }
  }

  /** How the gradient of the input goes back where another number divides. */
  private enum Backward {
    /** The right gradient, divided by the other number. */
    DIVIDED,
    /** The right formula with the other number wherever the deviation stands, within x̂ too. */
    BY_THE_FORMULA,
    /** As the other function is truly derived. */
    DERIVED
  }

  /**
   * @param variance what is taken for the variance
   * @param kept what the running variance moves by, null if by the right variance
   * @param gamma whether gamma's gradient sees what was normalized so
   * @param predicts whether prediction divides so too
   */
  private @Nullable Map<TensorKey, double[]> divided(
      Look look,
      List<LayerSpec.BatchNormalization> meant,
      Divisor divisor,
      Function<Normalized, double[]> variance,
      @Nullable Function<Normalized, double[]> kept,
      Backward backward,
      boolean gamma,
      boolean predicts) {
    Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
    for (LayerSpec.BatchNormalization norm : meant) {
      Normalized normalized = Normalized.of(look, norm);
      String input = Look.inputOf(look.network(), norm.name());
      if (normalized == null || input == null) {
        return null;
      }
      double[] taken = variance.apply(normalized);
      double[] divisors =
          Numbers.each(
              normalized.features(), f -> divisor.of(taken[f], norm.epsilon(), normalized.count()));
      predicted.put(
          new TensorKey(Phase.FORWARD, norm.name() + "/out"), normalized.output(divisors));
      Judged dx = look.judged().get(new TensorKey(Phase.BACKWARD, input));
      if (dx != null) {
        predicted.put(
            dx.tensor().key(),
            switch (backward) {
              case DIVIDED -> normalized.rescaled(dx.reference().data(), divisors);
              case BY_THE_FORMULA -> normalized.rescaledSlope(divisors);
              case DERIVED -> normalized.slope(divisors, derivatives(normalized, norm, divisor));
            });
      }
      if (gamma) {
        predicted.put(
            new TensorKey(Phase.BACKWARD, norm.name() + "/gamma"),
            normalized.gammaGradient(divisors));
      }
      Judged running = look.judged().get(new TensorKey(Phase.UPDATE, norm.name() + "/runningVar"));
      if (kept != null && running != null) {
        double[] more = Numbers.minus(kept.apply(normalized), normalized.variance());
        predicted.put(
            running.tensor().key(),
            Numbers.plus(running.reference().data(), 1 - norm.momentum(), more));
      }
    }
    if (predicts) {
      double[] prediction = predicted(look, meant, divisor);
      if (prediction == null) {
        return null;
      }
      predicted.put(ExpectedTensor.PREDICTION, prediction);
    }
    return predicted;
  }

  /** A running variance of D² - ε makes the right prediction divide by D. */
  private double @Nullable [] predicted(
      Look look, List<LayerSpec.BatchNormalization> meant, Divisor divisor) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(look.step().before().tensors());
    for (LayerSpec.BatchNormalization norm : meant) {
      tensors.computeIfPresent(
          norm.name() + "/runningVar",
          (path, variance) ->
              Numbers.like(
                  variance,
                  f -> {
                    double d = divisor.of(variance.data()[f], norm.epsilon(), MANY);
                    return d * d - norm.epsilon();
                  }));
    }
    return Variant.of(look).with(tensors).predicted(reference, look);
  }

  /** By the exact difference quotient of a function as smooth as a root. */
  private static double[] derivatives(
      Normalized normalized, LayerSpec.BatchNormalization norm, Divisor divisor) {
    return Numbers.each(
        normalized.features(),
        f -> {
          double variance = normalized.variance()[f];
          double n = normalized.count();
          double h = 1e-5 * Math.max(variance, norm.epsilon());
          return (8
                      * (divisor.of(variance + h, norm.epsilon(), n)
                          - divisor.of(variance - h, norm.epsilon(), n))
                  - (divisor.of(variance + 2 * h, norm.epsilon(), n)
                      - divisor.of(variance - 2 * h, norm.epsilon(), n)))
              / (12 * h);
        });
  }

  /** Outputs that are normalized by other numbers than a feature's mean and variance. */
  static void outputs(LayerSpec.BatchNormalization layer, Recomputed recomputed) {
    groups(
        recomputed,
        layer,
        "it normalizes each row over its features: layer normalization",
        (x, features) -> Rearranged.row(x));
    if (layer.perChannel()) {
      groups(
          recomputed,
          layer,
          "it normalizes each channel of each image by itself: instance normalization",
          (x, features) -> Rearranged.row(x) / features);
    }
    output(
        recomputed,
        layer,
        "one variance, the mean of all, is taken for every feature",
        (n, f, epsilon) -> Math.sqrt(Numbers.sum(n.variance()) / n.features() + epsilon));
    output(
        recomputed,
        layer,
        "the mean absolute deviation is taken in place of the standard deviation",
        (n, f, epsilon) -> Math.sqrt(n.deviation()[f] * n.deviation()[f] + epsilon));
    int samples = recomputed.samples();
    for (int parts = 2; parts <= Math.min(MOST_PARTS, samples / 2); parts++) {
      if (samples % parts == 0) {
        ghosts(recomputed, layer, parts, samples / parts);
      }
    }
    byRunning(recomputed, layer, look -> look.step().before());
    byRunning(recomputed, layer, look -> look.step().after());
    recomputed.add(
        "gamma multiplies beta too: γ·(x̂ + β)",
        layer,
        read -> {
          Tensor gamma = read.look().before(read.layer() + "/gamma");
          Tensor beta = read.look().before(read.layer() + "/beta");
          if (gamma == null || beta == null) {
            return null;
          }
          int positions = read.input().size() / read.input().shape().length(0) / gamma.size();
          return Numbers.each(
              read.right().size(),
              i -> {
                int f = i / positions % gamma.size();
                return read.right().data()[i] + (gamma.data()[f] - 1) * beta.data()[f];
              });
        },
        null,
        Map.of());
  }

  /** How many elements that stand together are normalized together. */
  private interface Grouped {
    int size(Tensor x, int features);
  }

  private static void groups(
      Recomputed recomputed, LayerSpec.BatchNormalization layer, String text, Grouped grouped) {
    recomputed.add(
        text,
        layer,
        read -> grouped(read.look(), norm(read), read.input(), grouped),
        (read, y, dout) -> groupedBack(read.look(), norm(read), read.input(), dout, grouped),
        Map.of("gamma", (read, y, dout) -> groupedGamma(read, dout, grouped)));
  }

  /** Parts of a batch that a program may have had on processors of their own. */
  private static final int MOST_PARTS = 16;

  private static void ghosts(
      Recomputed recomputed, LayerSpec.BatchNormalization layer, int parts, int rows) {
    recomputed.add(
        "the batch is normalized in %d parts of %d rows, each by its own mean and variance"
            .formatted(parts, rows),
        layer,
        read -> together(read, parts, Normalized::output, false),
        (read, y, dout) -> together(read, parts, Normalized::rightSlope, false),
        Map.of(
            "gamma",
            (read, y, dout) -> together(read, parts, Normalized::rightGammaGradient, true)));
  }

  /**
   * @param sum whether what the parts have is added up; else it stands one after the other
   */
  private static double @Nullable [] together(
      Recomputed.Reading read, int parts, Function<Normalized, double[]> of, boolean sum) {
    List<double[]> each = new ArrayList<>();
    int size = 0;
    for (Normalized part : Normalized.parts(read.look(), norm(read), parts)) {
      double[] own = of.apply(part);
      each.add(own);
      size += own.length;
    }
    if (each.isEmpty()) {
      return null;
    }
    double[] together = new double[sum ? size / parts : size];
    int at = 0;
    for (double[] own : each) {
      for (double value : own) {
        together[at++ % together.length] += value;
      }
    }
    return together;
  }

  private static LayerSpec.BatchNormalization norm(Recomputed.Reading read) {
    return (LayerSpec.BatchNormalization) read.look().layer(read.layer()).orElseThrow();
  }

  /**
   * The running statistics may have moved already, and may be taken for constants on the way back.
   */
  private static void byRunning(
      Recomputed recomputed,
      LayerSpec.BatchNormalization layer,
      Function<Look, @Nullable ModelState> state) {
    for (boolean constant : new boolean[] {true, false}) {
      recomputed.add(
          "it normalizes by the running statistics in training too, as in prediction",
          layer,
          read ->
              running(
                  read, state, (n, means, roots) -> n.output(means, roots, read.input().data())),
          (read, y, dout) ->
              running(
                  read,
                  state,
                  (n, means, roots) -> constant ? n.scaled(roots) : n.slopeBy(means, roots)),
          Map.of("gamma", (read, y, dout) -> running(read, state, Normalized::gammaGradient)));
    }
  }

  private interface ByRunning {
    double[] of(Normalized normalized, double[] means, double[] roots);
  }

  private static double @Nullable [] running(
      Recomputed.Reading read, Function<Look, @Nullable ModelState> state, ByRunning formula) {
    ModelState of = state.apply(read.look());
    Tensor mean = of == null ? null : of.tensors().get(read.layer() + "/runningMean");
    Tensor variance = of == null ? null : of.tensors().get(read.layer() + "/runningVar");
    Normalized normalized = Normalized.of(read.look(), norm(read));
    return mean == null || variance == null || normalized == null
        ? null
        : formula.of(normalized, mean.data(), roots(variance.data(), norm(read).epsilon()));
  }

  private static double[] roots(double[] variance, double epsilon) {
    return Numbers.each(variance.length, f -> Math.sqrt(variance[f] + epsilon));
  }

  private interface Deviation {
    double of(Normalized normalized, int feature, double epsilon);
  }

  /** In training; what prediction does is another matter. */
  private static void output(
      Recomputed recomputed, LayerSpec.BatchNormalization layer, String text, Deviation deviation) {
    Function<Recomputed.Reading, double @Nullable []> divisors =
        read -> {
          Normalized normalized = Normalized.of(read.look(), norm(read));
          return normalized == null
              ? null
              : Numbers.each(
                  normalized.features(), f -> deviation.of(normalized, f, norm(read).epsilon()));
        };
    recomputed.add(
        text,
        layer,
        read -> with(read, divisors, Normalized::output),
        (read, y, dout) -> with(read, divisors, Normalized::rescaledSlope),
        Map.of("gamma", (read, y, dout) -> with(read, divisors, Normalized::gammaGradient)));
  }

  private static double @Nullable [] with(
      Recomputed.Reading read,
      Function<Recomputed.Reading, double @Nullable []> divisors,
      BiFunction<Normalized, double[], double[]> formula) {
    Normalized normalized = Normalized.of(read.look(), norm(read));
    double[] others = divisors.apply(read);
    return normalized == null || others == null ? null : formula.apply(normalized, others);
  }

  private static double[] groupedGamma(Recomputed.Reading read, Tensor dout, Grouped grouped) {
    Tensor x = read.input();
    int features = read.right().size();
    int positions = Rearranged.row(x) / features;
    int group = grouped.size(x, features);
    double[][] statistics = ofGroups(x, group, norm(read).epsilon());
    double[] gradient = new double[features];
    for (int i = 0; i < x.size(); i++) {
      gradient[i / positions % features] +=
          dout.data()[i] * (x.data()[i] - statistics[0][i / group]) / statistics[1][i / group];
    }
    return gradient;
  }

  private static double @Nullable [] grouped(
      Look look, LayerSpec.BatchNormalization norm, Tensor x, Grouped grouped) {
    Tensor gamma = look.before(norm.name() + "/gamma");
    Tensor beta = look.before(norm.name() + "/beta");
    if (gamma == null || beta == null) {
      return null;
    }
    int positions = Rearranged.row(x) / gamma.size();
    int group = grouped.size(x, gamma.size());
    double[][] statistics = ofGroups(x, group, norm.epsilon());
    return Numbers.each(
        x.size(),
        i -> {
          int f = i / positions % gamma.size();
          return gamma.data()[f]
                  * (x.data()[i] - statistics[0][i / group])
                  / statistics[1][i / group]
              + beta.data()[f];
        });
  }

  private static double @Nullable [] groupedBack(
      Look look, LayerSpec.BatchNormalization norm, Tensor x, Tensor dout, Grouped grouped) {
    Tensor gamma = look.before(norm.name() + "/gamma");
    if (gamma == null) {
      return null;
    }
    int positions = Rearranged.row(x) / gamma.size();
    int group = grouped.size(x, gamma.size());
    double[][] statistics = ofGroups(x, group, norm.epsilon());
    double[] means = new double[statistics[0].length];
    double[] products = new double[means.length];
    double[] scaled =
        Numbers.each(x.size(), i -> dout.data()[i] * gamma.data()[i / positions % gamma.size()]);
    double[] normalized =
        Numbers.each(
            x.size(), i -> (x.data()[i] - statistics[0][i / group]) / statistics[1][i / group]);
    for (int i = 0; i < x.size(); i++) {
      means[i / group] += scaled[i] / group;
      products[i / group] += scaled[i] * normalized[i] / group;
    }
    return Numbers.each(
        x.size(),
        i ->
            (scaled[i] - means[i / group] - normalized[i] * products[i / group])
                / statistics[1][i / group]);
  }

  /** Returns means and standard deviations of so many elements at a time. */
  private static double[][] ofGroups(Tensor x, int group, double epsilon) {
    double[][] statistics = new double[2][x.size() / group];
    for (int i = 0; i < x.size(); i++) {
      statistics[0][i / group] += x.data()[i] / group;
    }
    for (int i = 0; i < x.size(); i++) {
      double centred = x.data()[i] - statistics[0][i / group];
      statistics[1][i / group] += centred * centred / group;
    }
    statistics[1] = roots(statistics[1], epsilon);
    return statistics;
  }

  void gradients() {
    normalized(
        "batch normalization's backward pass divides its means by n - 1 in place of n",
        (normalized, reference) -> normalized.slope(normalized.count() - 1, 1));
    normalized(
        "batch normalization's backward pass divides its means by the number of features in place of n",
        (normalized, reference) -> normalized.slope(normalized.features(), 1));
    normalized(
        "batch normalization's backward pass adds the term of the variance in place of subtracting it",
        (normalized, reference) -> normalized.slope(normalized.count(), -1));
    normalized(
        "batch normalization's backward pass divides by the standard deviation once too often",
        (normalized, reference) ->
            normalized.rescaled(
                reference, Numbers.each(normalized.features(), f -> normalized.variance(f))));
    local(
        "batch normalization's backward pass divides by the running deviation",
        (normalized, look, judged) -> {
          String name = judged.tensor().layer();
          ModelState after = look.step().after();
          Tensor variance = after == null ? null : after.tensors().get(name + "/runningVar");
          return variance != null
                  && look.layer(name).orElse(null) instanceof LayerSpec.BatchNormalization norm
              ? normalized.rescaled(
                  judged.reference().data(), roots(variance.data(), norm.epsilon()))
              : null;
        });
    normalized(
        "batch normalization's backward pass takes mean and variance for constants",
        (normalized, reference) -> normalized.constantStatistics());
    normalized(
        "batch normalization's backward pass takes the variance for a constant",
        (normalized, reference) -> normalized.constantVariance());
    normalized(
        "batch normalization's backward pass takes the mean for a constant",
        (normalized, reference) -> normalized.constantMean());
    normalized(
        "batch normalization's backward pass leaves out gamma",
        (normalized, reference) -> normalized.withoutGamma(reference));
    outputForNormalized();
  }

  private void outputForNormalized() {
    local(
        "batch normalization's backward pass takes the output for the normalized input",
        (normalized, look, judged) ->
            judged.tensor().perSample()
                ? normalized.slopeOfOutput()
                : normalized.gammaGradientOfOutput());
  }

  private interface Slope {
    double[] of(Normalized normalized, double[] reference);
  }

  private void normalized(String text, Slope slope) {
    local(text, (normalized, look, judged) -> slope.of(normalized, judged.reference().data()));
  }

  /** What a batch normalization shows of a tensor. */
  private interface OfNormalized {
    double @Nullable [] of(Normalized normalized, Look look, Judged judged);
  }

  private void local(String text, OfNormalized shown) {
    found.add(
        Hypothesis.local(
            NAMED,
            text,
            scope,
            (look, judged) -> {
              Normalized normalized =
                  look.layer(judged.tensor().layer()).orElse(null)
                          instanceof LayerSpec.BatchNormalization norm
                      ? Normalized.of(look, norm)
                      : null;
              return normalized == null ? null : shown.of(normalized, look, judged);
            }));
  }

  /** Gradients of gamma. */
  void gammas() {
    gamma(
        "gamma's gradient is taken with x - μ, not divided by the deviation",
        normalized -> normalized.gammaGradient(Numbers.each(normalized.features(), f -> 1)));
    gamma(
        "gamma's gradient is taken with the output in place of the normalized input",
        Normalized::gammaGradientOfOutput);
    gamma(
        "gamma's gradient is taken with the input in place of the normalized input",
        Normalized::gammaGradientOfInput);
    outputForNormalized();
  }

  private void gamma(String text, Function<Normalized, double[]> gradient) {
    local(
        text,
        (normalized, look, judged) ->
            judged.tensor().key().path().endsWith("/gamma") ? gradient.apply(normalized) : null);
  }
}
