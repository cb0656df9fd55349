package dev.lockstep.scratch.optimizers;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LearningRate.Decay;

/**
 * The learning rate of one step (chapter 8 names the idea).
 *
 * @param t the steps already taken, 0 in the first
 */
record LearningRateDecay(double initial, long t) implements Decay.Visitor<Double> {

  static double rate(LearningRate rate, long t) {
    return rate.decay().accept(new LearningRateDecay(rate.initial(), t));
  }

  @Override
  public Double none(Decay.None decay) {
    return initial;
  }

  @Override
  public Double step(Decay.Step decay) {
    long falls = t / decay.every();
    return initial * Math.pow(decay.factor(), (double) falls);
  }

  @Override
  public Double exponential(Decay.Exponential decay) {
    return initial * Math.pow(decay.factor(), (double) t);
  }

  @Override
  public Double inverseTime(Decay.InverseTime decay) {
    return initial / (1 + decay.rate() * t);
  }
}
