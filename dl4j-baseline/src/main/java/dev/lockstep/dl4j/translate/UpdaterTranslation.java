package dev.lockstep.dl4j.translate;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.dl4j.book.BookAdaGrad;
import dev.lockstep.dl4j.book.BookMomentum;
import dev.lockstep.dl4j.book.BookNesterov;
import dev.lockstep.dl4j.book.BookRmsProp;
import dev.lockstep.dl4j.ledger.Convention;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** Optimizers as DL4J's updaters, learning rates as its schedules by iteration. */
public final class UpdaterTranslation {

  /** Overwritten by the optimizer's own rate. */
  private static final double UNSET = 0;

  private final Set<Convention> conventions;

  public UpdaterTranslation(Set<Convention> conventions) {
    this.conventions = conventions;
  }

  /**
   * @throws UsageException for a rate that changes under DL4J's own AdaGrad, which loses it
   */
  public IUpdater updater(OptimizerSpec optimizer) {
    IUpdater updater = withoutRate(optimizer);
    LearningRate rate = optimizer.learningRate();
    ISchedule schedule = schedule(rate);
    if (schedule != null && updater.getClass() == AdaGrad.class) {
      throw new UsageException(
          "dl4j, stock: AdaGrad with a learning rate that changes cannot be translated, since"
              + " DL4J's AdaGrad loses its schedule and goes on with NaN; expected a constant rate"
              + " or the aligned translation");
    }
    updater.setLrAndSchedule(rate.initial(), schedule);
    return updater;
  }

  private IUpdater withoutRate(OptimizerSpec optimizer) {
    if (optimizer instanceof OptimizerSpec.Sgd) {
      return new Sgd();
    } else if (optimizer instanceof OptimizerSpec.Momentum momentum) {
      return conventions.contains(Convention.MOMENTUM_IS_NESTEROV)
          ? new Nesterovs(UNSET, momentum.momentum())
          : new BookMomentum(UNSET, momentum.momentum());
    } else if (optimizer instanceof OptimizerSpec.Nesterov nesterov) {
      return nesterov.printed() && !conventions.contains(Convention.NESTEROV_ORDER)
          ? new BookNesterov(UNSET, nesterov.momentum())
          : new Nesterovs(UNSET, nesterov.momentum());
    } else if (optimizer instanceof OptimizerSpec.AdaGrad adaGrad) {
      return adaGrad(adaGrad);
    } else if (optimizer instanceof OptimizerSpec.RmsProp rmsProp) {
      return rmsProp(rmsProp);
    }
    OptimizerSpec.Adam adam = (OptimizerSpec.Adam) optimizer;
    double epsilon = epsilon(Convention.ADAM_EPSILON, Adam.DEFAULT_ADAM_EPSILON, adam.epsilon());
    return new Adam(UNSET, adam.beta1(), adam.beta2(), epsilon);
  }

  private IUpdater adaGrad(OptimizerSpec.AdaGrad adaGrad) {
    double epsilon =
        epsilon(Convention.ADAGRAD_EPSILON, AdaGrad.DEFAULT_ADAGRAD_EPSILON, adaGrad.epsilon());
    return conventions.contains(Convention.ADAGRAD_START)
        ? new AdaGrad(UNSET, epsilon)
        : new BookAdaGrad(UNSET, null, epsilon);
  }

  private IUpdater rmsProp(OptimizerSpec.RmsProp rmsProp) {
    double epsilon = rmsPropEpsilon(rmsProp);
    return conventions.contains(Convention.RMSPROP_START)
        ? new RmsProp(UNSET, rmsProp.decay(), epsilon)
        : new BookRmsProp(UNSET, null, rmsProp.decay(), epsilon);
  }

  private double rmsPropEpsilon(OptimizerSpec.RmsProp rmsProp) {
    return epsilon(Convention.RMSPROP_EPSILON, RmsProp.DEFAULT_RMSPROP_EPSILON, rmsProp.epsilon());
  }

  private double epsilon(Convention convention, double dl4j, double book) {
    return conventions.contains(convention) ? dl4j : book;
  }

  /** Returns what the optimizer's state holds before the first step. */
  public double start(OptimizerSpec optimizer) {
    if (optimizer instanceof OptimizerSpec.AdaGrad
        && conventions.contains(Convention.ADAGRAD_START)) {
      return AdaGrad.DEFAULT_ADAGRAD_EPSILON;
    }
    if (optimizer instanceof OptimizerSpec.RmsProp rmsProp
        && conventions.contains(Convention.RMSPROP_START)) {
      return rmsPropEpsilon(rmsProp);
    }
    return 0;
  }

  /** Returns null for a rate that does not change. */
  private static @Nullable ISchedule schedule(LearningRate rate) {
    LearningRate.Decay decay = rate.decay();
    if (decay instanceof LearningRate.Decay.Step step) {
      return new StepSchedule(ScheduleType.ITERATION, rate.initial(), step.factor(), step.every());
    } else if (decay instanceof LearningRate.Decay.Exponential exponential) {
      return new ExponentialSchedule(ScheduleType.ITERATION, rate.initial(), exponential.factor());
    } else if (decay instanceof LearningRate.Decay.InverseTime inverse) {
      return new InverseSchedule(ScheduleType.ITERATION, rate.initial(), inverse.rate(), 1);
    }
    return null;
  }
}
