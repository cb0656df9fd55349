package dev.lockstep.core.diagnosis.network;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.hypothesis.Penalty;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/** Other functions of the errors y − t in the losses that are sums over squared or plain errors. */
public final class RegressionMistakes {

  private static final TensorKey VALUE = new TensorKey(Phase.LOSS, NetworkSpec.LOSS);

  private final Look first;
  private final TensorKey scores;
  private final List<Hypothesis> found = new ArrayList<>();

  private RegressionMistakes(Look first) {
    this.first = first;
    this.scores = new TensorKey(Phase.BACKWARD, Look.scoresOf(first.network()));
  }

  /**
   * @param key the first tensor that differs
   */
  public static List<Hypothesis> of(Look first, TensorKey key) {
    RegressionMistakes mistakes = new RegressionMistakes(first);
    if ((key.equals(VALUE) || key.equals(mistakes.scores))
        && first.network().loss().type() != LossSpec.Type.SOFTMAX_CROSS_ENTROPY
        && first.network().loss().type() != LossSpec.Type.SIGMOID_CROSS_ENTROPY) {
      mistakes.all();
    }
    return mistakes.found;
  }

  /** A multiple of the right loss is told by its factor. */
  private void all() {
    LossSpec.Type type = first.network().loss().type();
    if (type == LossSpec.Type.SUM_OF_ABSOLUTES || type == LossSpec.Type.MEAN_ABSOLUTE) {
      add("squared errors", e -> e * e, e -> 2 * e);
    } else {
      add("absolute errors", Math::abs, Math::signum);
    }
    add("log(cosh(error))", e -> Math.log(Math.cosh(e)), Math::tanh);
    add("log(1 + error²)", e -> Math.log1p(e * e), e -> 2 * e / (1 + e * e));
    double limit = limit();
    if (Double.isFinite(limit) && limit > 0) {
      String beyond =
          " up to %s, and its tangent beyond: Huber's loss".formatted(Numbers.setting(limit));
      add("squared errors" + beyond, e -> huber(e, limit), e -> 2 * clipped(e, limit));
    }
    root();
  }

  private static double huber(double error, double limit) {
    double size = Math.abs(error);
    return size <= limit ? size * size : limit * (2 * size - limit);
  }

  private static double clipped(double error, double limit) {
    return Math.max(-limit, Math.min(limit, error));
  }

  /** Returns the error above which the candidate's gradient does not grow; NaN if it shows none. */
  private double limit() {
    Judged dout = first.judged().get(scores);
    Tensor y = first.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
    if (dout == null || y == null || y.size() != dout.candidate().size()) {
      return Double.NaN;
    }
    // where the gradient is the right one it is the error times one number
    double[] errors = errors(first, y);
    double most = 0;
    for (int i = 0; i < errors.length; i++) {
      boolean right =
          Math.abs(dout.candidate().data()[i] - dout.reference().data()[i]) <= dout.allowed();
      most = right ? Math.max(most, Math.abs(dout.candidate().data()[i] / errors[i])) : most;
    }
    return Numbers.exact(dout.candidate().largestMagnitude() / most);
  }

  private static double[] errors(Look look, Tensor y) {
    double[] t = look.batch().targets().data();
    return Numbers.each(y.size(), i -> y.data()[i] - t[i]);
  }

  /** Of one row's sum, or of its mean; halved or not; in the value, in the gradient or in both. */
  private void add(String of, DoubleUnaryOperator function, DoubleUnaryOperator derivative) {
    int outputs = first.network().classes();
    for (boolean mean : new boolean[] {true, false}) {
      for (boolean half : new boolean[] {false, true}) {
        double factor = (mean ? 1.0 / outputs : 1) * (half ? 0.5 : 1);
        String text =
            "the loss is the %s over the outputs of %s%s"
                .formatted(mean ? "mean" : "sum", half ? "½ times " : "", of);
        for (int where = 1; where < 4; where++) {
          boolean inLoss = (where & 1) != 0;
          boolean inGradient = (where & 2) != 0;
          String told =
              text
                  + (inLoss ? inGradient ? "" : ", in its value alone" : ", in its gradient alone");
          found.add(
              new Hypothesis(
                  NAMED,
                  told,
                  look -> predicted(look, factor, function, derivative, inLoss, inGradient)));
        }
      }
    }
  }

  private @Nullable Map<TensorKey, double[]> predicted(
      Look look,
      double factor,
      DoubleUnaryOperator function,
      DoubleUnaryOperator derivative,
      boolean inLoss,
      boolean inGradient) {
    Tensor y = look.candidate(Phase.FORWARD, NetworkSpec.OUTPUT);
    if (y == null) {
      return null;
    }
    double[] errors = errors(look, y);
    double scale = factor / look.batch().size();
    double penalty = Penalty.of(look.network()).of(look.step().before());
    Map<TensorKey, double[]> predicted =
        Look.only(
            VALUE,
            new double[] {
              scale
                      * Numbers.sum(
                          Numbers.each(errors.length, i -> function.applyAsDouble(errors[i])))
                  + penalty
            });
    predicted.put(
        scores, Numbers.each(errors.length, i -> scale * derivative.applyAsDouble(errors[i])));
    predicted.keySet().removeIf(key -> key.equals(VALUE) ? !inLoss : !inGradient);
    return predicted;
  }

  /** The root of the loss, over the whole batch. */
  private void root() {
    for (boolean inGradient : new boolean[] {true, false}) {
      found.add(
          new Hypothesis(
              NAMED,
              "the root of the loss is taken"
                  + (inGradient ? "" : ", which its gradient does not know of"),
              look -> {
                Judged value = look.judged().get(VALUE);
                Judged dout = look.judged().get(scores);
                if (value == null || dout == null) {
                  return null;
                }
                double penalty = Penalty.of(look.network()).of(look.step().before());
                double root = Math.sqrt(value.reference().data()[0] - penalty);
                Map<TensorKey, double[]> predicted =
                    Look.only(VALUE, new double[] {root + penalty});
                if (inGradient) {
                  predicted.put(scores, Numbers.times(0.5 / root, dout.reference().data()));
                }
                return predicted;
              }));
    }
  }
}
