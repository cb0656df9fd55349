package dev.lockstep.dl4j.translate;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LearningRate.Decay;
import dev.lockstep.dl4j.book.BookPolynomial;
import dev.lockstep.dl4j.ledger.Convention;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.MapSchedule;
import org.nd4j.linalg.schedule.PolySchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** Learning rates that change as DL4J's schedules by iteration, and back. */
public final class Schedules {

  private Schedules() {}

  /** Returns the classes that {@link #read} knows. */
  public static Set<Class<?>> classes() {
    return Set.of(
        BookPolynomial.class,
        ExponentialSchedule.class,
        FixedSchedule.class,
        InverseSchedule.class,
        MapSchedule.class,
        PolySchedule.class,
        StepSchedule.class);
  }

  /** Returns null for a rate that does not change. */
  static @Nullable ISchedule of(LearningRate rate, Set<Convention> conventions) {
    return rate.decay().accept(new Writer(rate.initial(), conventions)).orElse(null);
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
        && byIteration(inverse.getScheduleType())) {
      return new LearningRate(
          inverse.getInitialValue(), new Decay.InverseTime(inverse.getGamma(), inverse.getPower()));
    } else if (schedule instanceof BookPolynomial book) {
      return new LearningRate(
          book.initialValue(), new Decay.Polynomial(book.steps(), book.power()));
    } else if (schedule instanceof PolySchedule polynomial
        && byIteration(polynomial.getScheduleType())) {
      findings.leftToDl4j(Convention.POLYNOMIAL_SCHEDULE);
      return new LearningRate(
          polynomial.getInitialValue(),
          new Decay.Polynomial(polynomial.getMaxIter(), polynomial.getPower()));
    } else if (schedule instanceof MapSchedule map && byIteration(map.getScheduleType())) {
      return steps(map);
    }
    findings.unknown(
        "every layer",
        "learning rate schedule %s%s"
            .formatted(
                schedule,
                schedule.toString().contains("EPOCH")
                    ? "; say it by iteration (ScheduleType.ITERATION)"
                    : ""));
    return LearningRate.constant(0);
  }

  private static LearningRate steps(MapSchedule map) {
    List<Decay.Steps.Change> changes = new ArrayList<>();
    map.getValues()
        .forEach(
            (from, rate) -> {
              if (from > 0) {
                changes.add(new Decay.Steps.Change(from, rate));
              }
            });
    return new LearningRate(map.valueAt(0, 0), new Decay.Steps(changes));
  }

  private static boolean byIteration(ScheduleType type) {
    return type == ScheduleType.ITERATION;
  }

  private record Writer(double initial, Set<Convention> conventions)
      implements Decay.Visitor<Optional<ISchedule>> {

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
      return Optional.of(
          new InverseSchedule(ScheduleType.ITERATION, initial, decay.rate(), decay.power()));
    }

    @Override
    public Optional<ISchedule> polynomial(Decay.Polynomial decay) {
      return Optional.of(
          conventions.contains(Convention.POLYNOMIAL_SCHEDULE)
              ? new PolySchedule(ScheduleType.ITERATION, initial, decay.power(), decay.steps())
              : new BookPolynomial(initial, decay.steps(), decay.power()));
    }

    @Override
    public Optional<ISchedule> steps(Decay.Steps decay) {
      MapSchedule.Builder map = new MapSchedule.Builder(ScheduleType.ITERATION).add(0, initial);
      decay.changes().forEach(change -> map.add(change.from(), change.rate()));
      return Optional.of(map.build());
    }
  }
}
