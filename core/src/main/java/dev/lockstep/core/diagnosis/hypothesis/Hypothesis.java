package dev.lockstep.core.diagnosis.hypothesis;

import dev.lockstep.core.observation.TensorKey;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Something that a candidate may do in place of what it should.
 *
 * @param rank of several that leave nothing the lowest is told: a setting says more than a factor
 * @param text what it does, a clause
 * @param formula what it would then show
 * @param local the same for one tensor, null if the formula is for several
 */
public record Hypothesis(Rank rank, String text, Formula formula, @Nullable Local local) {

  public Hypothesis(Rank rank, String text, Formula formula) {
    this(rank, text, formula, null);
  }

  /** How much an explanation says. */
  public enum Rank {
    /** A known mistake, or a setting. */
    NAMED,
    /** A number that has a meaning, or numbers that have moved. */
    ARITHMETIC,
    /** A number that was fitted. */
    FITTED
  }

  /** Predicts the tensors that are not what the reference computes. */
  @FunctionalInterface
  public interface Formula {
    /** Returns elements by tensor; null if it cannot be applied to a step. */
    @Nullable Map<TensorKey, double[]> predict(Look look);
  }

  /**
   * Returns what it predicts of a step; null if it cannot be applied. A formula that does not fit
   * the shapes of a network is none, and never costs a verdict.
   */
  public @Nullable Map<TensorKey, double[]> predict(Look look) {
    try {
      return formula.predict(look);
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      return null;
    }
  }

  /** Returns the same mistake with another word on when it is made. */
  public Hypothesis told(String when) {
    return new Hypothesis(rank, text + when, formula, local);
  }

  /** Predicts one tensor at a time. */
  @FunctionalInterface
  public interface Local {
    /** Returns the elements; null if the formula is not for this tensor. */
    double @Nullable [] predict(Look look, Judged judged);
  }

  /** Returns a hypothesis that says the same of each of some tensors. */
  public static Hypothesis local(Rank rank, String text, Set<TensorKey> scope, Local local) {
    return new Hypothesis(
        rank,
        text,
        look -> {
          Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
          for (TensorKey key : scope) {
            Judged judged = look.judged().get(key);
            double[] values = judged == null ? null : local.predict(look, judged);
            if (values == null) {
              return null;
            }
            predicted.put(key, values);
          }
          return predicted;
        },
        local);
  }
}
