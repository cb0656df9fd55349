package dev.lockstep.core.diagnosis.tensors;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.ARITHMETIC;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.FITTED;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Local;
import dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
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
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What can happen to any tensor: a factor, a cut, rounding, the values of another one. */
public final class Arithmetic {

  /** What is all zeros is many other things too, all of which say less. */
  public static final String ZEROS = "it is all zeros: it was never computed";

  private final int nominal;
  private final Look first;
  private final Set<TensorKey> scope;
  private final Judged judged;
  private final List<Hypothesis> found = new ArrayList<>();

  private Arithmetic(int nominal, Look first, Set<TensorKey> scope) {
    this.nominal = nominal;
    this.first = first;
    this.scope = scope;
    this.judged = Objects.requireNonNull(first.judged().get(scope.iterator().next()));
  }

  /**
   * @param nominal rows of a full batch
   * @param scope the tensors that differ, in the order of computation
   */
  public static List<Hypothesis> of(int nominal, Look first, Set<TensorKey> scope) {
    Arithmetic arithmetic = new Arithmetic(nominal, first, scope);
    arithmetic.factors();
    arithmetic.limits();
    arithmetic.otherTimes();
    arithmetic.others();
    return arithmetic.found;
  }

  private void add(Rank rank, String text, Local local) {
    found.add(Hypothesis.local(rank, text, scope, local));
  }

  private void factors() {
    Map<String, ToDoubleFunction<Look>> named = new LinkedHashMap<>();
    named.put("-1: the sign is turned", look -> -1);
    named.put("2", look -> 2);
    named.put("1/2", look -> 0.5);
    named.put(
        "%d, the batch size: it is summed, not averaged".formatted(first.batch().size()),
        look -> look.batch().size());
    named.put(
        "1/%d, the batch size: it is averaged once too often".formatted(first.batch().size()),
        look -> 1.0 / look.batch().size());
    int rows = first.batch().size();
    if (rows != nominal) {
      String text = "%d/%d, the rows of %s by those of %s";
      named.put(
          text.formatted(rows, nominal, "this batch", "a full one"),
          look -> (double) look.batch().size() / nominal);
      named.put(
          text.formatted(nominal, rows, "a full batch", "this one"),
          look -> (double) nominal / look.batch().size());
    }
    double classes = first.network().classes();
    if (judged.tensor().key().phase() != Phase.UPDATE) { // what an update sums over is no class
      named.put("%.0f, the number of outputs".formatted(classes), look -> classes);
      named.put("1/%.0f, the number of outputs".formatted(classes), look -> 1 / classes);
    }
    ofLayer(named);
    named.forEach((name, factor) -> factor(ARITHMETIC, name, factor));
    double fitted = Numbers.leastSquares(judged.reference().data(), judged.candidate().data());
    if (judged.reference().size() > 1 && Double.isFinite(fitted) && fitted != 0) {
      factor(FITTED, Numbers.factor(fitted), look -> fitted);
    }
    if (judged.tensor().key().phase() == Phase.UPDATE) {
      double[] old = before(first, judged);
      double ofChange =
          old == null
              ? Double.NaN
              : Numbers.leastSquares(
                  Numbers.minus(judged.reference().data(), old),
                  Numbers.minus(judged.candidate().data(), old));
      if (judged.reference().size() > 1 && Double.isFinite(ofChange) && ofChange != 0) {
        change(FITTED, Numbers.factor(ofChange), look -> ofChange);
      }
    }
  }

