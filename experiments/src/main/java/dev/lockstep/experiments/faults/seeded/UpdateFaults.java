package dev.lockstep.experiments.faults.seeded;

import static dev.lockstep.core.model.Phase.UPDATE;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.BATCH_NORM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.RELU_MOMENTUM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.SIGMOID_SGD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_ADAGRAD;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_ADAM;
import static dev.lockstep.experiments.faults.injection.BaseNetwork.TANH_RMSPROP;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.OptimizerSpec.AdaGrad;
import dev.lockstep.core.network.OptimizerSpec.Adam;
import dev.lockstep.core.network.OptimizerSpec.Momentum;
import dev.lockstep.core.network.OptimizerSpec.Nesterov;
import dev.lockstep.core.network.OptimizerSpec.RmsProp;
import dev.lockstep.core.network.OptimizerSpec.Sgd;
import dev.lockstep.experiments.faults.injection.Change;
import dev.lockstep.experiments.faults.injection.Edits;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.Tampering;
import dev.lockstep.experiments.faults.seeded.Fault.Place;
import java.util.List;

/** Mistakes in the state after a step: parameters, optimizer state, running statistics. */
final class UpdateFaults {

  /** A fault of an optimizer acts on every parameter; this is the first of them. */
  private static final Place FIRST_PARAMETER = new Place(UPDATE, "affine1", "affine1/W");

  /** Where a fault is in what the optimizer keeps, that is wrong before the parameter is. */
  private static Place firstSlot(String slot) {
    return new Place(UPDATE, "affine1", "affine1/W/" + slot);
  }

  private UpdateFaults() {}

  static List<Fault> list() {
    return List.of(
        Fault.in(
                SIGMOID_SGD,
                "learning-rate",
                "the learning rate is another",
                FIRST_PARAMETER,
                Explanation.FACTOR,
                Explanation.HYPERPARAMETER)
            .smaller("×1.001", learningRateTimes(1.001))
            .ordinary("×2", learningRateTimes(2))
            .larger("×10", learningRateTimes(10)),
        Fault.in(
                RELU_MOMENTUM,
                "schedule-off-by-one",
                "the learning rate falls too early",
                firstSlot("velocity"),
                Explanation.FACTOR,
                Explanation.STEP_COUNT)
            .ordinary("by one step", scheduleAheadBy(1))
            .larger("by ten", scheduleAheadBy(10)),
        Fault.in(
                RELU_MOMENTUM,
                "momentum",
                "momentum is another than .9",
                firstSlot("velocity"),
                Explanation.HYPERPARAMETER)
            .smaller(".901", momentum(.901))
            .ordinary(".99", momentum(.99))
            .larger(".5", momentum(.5)),
        Fault.in(
                RELU_MOMENTUM,
                "nesterov-for-momentum",
                "the optimizer is Nesterov's in place of Momentum",
                FIRST_PARAMETER,
                Explanation.FACTOR,
                Explanation.HYPERPARAMETER)
            .by(
                Injection.network(
                    Change.optimizer(
                        Momentum.class,
                        right -> new Nesterov(right.learningRate(), right.momentum(), false)))),
        Fault.in(
                RELU_MOMENTUM,
                "velocity-not-stored",
                "the velocity of the first layer is computed and forgotten",
                new Place(UPDATE, "affine1", "affine1/W/velocity"),
                Explanation.NEVER_UPDATED,
                Explanation.FACTOR)
            .by(Injection.edit(Tampering.at(UPDATE, "affine1/W/velocity"), Edits::zero)),
        Fault.in(
                SIGMOID_SGD,
                "first-layer-never-updated",
                "the first layer is left out of the update",
                FIRST_PARAMETER,
                Explanation.NEVER_UPDATED)
            .by(
                Injection.edit(
                    (phase, path) -> phase == UPDATE && path.startsWith("affine1/"), Edits::keep)),
        Fault.in(
                TANH_ADAM,
                "adam-beta2",
                "beta2 of Adam is another than .999",
                firstSlot("v"),
                Explanation.HYPERPARAMETER)
            .smaller(".9991", adamBeta2(.9991))
            .ordinary(".99", adamBeta2(.99))
            .larger(".9", adamBeta2(.9)),
        Fault.in(
                TANH_ADAM,
                "adam-epsilon",
                "the constant of Adam is another",
                FIRST_PARAMETER,
                Explanation.EPSILON)
            .smaller("×1.01", adamEpsilonTimes(1.01))
            .ordinary("×10", adamEpsilonTimes(10))
            .larger("×10000", adamEpsilonTimes(1e4)),
        Fault.in(
                TANH_ADAM,
                "adam-step-count",
                "Adam counts its steps from another number than 1",
                FIRST_PARAMETER,
                Explanation.STEP_COUNT)
            .ordinary("from 2", adamCountsAhead(1))
            .larger("from 11", adamCountsAhead(10)),
        Fault.in(
                TANH_ADAM,
                "adam-bias-correction-missing",
                "Adam goes without the correction of its first steps",
                FIRST_PARAMETER,
                Explanation.FACTOR,
                Explanation.STEP_COUNT)
            .reported("FluxML/Flux.jl#1962")
            .by(updateTimes(step -> 1 / correction(step))),
        Fault.in(
                TANH_ADAGRAD,
                "adagrad-epsilon",
                "the constant of AdaGrad is another",
                FIRST_PARAMETER,
                Explanation.EPSILON)
            .smaller("×1.01", adaGradEpsilonTimes(1.01))
            .ordinary("×10", adaGradEpsilonTimes(10))
            .larger("×10000", adaGradEpsilonTimes(1e4)),
        Fault.in(
                TANH_RMSPROP,
                "rmsprop-decay",
                "the decay of RMSprop is another than .99",
                firstSlot("h"),
                Explanation.HYPERPARAMETER)
            .smaller(".9901", rmsPropDecay(.9901))
            .ordinary(".95", rmsPropDecay(.95))
            .larger(".5", rmsPropDecay(.5)),
        Fault.in(
                TANH_RMSPROP,
                "rmsprop-epsilon",
                "the constant of RMSprop is another",
                FIRST_PARAMETER,
                Explanation.EPSILON)
            .smaller("×1.01", rmsPropEpsilonTimes(1.01))
            .ordinary("×10", rmsPropEpsilonTimes(10))
            .larger("×10000", rmsPropEpsilonTimes(1e4)),
        Fault.in(
                BATCH_NORM,
                "batchnorm-momentum",
                "the momentum of the running statistics is another than .9",
                new Place(UPDATE, "batchNorm1", "batchNorm1/runningMean"),
                Explanation.HYPERPARAMETER)
            .smaller(".901", batchNormalizationMomentum(.901))
            .ordinary(".99", batchNormalizationMomentum(.99))
            .larger(".5", batchNormalizationMomentum(.5)),
        Fault.in(
                BATCH_NORM,
                "batchnorm-unbiased-running-variance",
                "the running variance moves by the unbiased variance",
                new Place(UPDATE, "batchNorm1", "batchNorm1/runningVar"),
                Explanation.VARIANCE)
            .reported("keras-team/keras#8982")
            .by(
                Injection.edit(
                    Tampering.each(UPDATE, "/runningVar"), Normalization::unbiasedRunningVariance)),
        Fault.in(
                BATCH_NORM,
                "batchnorm-running-mean-never-updated",
                "the running mean stays where it started",
                new Place(UPDATE, "batchNorm1", "batchNorm1/runningMean"),
                Explanation.NEVER_UPDATED)
            .by(Injection.edit(Tampering.each(UPDATE, "/runningMean"), Edits::keep)),
        Fault.in(
                TANH_ADAM,
                "weights-in-float",
                "parameters are kept in float",
                FIRST_PARAMETER,
                Explanation.PRECISION)
            .by(Injection.edit(UpdateFaults::isParameter, Edits::roundToFloat)));
  }

