package dev.lockstep.core.diagnosis.updates;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.ARITHMETIC;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Weight decay of another kind, or of other parameters, in the loss and in the gradients. Its
 * strength is read off each gradient of the first step.
 */
public final class DecayMistakes {

  private static final TensorKey VALUE = new TensorKey(Phase.LOSS, NetworkSpec.LOSS);

  /** Of the weight decay: less is the rounding of a fit. */
  private static final double ROUNDING = 1e-6;

  private final Look first;
  private final List<Hypothesis> found = new ArrayList<>();

  private DecayMistakes(Look first) {
    this.first = first;
  }

  /**
   * @param start what the run started with, null if nobody knows
   * @param key the first tensor that differs
   */
  public static List<Hypothesis> of(@Nullable ModelState start, Look first, TensorKey key) {
    DecayMistakes mistakes = new DecayMistakes(first);
    boolean gradient =
        key.phase() == Phase.BACKWARD
            && first.network().parameters().stream().anyMatch(p -> p.path().equals(key.path()));
    if (gradient || key.equals(VALUE)) {
      for (boolean everywhere : new boolean[] {false, true}) {
        mistakes.kind(new Kind("", w -> w, w -> w * w / 2), everywhere);
        mistakes.kind(new Kind("L1, λ·|W|, in place of L2; ", Math::signum, Math::abs), everywhere);
      }
      mistakes.norm();
      mistakes.ofOthers("the weights that the run started with", look -> start);
      mistakes.ofOthers(
          "the weights of the step before",
          look -> look.previous() == null ? null : look.previous().step().before());
    }
    return mistakes.found;
  }

  /**
   * @param slope what is added to the gradient, times the strength
   * @param penalty what each weight adds to the loss, times the strength
   */
  private record Kind(String text, DoubleUnaryOperator slope, DoubleUnaryOperator penalty) {}

  /**
   * @param everywhere whether what is still all zeros decays too
   */
  private void kind(Kind kind, boolean everywhere) {
    Map<String, Double> strengths = new LinkedHashMap<>();
    boolean other = !kind.text().isEmpty();
    for (ParameterSpec parameter : first.network().parameters()) {
      Double fitted =
          fitted(kind, parameter, everywhere ? first.network().weightDecay() : right(parameter));
      if (fitted == null) {
        return;
      }
      strengths.put(parameter.path(), fitted);
      other |= Math.abs(fitted - right(parameter)) > ROUNDING * first.network().weightDecay();
    }
    boolean fittedL1 =
        !kind.text().isEmpty()
            && strengths.values().stream()
                .anyMatch(strength -> strength != 0 && strength != first.network().weightDecay());
    if (fittedL1 || !other || strengths.values().stream().allMatch(strength -> strength == 0)) {
      return;
    }
    // another strength for all is a setting, and told as one
    boolean setting =
        kind.text().isEmpty()
            && first.network().parameters().stream()
                .allMatch(
                    parameter ->
                        (strengths.getOrDefault(parameter.path(), 0.0) != 0) == parameter.decayed())
            && strengths.values().stream().filter(strength -> strength != 0).distinct().count()
                == 1;
    String text = "weight decay is " + kind.text() + told(kind, strengths);
    for (boolean inLoss : new boolean[] {true, false}) {
      found.add(
          new Hypothesis(
              inLoss && !setting ? NAMED : ARITHMETIC,
              text + (inLoss ? "" : ", in the gradients alone"),
              look -> predicted(look, kind, strengths, inLoss)));
    }
  }

  private double right(ParameterSpec parameter) {
    return parameter.decayed() ? first.network().weightDecay() : 0;
  }

  /**
   * Returns the strength that the first step's gradient shows; null if it shows none.
   *
   * @param unseen the strength of what is still all zeros
   */
  private @Nullable Double fitted(Kind kind, ParameterSpec parameter, double unseen) {
    Judged gradient = first.judged().get(new TensorKey(Phase.BACKWARD, parameter.path()));
    Tensor w = first.before(parameter.path());
    if (gradient == null || w == null) {
      return null;
    }
    double[] slopes = Numbers.each(w.size(), i -> kind.slope().applyAsDouble(w.data()[i]));
    double[] without =
        Numbers.minus(gradient.reference().data(), Numbers.times(right(parameter), w.data()));
    double strength =
        Numbers.leastSquares(slopes, Numbers.minus(gradient.candidate().data(), without));
    if (!Double.isFinite(strength)) {
      return unseen;
    }
    return Math.abs(strength) <= ROUNDING * first.network().weightDecay()
        ? 0.0
        : Numbers.exact(strength);
  }