  /** Factors that only a layer of one kind has. */
  private void ofLayer(Map<String, ToDoubleFunction<Look>> named) {
    LayerSpec layer = first.layer(judged.tensor().layer()).orElse(null);
    if (layer instanceof LayerSpec.Dropout dropout && dropout.ratio() > 0) {
      double kept = 1 - dropout.ratio();
      String name = dropout.name();
      named.put("1 - ratio of " + name, look -> kept);
      named.put("1 / (1 - ratio) of " + name + ": inverted dropout", look -> 1 / kept);
      named.put("ratio of " + name, look -> dropout.ratio());
      named.put("1 / ratio of " + name, look -> 1 / dropout.ratio());
      named.put(
          "(1 - ratio) / ratio of " + name + ": it divides by the share dropped",
          look -> kept / dropout.ratio());
    } else if (layer instanceof LayerSpec.Convolution convolution) {
      Tensor out = first.candidate(Phase.FORWARD, convolution.name() + "/out");
      double places =
          out == null || out.shape().rank() != 4
              ? 1
              : out.shape().length(2) * out.shape().length(3);
      named.put("%.0f, the places of a window".formatted(places), look -> places);
      named.put("1/%.0f, the places of a window".formatted(places), look -> 1 / places);
    } else if (layer instanceof LayerSpec.Pooling pool) {
      double elements = pool.window().elements();
      named.put("%.0f, the elements of a window".formatted(elements), look -> elements);
      named.put("1/%.0f, the elements of a window".formatted(elements), look -> 1 / elements);
    }
  }

  private void factor(Rank rank, String name, ToDoubleFunction<Look> factor) {
    add(
        rank,
        "it is the reference's times " + name,
        (look, judged) -> Numbers.times(factor.applyAsDouble(look), judged.reference().data()));
    if (rank == ARITHMETIC) {
      change(rank, name, factor);
    }
  }

  private void change(Rank rank, String name, ToDoubleFunction<Look> factor) {
    add(
        rank,
        "it changed by the reference's change times " + name,
        (look, judged) -> {
          double[] old = before(look, judged);
          return old == null
              ? null
              : Numbers.plus(
                  old, factor.applyAsDouble(look), Numbers.minus(judged.reference().data(), old));
        });
  }

  private static double @Nullable [] before(Look look, Judged judged) {
    Tensor before =
        judged.tensor().key().phase() == Phase.UPDATE
            ? look.before(judged.tensor().key().path())
            : null;
    return before == null ? null : before.data();
  }

  private void limits() {
    double limit = judged.candidate().largestMagnitude();
    if (limit > 0 && judged.reference().size() > 1) {
      add(
          NAMED,
          "it is clipped to ±" + Numbers.setting(limit),
          (look, judged) -> clipped(judged.reference().data(), limit));
    }
    double norm = Numbers.norm(judged.candidate().data());
    if (norm > 0) {
      add(
          NAMED,
          "it is clipped to a norm of " + Numbers.setting(norm),
          (look, judged) -> {
            double right = Numbers.norm(judged.reference().data());
            return Numbers.times(right > norm ? norm / right : 1, judged.reference().data());
          });
    }
    add(
        NAMED,
        "it is rounded to float",
        (look, judged) ->
            Numbers.each(judged.reference().size(), i -> (float) judged.reference().data()[i]));
    if (judged.reference().size() > FEW) {
      add(ARITHMETIC, "it is computed in float", (look, judged) -> inFloat(judged));
    }
  }

  /** Numbers that are all floats by chance. */
  private static final int FEW = 8;

  /** Sums in float end as floats that are off by more than their last digit. */
  private static double @Nullable [] inFloat(Judged judged) {
    double[] shown = judged.candidate().data();
    double[] right = judged.reference().data();
    double most = SUMS_IN_FLOAT * judged.reference().largestMagnitude();
    for (int i = 0; i < shown.length; i++) {
      if ((float) shown[i] != shown[i] || !(Math.abs(shown[i] - right[i]) <= most)) {
        return null;
      }
    }
    return shown;
  }

  /** Of the largest element: a hundred roundings to float. */
  private static final double SUMS_IN_FLOAT = 100 * 0x1p-24;

  private static double[] clipped(double[] values, double limit) {
    return Numbers.each(values.length, i -> Math.max(-limit, Math.min(limit, values[i])));
  }

