package dev.lockstep.core.network;

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

  /** How the rate falls. */
  public sealed interface Decay {

    <R> R accept(Visitor<R> visitor);

    /** One case for each: whoever adds one is led to every place that needs it. */
    interface Visitor<R> {
      R none(None decay);

      R step(Step decay);

      R exponential(Exponential decay);

      R inverseTime(InverseTime decay);
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

    /** {@code initial / (1 + rate · t)}. DL4J: {@code InverseSchedule} with power 1. */
    record InverseTime(double rate) implements Decay {
      public InverseTime {
        Require.nonNegative("rate", rate);
      }

      @Override
      public <R> R accept(Visitor<R> visitor) {
        return visitor.inverseTime(this);
      }
    }
  }
}
