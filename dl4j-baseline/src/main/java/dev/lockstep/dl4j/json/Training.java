package dev.lockstep.dl4j.json;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.dl4j.book.BookAdaGrad;
import dev.lockstep.dl4j.book.BookMomentum;
import dev.lockstep.dl4j.book.BookNesterov;
import dev.lockstep.dl4j.book.BookRmsProp;
import dev.lockstep.dl4j.ledger.Convention;
import java.util.List;
import org.deeplearning4j.nn.conf.GradientNormalization;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.linalg.learning.regularization.WeightDecay;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.FixedSchedule;
import org.nd4j.linalg.schedule.ISchedule;
import org.nd4j.linalg.schedule.InverseSchedule;
import org.nd4j.linalg.schedule.ScheduleType;
import org.nd4j.linalg.schedule.StepSchedule;

/**
 * How the layers of a configuration are trained. DL4J says it layer by layer, a specification once,
 * so all layers have to agree.
 */
final class Training {

  private static final OptimizerSpec NO_OPTIMIZER = new OptimizerSpec.Sgd(LearningRate.constant(0));

  private final Findings findings;
  private @Nullable IUpdater updater;
  private @Nullable List<Regularization> regularization;

  Training(Findings findings) {
    this.findings = findings;
  }

  /**
   * Takes note of a layer with parameters. Constraints for all layers are not found here: in DL4J
   * M2.1 {@code constrainAllParameters} has no effect.
   *
   * @param decayed whether it has weights that weight decay acts on
   */
  void add(String name, BaseLayer layer, boolean decayed) {
    findings.require(
        name,
        "gradient normalization",
        layer.getGradientNormalization() == null
            ? GradientNormalization.None
            : layer.getGradientNormalization(),
        GradientNormalization.None);
    findings.require(name, "weight noise", layer.getWeightNoise(), null);
    if (layer.getConstraints() != null && !layer.getConstraints().isEmpty()) {
      findings.unknown(name, "constraints " + layer.getConstraints());
    }
    if (layer.getRegularizationBias() != null && !layer.getRegularizationBias().isEmpty()) {
      findings.unknown(name, "regularization of biases " + layer.getRegularizationBias());
    }
    if (layer.getBiasUpdater() != null) {
      findings.require(name, "updater of biases", layer.getBiasUpdater(), layer.getIUpdater());
    }
    if (updater == null) {
      updater = layer.getIUpdater();
    }
    findings.require(name, "an updater of its own,", layer.getIUpdater(), updater);
    if (decayed) {
      addRegularization(name, layer.getRegularization());
    }
  }

  private void addRegularization(String name, @Nullable List<Regularization> own) {
    List<Regularization> terms = own == null ? List.of() : own;
    if (regularization == null) {
      regularization = terms;
    }
    findings.require(name, "regularization of its own,", terms, regularization);
  }

  double weightDecay() {
    if (regularization == null || regularization.isEmpty()) {
      return 0;
    }
    Regularization first = regularization.get(0);
    double coefficient = 0;
    int counted = 1;
    if (first instanceof L2Regularization l2) {
      coefficient = constant(l2.getL2());
    } else if (first instanceof WeightDecay decay && decay.isApplyLR()) {
      coefficient = constant(decay.getCoeff());
      findings.leftToDl4j(Convention.DECAY_AFTER_UPDATER);
      if (regularization.equals(List.of(first, first))) {
        // what a setting for all layers becomes
        findings.leftToDl4j(Convention.GLOBAL_DECAY_TWICE);
        counted = 2;
      }
    }
    if (coefficient == 0 || regularization.size() != counted) {
      findings.unknown("every layer", "regularization " + regularization);
    }
    return coefficient;
  }

  /** Returns the value of a schedule that does not change, otherwise 0. */
  private static double constant(ISchedule schedule) {
    return schedule instanceof FixedSchedule fixed ? fixed.getValue() : 0;
  }

  OptimizerSpec optimizer() {
    if (updater instanceof Sgd sgd) {
      return new OptimizerSpec.Sgd(rate(sgd.getLearningRate(), sgd.getLearningRateSchedule()));
    } else if (updater instanceof BookMomentum momentum) {
      return new OptimizerSpec.Momentum(
          rate(momentum.getLearningRate(), momentum.getLearningRateSchedule()),
          momentum.getMomentum());
    } else if (updater instanceof BookNesterov nesterov) {
      return new OptimizerSpec.Nesterov(
          rate(nesterov.getLearningRate(), nesterov.getLearningRateSchedule()),
          nesterov.getMomentum(),
          true);
    } else if (updater instanceof Nesterovs nesterovs && nesterovs.getMomentumISchedule() == null) {
      return new OptimizerSpec.Nesterov(
          rate(nesterovs.getLearningRate(), nesterovs.getLearningRateSchedule()),
          nesterovs.getMomentum(),
          false);
    } else if (updater instanceof AdaGrad adaGrad) {
      if (!(adaGrad instanceof BookAdaGrad)) {
        findings.leftToDl4j(Convention.ADAGRAD_START);
      }
      return new OptimizerSpec.AdaGrad(
          rate(adaGrad.getLearningRate(), adaGrad.getLearningRateSchedule()), adaGrad.getEpsilon());
    } else if (updater instanceof RmsProp rmsProp) {
      if (!(rmsProp instanceof BookRmsProp)) {
        findings.leftToDl4j(Convention.RMSPROP_START);
      }
      return new OptimizerSpec.RmsProp(
          rate(rmsProp.getLearningRate(), rmsProp.getLearningRateSchedule()),
          rmsProp.getRmsDecay(),
          rmsProp.getEpsilon());
    } else if (updater instanceof Adam adam) {
      return new OptimizerSpec.Adam(
          rate(adam.getLearningRate(), adam.getLearningRateSchedule()),
          adam.getBeta1(),
          adam.getBeta2(),
          adam.getEpsilon());
    }
    findings.unknown("every layer", "updater " + updater);
    return NO_OPTIMIZER;
  }

  private LearningRate rate(double rate, @Nullable ISchedule schedule) {
    if (schedule == null) {
      return LearningRate.constant(rate);
    } else if (schedule instanceof FixedSchedule fixed) {
      return LearningRate.constant(fixed.getValue());
    } else if (schedule instanceof StepSchedule step
        && byIteration(step.getScheduleType())
        && step.getStep() == Math.rint(step.getStep())) {
      return new LearningRate(
          step.getInitialValue(),
          new LearningRate.Decay.Step(step.getDecayRate(), (int) step.getStep()));
    } else if (schedule instanceof ExponentialSchedule exponential
        && byIteration(exponential.getScheduleType())) {
      return new LearningRate(
          exponential.getInitialValue(),
          new LearningRate.Decay.Exponential(exponential.getGamma()));
    } else if (schedule instanceof InverseSchedule inverse
        && byIteration(inverse.getScheduleType())
        && inverse.getPower() == 1) {
      return new LearningRate(
          inverse.getInitialValue(), new LearningRate.Decay.InverseTime(inverse.getGamma()));
    }
    findings.unknown("every layer", "learning rate schedule " + schedule);
    return LearningRate.constant(0);
  }

  private static boolean byIteration(ScheduleType type) {
    return type == ScheduleType.ITERATION;
  }
}