  /** Zeros, old values, those of the step before. */
  private void otherTimes() {
    add(NAMED, ZEROS, (look, judged) -> new double[judged.reference().size()]);
    add(
        NAMED,
        "it is what it was before the step: it was not updated",
        (look, judged) -> before(look, judged));
    add(
        NAMED,
        "it is the one of the step before: one step stale",
        (look, judged) -> {
          Judged late =
              look.previous() == null ? null : look.previous().judged().get(judged.tensor().key());
          return late == null
                  || look.previous() == null
                  || judged.tensor().key().phase() == Phase.UPDATE // it was not updated
              ? null
              : late.candidate().size() == judged.candidate().size() ? stale(look, judged) : null;
        });
    add(
        NAMED,
        "it accumulates: that of the step before is added, for it was not set back to 0",
        (look, judged) -> {
          Judged sum =
              look.previous() == null ? null : look.previous().judged().get(judged.tensor().key());
          return sum == null
                  || sum.candidate().size() != judged.candidate().size()
                  || judged.tensor().key().phase() != Phase.BACKWARD
              ? null
              : Numbers.plus(judged.reference().data(), 1, sum.candidate().data());
        });
    if (first.step().before().step() == 0) {
      add(
          NAMED,
          "it is the reference's times 2 in the first step alone: it is added up twice",
          (look, judged) ->
              Numbers.times(look.step().before().step() == 0 ? 2 : 1, judged.reference().data()));
    }
  }

  /** What the step before computed rightly, whatever the candidate showed then. */
  private static double @Nullable [] stale(Look look, Judged judged) {
    Look previous = Objects.requireNonNull(look.previous());
    return Objects.requireNonNull(previous.judged().get(judged.tensor().key())).reference().data();
  }

  /** The values of another tensor, or sums of them. */
  private void others() {
    if (judged.candidate().size() < 2 || scope.size() > 1) {
      return;
    }
    TensorKey own = judged.tensor().key();
    boolean later = false;
    for (Judged other : first.judged().values()) {
      TensorKey key = other.tensor().key();
      int width = judged.candidate().size();
      later |= key.equals(own);
      if (key.equals(own)
          // What goes back from here is made of this very tensor.
          || (later
              && own.phase() == Phase.BACKWARD
              && key.phase() == Phase.BACKWARD
              && judged.tensor().perSample()
              && other.tensor().perSample())
          // The network's output and its predictions are made by the same layers, mistakes and all.
          || key.equals(ExpectedTensor.PREDICTION)
          || (own.equals(ExpectedTensor.PREDICTION) && key.equals(ExpectedTensor.OUTPUT.key()))
          || (key.phase() == Phase.UPDATE && own.phase() != Phase.UPDATE)) {
        continue;
      }
      if (other.candidate().size() == width) {
        add(
            other.tensor().perSample() ? ARITHMETIC : NAMED,
            "it is the value of another tensor, " + key,
            (look, judged) -> values(look, key));
      }
      if (own.phase() == Phase.BACKWARD
          && key.phase() == Phase.BACKWARD
          && !judged.tensor().perSample()
          && other.candidate().shape().rank() == 2
          && other.candidate().shape().length(1) == width) {
        add(
            NAMED,
            "it is the sum over the rows of another gradient, that of " + key.path(),
            (look, judged) -> {
              Judged matrix = look.judged().get(key);
              return matrix == null ? null : Numbers.columnSums(matrix.candidate(), width);
            });
      }
    }
    Tensor parameter = first.before(own.path());
    if (own.phase() == Phase.BACKWARD && parameter != null) {
      add(
          NAMED,
          "it is the value of another tensor: the parameter itself in place of its gradient",
          (look, judged) -> {
            Tensor before = look.before(own.path());
            return before == null ? null : before.data();
          });
    }
  }

  private static double @Nullable [] values(Look look, TensorKey key) {
    Judged other = look.judged().get(key);
    return other == null ? null : other.candidate().data();
  }
}