  /** Tells strengths that many share once. */
  private String told(Kind kind, Map<String, Double> strengths) {
    Map<String, List<String>> byStrength = new LinkedHashMap<>();
    for (ParameterSpec parameter : first.network().parameters()) {
      double strength = strengths.getOrDefault(parameter.path(), 0.0);
      double right = right(parameter);
      boolean other = Math.abs(strength - right) > ROUNDING * first.network().weightDecay();
      if (other || (!kind.text().isEmpty() && strength != 0)) {
        byStrength
            .computeIfAbsent(
                "%s in place of %s for "
                    .formatted(Numbers.setting(strength), Numbers.setting(right)),
                s -> new ArrayList<>())
            .add(parameter.path());
      }
    }
    return byStrength.entrySet().stream()
        .map(entry -> entry.getKey() + some(entry.getValue()))
        .collect(Collectors.joining("; "));
  }

  private static String some(List<String> paths) {
    return paths.size() <= 3
        ? String.join(", ", paths)
        : String.join(", ", paths.subList(0, 3)) + " and %d more".formatted(paths.size() - 3);
  }

  private @Nullable Map<TensorKey, double[]> predicted(
      Look look, Kind kind, Map<String, Double> strengths, boolean inLoss) {
    Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
    double penalty = 0;
    double right = 0;
    for (ParameterSpec parameter : look.network().parameters()) {
      TensorKey key = new TensorKey(Phase.BACKWARD, parameter.path());
      Judged gradient = look.judged().get(key);
      Tensor w = look.before(parameter.path());
      if (gradient == null || w == null) {
        return null;
      }
      double strength = strengths.getOrDefault(parameter.path(), 0.0);
      double own = right(parameter);
      predicted.put(
          key,
          Numbers.each(
              w.size(),
              i ->
                  gradient.reference().data()[i]
                      - own * w.data()[i]
                      + strength * kind.slope().applyAsDouble(w.data()[i])));
      for (double value : w.data()) {
        penalty += strength * kind.penalty().applyAsDouble(value);
        right += own * value * value / 2;
      }
    }
    Judged loss = look.judged().get(VALUE);
    if (inLoss && loss != null) {
      predicted.put(VALUE, new double[] {loss.reference().data()[0] - right + penalty});
    }
    return predicted;
  }

  /** The decay is that of other weights than those that the gradient is of. */
  private void ofOthers(String which, Function<Look, @Nullable ModelState> others) {
    double lambda = first.network().weightDecay();
    if (lambda == 0) {
      return;
    }
    found.add(
        new Hypothesis(
            NAMED,
            "weight decay is that of %s, in the gradients alone".formatted(which),
            look -> {
              ModelState other = others.apply(look);
              Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
              for (ParameterSpec parameter : look.network().parameters()) {
                TensorKey key = new TensorKey(Phase.BACKWARD, parameter.path());
                Judged gradient = look.judged().get(key);
                Tensor w = look.before(parameter.path());
                Tensor own = other == null ? null : other.tensors().get(parameter.path());
                if (!parameter.decayed()) {
                  continue;
                }
                if (gradient == null || w == null || own == null || own.size() != w.size()) {
                  return null;
                }
                predicted.put(
                    key,
                    Numbers.plus(
                        gradient.reference().data(), lambda, Numbers.minus(own.data(), w.data())));
              }
              return predicted;
            }));
  }

  /** λ·‖W‖ in place of ½·λ·‖W‖². */
  private void norm() {
    double lambda = first.network().weightDecay();
    if (lambda == 0) {
      return;
    }
    found.add(
        new Hypothesis(
            NAMED,
            "weight decay takes the norm of each weight matrix, λ·‖W‖, not half its square",
            look -> {
              Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
              double more = 0;
              for (ParameterSpec parameter : look.network().parameters()) {
                TensorKey key = new TensorKey(Phase.BACKWARD, parameter.path());
                Judged gradient = look.judged().get(key);
                Tensor w = look.before(parameter.path());
                if (!parameter.decayed()) {
                  continue;
                }
                if (gradient == null || w == null) {
                  return null;
                }
                double norm = Numbers.norm(w.data());
                more += lambda * (norm - norm * norm / 2);
                predicted.put(
                    key,
                    Numbers.plus(gradient.reference().data(), lambda / norm - lambda, w.data()));
              }
              Judged loss = look.judged().get(VALUE);
              if (loss != null) {
                predicted.put(VALUE, new double[] {loss.reference().data()[0] + more});
              }
              return predicted;
            }));
  }
}
