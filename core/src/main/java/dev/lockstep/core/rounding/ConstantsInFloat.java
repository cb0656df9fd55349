package dev.lockstep.core.rounding;

import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.OptimizerSpec.AdaDelta;
import dev.lockstep.core.network.OptimizerSpec.AdaGrad;
import dev.lockstep.core.network.OptimizerSpec.AdaMax;
import dev.lockstep.core.network.OptimizerSpec.Adam;
import dev.lockstep.core.network.OptimizerSpec.AmsGrad;
import dev.lockstep.core.network.OptimizerSpec.Momentum;
import dev.lockstep.core.network.OptimizerSpec.Nadam;
import dev.lockstep.core.network.OptimizerSpec.Nesterov;
import dev.lockstep.core.network.OptimizerSpec.RmsProp;
import dev.lockstep.core.network.OptimizerSpec.Sgd;

/**
 * An optimizer with its constants as a computation in float has them: 0.999 is 1.3e-8 more there,
 * and 1 − 0.999 a hundred-thousandth of itself less. Where nothing corrects the slots for their
 * start, that is in the first updates for good.
 */
final class ConstantsInFloat implements OptimizerSpec.Visitor<OptimizerSpec> {

  /** Returns the nearest float, or the constant itself where that is a share of 1 and not below. */
  private static double rounded(double constant) {
    float rounded = (float) constant;
    return rounded == 1 || rounded == 0 ? constant : rounded;
  }

  @Override
  public OptimizerSpec sgd(Sgd sgd) {
    return sgd;
  }

  @Override
  public OptimizerSpec momentum(Momentum momentum) {
    return new Momentum(momentum.learningRate(), rounded(momentum.momentum()));
  }

  @Override
  public OptimizerSpec nesterov(Nesterov nesterov) {
    return new Nesterov(nesterov.learningRate(), rounded(nesterov.momentum()), nesterov.printed());
  }

  @Override
  public OptimizerSpec adaGrad(AdaGrad adaGrad) {
    return new AdaGrad(adaGrad.learningRate(), rounded(adaGrad.epsilon()));
  }

  @Override
  public OptimizerSpec rmsProp(RmsProp rmsProp) {
    return new RmsProp(
        rmsProp.learningRate(), rounded(rmsProp.decay()), rounded(rmsProp.epsilon()));
  }

  @Override
  public OptimizerSpec adam(Adam adam) {
    return new Adam(
        adam.learningRate(), rounded(adam.beta1()), rounded(adam.beta2()), rounded(adam.epsilon()));
  }

  @Override
  public OptimizerSpec amsGrad(AmsGrad amsGrad) {
    return new AmsGrad(
        amsGrad.learningRate(),
        rounded(amsGrad.beta1()),
        rounded(amsGrad.beta2()),
        rounded(amsGrad.epsilon()));
  }

  @Override
  public OptimizerSpec nadam(Nadam nadam) {
    return new Nadam(
        nadam.learningRate(),
        rounded(nadam.beta1()),
        rounded(nadam.beta2()),
        rounded(nadam.epsilon()));
  }

  @Override
  public OptimizerSpec adaMax(AdaMax adaMax) {
    return new AdaMax(adaMax.learningRate(), rounded(adaMax.beta1()), rounded(adaMax.beta2()));
  }

  @Override
  public OptimizerSpec adaDelta(AdaDelta adaDelta) {
    return new AdaDelta(
        adaDelta.learningRate(), rounded(adaDelta.rho()), rounded(adaDelta.epsilon()));
  }
}
