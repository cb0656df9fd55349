package dev.lockstep.core.diagnosis.updates;

import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.updates.UpdateMistakes.Element;
import dev.lockstep.core.diagnosis.updates.UpdateMistakes.Rule;
import dev.lockstep.core.network.OptimizerSpec;
import java.util.function.BiConsumer;

/** AMSGrad, Nadam, AdaMax and AdaDelta as they are written down wrongly. */
final class AdaptiveRules {

  /** Keeps the maximum of AdaMax from 0, as Deeplearning4j does. */
  private static final double TINY = 1e-32;

  private final BiConsumer<String, Rule> rules;

  /**
   * @param rules takes what is found
   */
  AdaptiveRules(BiConsumer<String, Rule> rules) {
    this.rules = rules;
  }

  void all(OptimizerSpec optimizer) {
    if (optimizer instanceof OptimizerSpec.AmsGrad o) {
      amsGrad(o);
    } else if (optimizer instanceof OptimizerSpec.Nadam o) {
      nadam(o);
    } else if (optimizer instanceof OptimizerSpec.AdaMax o) {
      adaMax(o);
    } else if (optimizer instanceof OptimizerSpec.AdaDelta o) {
      adaDelta(o.rho(), o.epsilon());
    }
  }

  private void amsGrad(OptimizerSpec.AmsGrad o) {
    amsGrad(
        o, "the largest v so far is divided by, and not kept", e -> move(o, e, largest(e), true));
    amsGrad(
        o,
        "the largest v so far is kept as v too",
        e -> {
          e.slots[2] = largest(e);
          e.slots[1] = e.slots[2];
          move(o, e, e.slots[2], true);
        });
    amsGrad(
        o,
        "v itself is divided by, not the largest so far: Adam",
        e -> {
          e.slots[2] = largest(e);
          move(o, e, e.slots[1], true);
        });
    amsGrad(
        o,
        "vHat is v itself, not the largest so far: Adam",
        e -> {
          e.slots[2] = e.slots[1];
          move(o, e, e.slots[1], true);
        });
    amsGrad(
        o,
        "the smallest v so far is kept and divided by, not the largest",
        e -> {
          e.slots[2] = e.t == 1 ? e.slots[1] : Math.min(e.slots[2], e.slots[1]);
          move(o, e, e.slots[2], true);
        });
    amsGrad(
        o,
        "the largest of the corrected v is kept and divided by",
        e -> {
          e.slots[2] = Math.max(e.slots[2], e.slots[1] / correction(e, o.beta2()));
          e.w -=
              e.rate
                  / correction(e, o.beta1())
                  * e.slots[0]
                  / (Math.sqrt(e.slots[2]) + o.epsilon());
        });
    amsGrad(
        o,
        "there is no correction for the start of the averages",
        e -> {
          e.slots[2] = largest(e);
          move(o, e, e.slots[2], false);
        });
  }

  private void amsGrad(OptimizerSpec.AmsGrad o, String text, Rule afterMoments) {
    rules.accept(
        text,
        e -> {
          UpdateRules.moments(o.beta1(), o.beta2(), e);
          afterMoments.apply(e);
        });
  }

  private static double largest(Element e) {
    return Math.max(e.slots[2], e.slots[1]);
  }

  private static void move(OptimizerSpec.AmsGrad o, Element e, double v, boolean corrected) {
    double correction = corrected ? UpdateRules.correction(o.beta1(), o.beta2(), e.t) : 1;
    e.w -= e.rate * correction * e.slots[0] / (Math.sqrt(v) + o.epsilon());
  }

  private void nadam(OptimizerSpec.Nadam o) {
    double b1 = o.beta1();
    nadam(
        "the momentum's part is corrected for the next step",
        o,
        e -> b1 * e.slots[0] / (1 - Math.pow(b1, e.t + 1)) + (1 - b1) * e.g / correction(e, b1),
        false);
    nadam("the gradient's own part is missing", o, e -> b1 * e.slots[0] / correction(e, b1), false);
    nadam("it does not look ahead: m alone", o, e -> e.slots[0] / correction(e, b1), false);
    nadam(
        "v is corrected for its start too",
        o,
        e -> (b1 * e.slots[0] + (1 - b1) * e.g) / correction(e, b1),
        true);
    nadam(
        "there is no correction for the start of the averages",
        o,
        e -> b1 * e.slots[0] + (1 - b1) * e.g,
        false);
  }

