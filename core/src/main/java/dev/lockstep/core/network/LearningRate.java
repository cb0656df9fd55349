package dev.lockstep.core.network;

import java.util.Comparator;
import java.util.List;

/**
 * The learning rate of every step. {@code t} counts the steps already taken, 0 in the first.
 *
 * @param initial the rate of the first step
 */
public record LearningRate(double initial, Decay decay) {

  public LearningRate {
    Require.nonNegative("learningRate", initial);
  }

  /** Returns a rate that does not change. */
  public static LearningRate constant(double rate) {
    return new LearningRate(rate, new Decay.None());
  }

  /** Returns a rate that is a multiple of this one in every step. */
  public LearningRate times(double factor) {
    Decay scaled = decay;
    if (decay instanceof Decay.Steps steps) {
      scaled =
          new Decay.Steps(
              steps.changes().stream()
                  .map(change -> new Decay.Steps.Change(change.from(), factor * change.rate()))
                  .toList());
    }
    return new LearningRate(factor * initial, scaled);
  }

  /** How the rate falls. */
  public sealed interface Decay {

    <R> R accept(Visitor<R> visitor);

    /** One case for each: whoever adds one is led to every place that needs it. */
    interface Visitor<R> {
      R none(None decay);

      R step(Step decay);

      R exponential(Exponential decay);

      R inverseTime(InverseTime decay);

      R polynomial(Polynomial decay);

      R steps(Steps decay);
    }

    /** {@code initial}. */
    record None() implements Decay {
      @Override
      public <R> R accept(Visitor<R> visitor) {
        return visitor.none(this);
      }
    }

    /** {@code initial · factor^⌊t / every⌋}. DL4J: {@code StepSchedule}. */
    record Step(double factor, int every) implements Decay {
      public Step {
        Require.positive("factor", factor);
        Require.atLeastOne("every", every);
      }

      @Override
      public <R> R accept(Visitor<R> visitor) {
        return visitor.step(this);
      }
    }

    /** {@code initial · factor^t}. DL4J: {@code ExponentialSchedule}. */
    record Exponential(double factor) implements Decay {
      public Exponential {
        Require.positive("factor", factor);
      }

      @Override
      public <R> R accept(Visitor<R> visitor) {
        return visitor.exponential(this);
      }
    }

    /** {@code initial / (1 + rate · t)^power}. DL4J: {@code InverseSchedule}. */
    record InverseTime(double rate, double power) implements Decay {
      public InverseTime {
        Require.nonNegative("rate", rate);
        Require.nonNegative("power", power);
      }

      /** With a power of 1. */
      public InverseTime(double rate) {
        this(rate, 1);
      }

      @Override
      public <R> R accept(Visitor<R> visitor) {
        return visitor.inverseTime(this);
      }
    }

    /**
     * {@code initial · (1 − t / steps)^power}, 0 from then on. DL4J: {@code PolySchedule}, which
     * rises.
     */
    record Polynomial(int steps, double power) implements Decay {
      public Polynomial {
        Require.atLeastOne("steps", steps);
        Require.nonNegative("power", power);
      }

      @Override
      public <R> R accept(Visitor<R> visitor) {
        return visitor.polynomial(this);
      }
    }

    /** A rate of its own from each of several steps on. DL4J: {@code MapSchedule}. */
    record Steps(List<Change> changes) implements Decay {

      /**
       * @param from the steps already taken when it begins to hold
       */
      public record Change(int from, double rate) {
        public Change {
          Require.atLeastOne("from", from);
          Require.nonNegative("rate", rate);
        }
      }

      public Steps {
        changes = changes.stream().sorted(Comparator.comparingInt(Change::from)).toList();
      }

      @Override
      public <R> R accept(Visitor<R> visitor) {
        return visitor.steps(this);
      }
    }
  }
}
