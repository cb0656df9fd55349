package dev.lockstep.scratch.optimizers;

import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LearningRate.Decay;

/** The learning rate of every step (chapter 8 names the idea). */
final class LearningRateDecay {

  private LearningRateDecay() {}

  /**
   * @param t the steps already taken, 0 in the first
   */
  static double rate(LearningRate rate, long t) {
    Decay decay = rate.decay();
    if (decay instanceof Decay.Step step) {
      long falls = t / step.every();
      return rate.initial() * Math.pow(step.factor(), (double) falls);
    } else if (decay instanceof Decay.Exponential exponential) {
      return rate.initial() * Math.pow(exponential.factor(), (double) t);
    } else if (decay instanceof Decay.InverseTime inverse) {
      return rate.initial() / (1 + inverse.rate() * t);
    }
    return rate.initial();
  }
}
