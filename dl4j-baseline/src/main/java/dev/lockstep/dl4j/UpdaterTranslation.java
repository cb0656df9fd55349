package dev.lockstep.dl4j;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.dl4j.book.BookAdaGrad;
import dev.lockstep.dl4j.book.BookMomentum;
import dev.lockstep.dl4j.book.BookNesterov;
import dev.lockstep.dl4j.book.BookRmsProp;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/** Optimizers as DL4J's updaters, learning rates as its schedules by iteration. */
final class UpdaterTranslation {

  private UpdaterTranslation() {}

  static IUpdater updater(OptimizerSpec optimizer) {
    IUpdater updater = withoutRate(optimizer);
    LearningRate rate = optimizer.learningRate();
    updater.setLrAndSchedule(rate.initial(), schedule(rate));
    return updater;
  }

  private static IUpdater withoutRate(OptimizerSpec optimizer) {
    double unset = 0;
    if (optimizer instanceof OptimizerSpec.Sgd) {
      return new Sgd();
    } else if (optimizer instanceof OptimizerSpec.Momentum momentum) {
      return new BookMomentum(unset, momentum.momentum());
    } else if (optimizer instanceof OptimizerSpec.Nesterov nesterov) {
      return nesterov.printed()
          ? new BookNesterov(unset, nesterov.momentum())
          : new Nesterovs(unset, nesterov.momentum());
    } else if (optimizer instanceof OptimizerSpec.AdaGrad adaGrad) {
      return new BookAdaGrad(unset, null, adaGrad.epsilon());
    } else if (optimizer instanceof OptimizerSpec.RmsProp rmsProp) {
      return new BookRmsProp(unset, null, rmsProp.decay(), rmsProp.epsilon());
    }
    OptimizerSpec.Adam adam = (OptimizerSpec.Adam) optimizer;
    return new Adam(unset, adam.beta1(), adam.beta2(), adam.epsilon());
  }

  /** Returns null for a rate that does not change. */
  static @Nullable ISchedule schedule(LearningRate rate) {
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
