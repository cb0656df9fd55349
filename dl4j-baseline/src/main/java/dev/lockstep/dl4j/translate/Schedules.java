package dev.lockstep.dl4j.translate;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LearningRate.Decay;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** Learning rates that change as DL4J's schedules by iteration, and back. */
public final class Schedules {

  private Schedules() {}

  /** Returns the classes that {@link #read} knows. */
  public static Set<Class<?>> classes() {
    return Set.of(
        ExponentialSchedule.class, FixedSchedule.class, InverseSchedule.class, StepSchedule.class);
  }

  /** Returns null for a rate that does not change. */
  static @Nullable ISchedule of(LearningRate rate) {
    return rate.decay().accept(new Writer(rate.initial())).orElse(null);
  }

  /**
   * Returns a rate.
   *
   * @param rate where there is no schedule
   * @param findings told of a schedule that has no name here
   */
  static LearningRate read(double rate, @Nullable ISchedule schedule, Findings findings) {
    if (schedule == null) {
      return LearningRate.constant(rate);
    } else if (schedule instanceof FixedSchedule fixed) {
      return LearningRate.constant(fixed.getValue());
    } else if (schedule instanceof StepSchedule step
        && byIteration(step.getScheduleType())
        && step.getStep() == Math.rint(step.getStep())) {
      return new LearningRate(
          step.getInitialValue(), new Decay.Step(step.getDecayRate(), (int) step.getStep()));
    } else if (schedule instanceof ExponentialSchedule exponential
        && byIteration(exponential.getScheduleType())) {
      return new LearningRate(
          exponential.getInitialValue(), new Decay.Exponential(exponential.getGamma()));
    } else if (schedule instanceof InverseSchedule inverse
        && byIteration(inverse.getScheduleType())
        && inverse.getPower() == 1) {
      return new LearningRate(inverse.getInitialValue(), new Decay.InverseTime(inverse.getGamma()));
    }
    findings.unknown("every layer", "learning rate schedule " + schedule);
    return LearningRate.constant(0);
  }

  private static boolean byIteration(ScheduleType type) {
    return type == ScheduleType.ITERATION;
  }

  private record Writer(double initial) implements Decay.Visitor<Optional<ISchedule>> {

    @Override
    public Optional<ISchedule> none(Decay.None decay) {
      return Optional.empty();
    }

    @Override
    public Optional<ISchedule> step(Decay.Step decay) {
      return Optional.of(
          new StepSchedule(ScheduleType.ITERATION, initial, decay.factor(), decay.every()));
    }

    @Override
    public Optional<ISchedule> exponential(Decay.Exponential decay) {
      return Optional.of(new ExponentialSchedule(ScheduleType.ITERATION, initial, decay.factor()));
    }

    @Override
    public Optional<ISchedule> inverseTime(Decay.InverseTime decay) {
      return Optional.of(new InverseSchedule(ScheduleType.ITERATION, initial, decay.rate(), 1));
    }
  }
}