  private static double correction(Element e, double beta) {
    return 1 - Math.pow(beta, e.t);
  }

  private interface OfElement {
    double of(Element e);
  }

  private void nadam(String text, OptimizerSpec.Nadam o, OfElement m, boolean corrected) {
    rules.accept(
        text,
        e -> {
          UpdateRules.moments(o.beta1(), o.beta2(), e);
          double v = corrected ? e.slots[1] / correction(e, o.beta2()) : e.slots[1];
          e.w -= e.rate * m.of(e) / (Math.sqrt(v) + o.epsilon());
        });
  }

  private void adaMax(OptimizerSpec.AdaMax o) {
    adaMaxEpsilons(o);
    adaMax(
        "the maximum is decayed after it was taken, not before",
        o,
        e -> o.beta2() * Math.max(e.slots[1], Math.abs(e.g)),
        true);
    adaMax(
        "the maximum is that of gradients with their signs",
        o,
        e -> Math.max(o.beta2() * e.slots[1], e.g),
        true);
    adaMax("the maximum is not decayed", o, e -> Math.max(e.slots[1], Math.abs(e.g)), true);
    adaMax(
        "there is no correction for the start of m",
        o,
        e -> Math.max(o.beta2() * e.slots[1], Math.abs(e.g)),
        false);
  }

  /** Constants that other libraries keep the maximum from 0 with. */
  private static final double[] CONSTANTS = {1e-8, 1e-7};

  private void adaMaxEpsilons(OptimizerSpec.AdaMax o) {
    for (double epsilon : CONSTANTS) {
      adaMax(
          "%s is added to |g| within the maximum".formatted(Numbers.setting(epsilon)),
          o,
          e -> Math.max(o.beta2() * e.slots[1], Math.abs(e.g) + epsilon),
          true);
      rules.accept(
          "%s is added to the maximum that is divided by".formatted(Numbers.setting(epsilon)),
          e -> {
            e.slots[0] = o.beta1() * e.slots[0] + (1 - o.beta1()) * e.g;
            e.slots[1] = Math.max(o.beta2() * e.slots[1], Math.abs(e.g)) + TINY;
            e.w -= e.rate / correction(e, o.beta1()) * e.slots[0] / (e.slots[1] + epsilon);
          });
    }
  }

  private void adaMax(String text, OptimizerSpec.AdaMax o, OfElement u, boolean corrected) {
    rules.accept(
        text,
        e -> {
          e.slots[0] = o.beta1() * e.slots[0] + (1 - o.beta1()) * e.g;
          e.slots[1] = u.of(e) + TINY;
          double by = corrected ? correction(e, o.beta1()) : 1;
          e.w -= e.rate / by * e.slots[0] / e.slots[1];
        });
  }

  private void adaDelta(double rho, double eps) {
    adaDelta(
        "it divides by the mean of squares before the step",
        rho,
        e -> e.g * Math.sqrt(e.slots[1] + eps) / Math.sqrt(e.slots[0] + eps),
        (step, rate) -> step);
    adaDelta(
        "the update times the learning rate enters the mean of updates",
        rho,
        e -> e.g * Math.sqrt(e.slots[1] + eps) / Math.sqrt(next(e, rho) + eps),
        (step, rate) -> rate * step);
    adaDelta(
        "the mean of updates is not kept",
        rho,
        e -> e.g * Math.sqrt(e.slots[1] + eps) / Math.sqrt(next(e, rho) + eps),
        (step, rate) -> Double.NaN);
    adaDelta(
        "epsilon stands outside the roots",
        rho,
        e -> e.g * (Math.sqrt(e.slots[1]) + eps) / (Math.sqrt(next(e, rho)) + eps),
        (step, rate) -> step);
  }

  private static double next(Element e, double rho) {
    return rho * e.slots[0] + (1 - rho) * e.g * e.g;
  }

  private interface Entering {
    /** Returns what enters the mean of squared updates, NaN if nothing does. */
    double of(double step, double rate);
  }

  private void adaDelta(String text, double rho, OfElement move, Entering entering) {
    rules.accept(
        text,
        e -> {
          double step = move.of(e);
          double enters = entering.of(step, e.rate);
          e.slots[0] = next(e, rho);
          e.w -= e.rate * step;
          e.slots[1] =
              Double.isNaN(enters) ? e.slots[1] : rho * e.slots[1] + (1 - rho) * enters * enters;
        });
  }
}
