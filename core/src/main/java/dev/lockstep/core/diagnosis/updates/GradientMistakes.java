package dev.lockstep.core.diagnosis.updates;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Local;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What programs do to the gradients of all parameters before they update them. */
public final class GradientMistakes {

  private final Look first;
  private final Set<TensorKey> all;
  private final List<Hypothesis> found = new ArrayList<>();

  private GradientMistakes(Look first) {
    this.first = first;
    this.all =
        first.network().parameters().stream()
            .map(ParameterSpec::path)
            .map(path -> new TensorKey(Phase.BACKWARD, path))
            .filter(first.judged()::containsKey)
            .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  public static List<Hypothesis> of(Look first, TensorKey key) {
    GradientMistakes mistakes = new GradientMistakes(first);
    if (mistakes.all.contains(key)) {
      mistakes.clipped();
      mistakes.each();
      mistakes.averaged();
    }
    return mistakes.found;
  }

  /** All gradients together have at most a norm. */
  private void clipped() {
    double norm = norm(first, true);
    if (!(norm > 0) || all.size() < 2) {
      return;
    }
    found.add(
        new Hypothesis(
            NAMED,
            "gradients are clipped to a norm of %s, that of all parameters together"
                .formatted(Numbers.setting(norm)),
            look -> {
              double right = norm(look, false);
              Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
              for (TensorKey key : all) {
                Judged judged = look.judged().get(key);
                if (judged == null) {
                  return null;
                }
                predicted.put(
                    key, Numbers.times(right > norm ? norm / right : 1, judged.reference().data()));
              }
              return predicted;
            }));
  }

  private double norm(Look look, boolean candidate) {
    double sum = 0;
    for (TensorKey key : all) {
      Judged judged = look.judged().get(key);
      if (judged != null) {
        double norm = Numbers.norm((candidate ? judged.candidate() : judged.reference()).data());
        sum += norm * norm;
      }
    }
    return Math.sqrt(sum);
  }

  private void each() {
    of("each parameter's gradient is divided by its norm", this::normalized);
    of(
        "gradients are signs: -1, 0 or 1",
        (look, judged) ->
            Numbers.each(
                judged.reference().size(), i -> Math.signum(judged.reference().data()[i])));
    of("the mean of each weight's gradient is subtracted from it", this::centred);
    of("the mean of each output's gradient is subtracted from it", this::centredByColumn);
  }

  /** For all parameters, and for weights alone. */
  private void of(String text, Local local) {
    Set<TensorKey> weights =
        all.stream()
            .filter(
                key -> {
                  Tensor w = first.before(key.path());
                  return w != null && w.shape().rank() > 1;
                })
            .collect(Collectors.toCollection(LinkedHashSet::new));
    found.add(Hypothesis.local(NAMED, text, all, local));
    if (!weights.isEmpty() && weights.size() < all.size()) {
      found.add(Hypothesis.local(NAMED, text, weights, local));
    }
  }

  private double[] normalized(Look look, Judged judged) {
    return Numbers.times(1 / Numbers.norm(judged.reference().data()), judged.reference().data());
  }

  private double[] centred(Look look, Judged judged) {
    double[] right = judged.reference().data();
    double mean = Numbers.sum(right) / right.length;
    return Numbers.each(right.length, i -> right[i] - mean);
  }

  private double @Nullable [] centredByColumn(Look look, Judged judged) {
    if (judged.reference().shape().rank() != 2) {
      return null;
    }
    int width = judged.reference().shape().length(1);
    double rows = judged.reference().shape().length(0);
    double[] sums = Numbers.columnSums(judged.reference(), width);
    return Numbers.each(
        judged.reference().size(), i -> judged.reference().data()[i] - sums[i % width] / rows);
  }

  /** The gradients of two steps in one. */
  private void averaged() {
    of(
        "it is the mean of this step's gradient and of the one before",
        (look, judged) -> {
          Judged late =
              look.previous() == null ? null : look.previous().judged().get(judged.tensor().key());
          return late == null
              ? look.step().before().step() == 0 ? judged.reference().data() : null
              : Numbers.plus(
                  Numbers.times(0.5, judged.reference().data()), 0.5, late.reference().data());
        });
  }
}