  private static boolean isParameter(Phase phase, String path) {
    return phase == UPDATE && (path.endsWith("/W") || path.endsWith("/b"));
  }

  private static Injection learningRateTimes(double factor) {
    return Injection.network(
        Change.optimizer(Sgd.class, right -> new Sgd(Change.scaled(right.learningRate(), factor))));
  }

  /** The rate of the network falls to 99 % in every step. */
  private static Injection scheduleAheadBy(int steps) {
    return Injection.network(
        Change.optimizer(
            Momentum.class,
            right ->
                new Momentum(
                    Change.scaled(right.learningRate(), Math.pow(.99, steps)), right.momentum())));
  }

  private static Injection momentum(double momentum) {
    return Injection.network(
        Change.optimizer(Momentum.class, right -> new Momentum(right.learningRate(), momentum)));
  }

  private static Injection adamBeta2(double beta2) {
    return Injection.network(
        Change.optimizer(
            Adam.class,
            right -> new Adam(right.learningRate(), right.beta1(), beta2, right.epsilon())));
  }

  private static Injection adamEpsilonTimes(double factor) {
    return Injection.network(
        Change.optimizer(
            Adam.class,
            right ->
                new Adam(
                    right.learningRate(), right.beta1(), right.beta2(), right.epsilon() * factor)));
  }

  private static Injection adamCountsAhead(int steps) {
    return updateTimes(step -> correction(step + steps) / correction(step));
  }

  /** {@code √(1 − beta2^t) / (1 − beta1^t)}, by which Adam multiplies its learning rate. */
  private static double correction(long step) {
    return Math.sqrt(1 - Math.pow(.999, (double) step)) / (1 - Math.pow(.9, (double) step));
  }

  private static Injection updateTimes(Edits.FactorOfStep factor) {
    return Injection.edit(UpdateFaults::isParameter, Edits.updateTimes(factor));
  }

  private static Injection adaGradEpsilonTimes(double factor) {
    return Injection.network(
        Change.optimizer(
            AdaGrad.class, right -> new AdaGrad(right.learningRate(), right.epsilon() * factor)));
  }

  private static Injection rmsPropDecay(double decay) {
    return Injection.network(
        Change.optimizer(
            RmsProp.class, right -> new RmsProp(right.learningRate(), decay, right.epsilon())));
  }

  private static Injection rmsPropEpsilonTimes(double factor) {
    return Injection.network(
        Change.optimizer(
            RmsProp.class,
            right -> new RmsProp(right.learningRate(), right.decay(), right.epsilon() * factor)));
  }

  private static Injection batchNormalizationMomentum(double momentum) {
    return Injection.network(
        Change.batchNormalization(
            norm ->
                new LayerSpec.BatchNormalization(
                    norm.name(), momentum, norm.epsilon(), norm.perChannel())));
  }
}
