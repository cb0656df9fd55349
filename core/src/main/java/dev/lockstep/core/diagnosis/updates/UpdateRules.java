package dev.lockstep.core.diagnosis.updates;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.ARITHMETIC;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.updates.UpdateMistakes.Element;
import dev.lockstep.core.diagnosis.updates.UpdateMistakes.Rule;
import dev.lockstep.core.diagnosis.updates.UpdateMistakes.TensorRule;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.function.DoubleSupplier;

/** Each optimizer as it is written down wrongly, or as another optimizer has it. */
final class UpdateRules {

  private final Look first;
  private final TensorKey key;
  private final Rules rules;

  /**
   * @param key the first tensor that differs
   * @param rules takes what is found
   */
  UpdateRules(Look first, TensorKey key, Rules rules) {
    this.first = first;
    this.key = key;
    this.rules = rules;
  }

  /** Takes rules. */
  interface Rules {
    void rule(Rank rank, String text, Rule rule);

    /** One that keeps something that it does not show. */
    void hiding(String text, Rule rule);

    void ofTensors(String text, TensorRule rule);
  }

  private void rule(String text, Rule rule) {
    rules.rule(NAMED, text, rule);
  }

  void all(OptimizerSpec optimizer) {
    rule(
        "the update subtracts the parameter itself in place of its gradient: another tensor",
        e -> e.w -= e.rate * e.w);
    if (optimizer instanceof OptimizerSpec.Momentum o) {
      momentum(o.momentum());
    } else if (optimizer instanceof OptimizerSpec.Nesterov o) {
      nesterov(o.momentum());
    } else if (optimizer instanceof OptimizerSpec.AdaGrad o) {
      adaGrad(o.epsilon());
    } else if (optimizer instanceof OptimizerSpec.RmsProp o) {
      rmsProp(o.decay(), o.epsilon());
    } else if (optimizer instanceof OptimizerSpec.Adam o) {
      adam(o);
    } else if (optimizer instanceof OptimizerSpec.Sgd) {
      gradientDescent();
    } else {
      new AdaptiveRules(this::rule).all(optimizer);
    }
  }

  private void gradientDescent() {
    Tensor old = first.before(key.path());
    Tensor shown = first.candidate(Phase.UPDATE, key.path());
    if (old != null && shown != null && shown.size() > 1) {
      double limit =
          Numbers.exact(
              Tensor.of(shown.shape(), Numbers.minus(shown.data(), old.data())).largestMagnitude()
                  / first.rate(key.path()));
      if (limit > 0) {
        rule(
            "gradients are clipped to ±%s after they were shown".formatted(Numbers.setting(limit)),
            e -> e.w -= e.rate * Math.max(-limit, Math.min(limit, e.g)));
      }
    }
    rules.hiding(
        "the update takes the gradient of the step before",
        e -> {
          e.w -= e.rate * (e.t == 1 ? e.g : e.hidden);
          e.hidden = e.g;
        });
    double kept = carriedOn();
    if (kept > 0 && kept < 1) {
      rules.hiding(
          "the update keeps a velocity: momentum " + Numbers.setting(kept) + " where there is none",
          e -> {
            e.hidden = kept * e.hidden - e.rate * e.g;
            e.w += e.hidden;
          });
    }
    double trust = trust();
    rules.ofTensors(
        "the update scales each parameter's step to %s of its norm: layer-wise rates (LARS)"
            .formatted(Numbers.setting(trust)),
        u -> {
          double ratio = trust * Numbers.norm(u.w) / Numbers.norm(u.g);
          double factor = Double.isFinite(ratio) && ratio > 0 ? ratio : 1;
          for (int i = 0; i < u.w.length; i++) {
            u.w[i] -= u.rate * factor * u.g[i];
          }
        });
  }

  /** Returns the share of the step before that this step repeats, NaN if there is none. */
  private double carriedOn() {
    Look previous = first.previous();
    Tensor then = previous == null ? null : previous.before(key.path());
    Tensor before = first.before(key.path());
    Judged judged = first.judged().get(key);
    if (then == null || before == null || judged == null) {
      return Double.NaN;
    }
    double share =
        Numbers.leastSquares(
            Numbers.minus(before.data(), then.data()),
            Numbers.minus(judged.candidate().data(), judged.reference().data()));
    return Numbers.exact(share);
  }

  private double trust() {
    Tensor before = first.before(key.path());
    Tensor gradient = first.candidate(Phase.BACKWARD, key.path());
    Tensor after = first.candidate(Phase.UPDATE, key.path());
    if (before == null || gradient == null || after == null) {
      return Double.NaN;
    }
    double moved = Numbers.norm(Numbers.minus(after.data(), before.data()));
    double trust = moved / first.rate(key.path()) / Numbers.norm(before.data());
    return Numbers.exact(trust);
  }

  private void momentum(double m) {
    rule(
        "the update moves the parameter by the velocity of the step before",
        e -> {
          e.w += e.slots[0];
          e.slots[0] = m * e.slots[0] - e.rate * e.g;
        });
    rule(
        "the update moves the parameter by the velocity and by the gradient itself as well",
        e -> {
          e.slots[0] = m * e.slots[0] - e.rate * e.g;
          e.w += e.slots[0] - e.rate * e.g;
        });
    rule(
        "the velocity is kept without the learning rate, as PyTorch keeps it: a change of the rate changes all of it",
        e -> {
          e.slots[0] = m * e.slots[0] * e.rate / e.rateBefore - e.rate * e.g;
          e.w += e.slots[0];
        });
    double share = share(m);
    if (Double.isFinite(share)) {
      String told =
          "the update dampens the gradient: it enters the velocity times " + Numbers.setting(share);
      rules.rule(
          // any other share is a learning rate as well
          Math.abs(share - (1 - m)) < 1e-9 ? NAMED : ARITHMETIC,
          told,
          e -> {
            e.slots[0] = m * e.slots[0] - share * e.rate * e.g;
            e.w += e.slots[0];
          });
      rule(
          told + ", but for the first step",
          e -> {
            e.slots[0] = m * e.slots[0] - (e.t == 1 ? 1 : share) * e.rate * e.g;
            e.w += e.slots[0];
          });
    }
    rule(
        "the update keeps the learning rate outside of the velocity",
        e -> {
          e.slots[0] = m * e.slots[0] - e.g;
          e.w += e.rate * e.slots[0];
        });
    rule(
        "the update keeps the learning rate outside of the velocity, whose sign is turned",
        e -> {
          e.slots[0] = m * e.slots[0] + e.g;
          e.w -= e.rate * e.slots[0];
        });
    rule(
        "the update starts the velocity as the gradient itself, without the learning rate",
        e -> {
          e.slots[0] = e.t == 1 ? -e.g : m * e.slots[0] - e.rate * e.g;
          e.w += e.slots[0];
        });
    rule(
        "momentum multiplies the gradient's part, not the velocity before",
        e -> {
          e.slots[0] -= m * e.rate * e.g;
          e.w += e.slots[0];
        });
    rule(
        "the update turns the sign of the velocity",
        e -> {
          e.slots[0] = m * e.slots[0] + e.rate * e.g;
          e.w += m * e.slots[0] - e.rate * e.g;
        });
    rule(
        "the velocity is set back to 0 after each update",
        e -> {
          e.w += m * e.slots[0] - e.rate * e.g;
          e.slots[0] = 0;
        });
    rule(
        "the update forgets the velocity: it is never computed from the one before",
        e -> {
          e.slots[0] = -e.rate * e.g;
          e.w += e.slots[0];
        });
    rule(
        "the update adds the parameter to the velocity in place of its gradient: another tensor",
        e -> {
          e.slots[0] = m * e.slots[0] - e.rate * e.w;
          e.w += e.slots[0];
        });
    rule(
        "the update multiplies the velocity by the learning rate too",
        e -> {
          e.slots[0] = m * e.slots[0] - e.rate * e.g;
          e.w += e.rate * e.slots[0];
        });
  }

  /** Returns the share of the gradient that the first velocity that differs has taken up. */
  private double share(double m) {
    String path = key.path();
    Tensor old = first.before(path);
    Tensor now = first.candidate(Phase.UPDATE, path);
    Tensor gradient = first.candidate(Phase.BACKWARD, path.substring(0, path.lastIndexOf('/')));
    if (old == null || now == null || gradient == null || gradient.size() != now.size()) {
      return Double.NaN;
    }
    double fitted =
        Numbers.leastSquares(
            Numbers.times(-first.rate(path.substring(0, path.lastIndexOf('/'))), gradient.data()),
            Numbers.plus(now.data(), -m, old.data()));
    return Numbers.exact(fitted);
  }

  private void nesterov(double m) {
    for (int sign : new int[] {1, -1}) {
      rule(
          "momentum times the velocity is %s the gradient, before a step of plain momentum"
              .formatted(sign > 0 ? "added to" : "subtracted from"),
          e -> {
            e.slots[0] = m * e.slots[0] - e.rate * (e.g + sign * m * e.slots[0]);
            e.w += e.slots[0];
          });
    }
    rule(
        "the update adds the velocity twice",
        e -> {
          e.slots[0] = m * e.slots[0] - e.rate * e.g;
          e.w += e.slots[0] + m * e.slots[0] - e.rate * e.g;
        });
    rule(
        "the update adds the old velocity's part in place of subtracting it",
        e -> {
          double old = e.slots[0];
          e.slots[0] = m * old - e.rate * e.g;
          e.w += m * old + (1 + m) * e.slots[0];
        });
    rule(
        "the update moves the parameter by the step that the velocity before would have made",
        e -> {
          e.w += m * e.slots[0];
          e.slots[0] = m * e.slots[0] - e.rate * e.g;
        });
    rule(
        "the update looks back along the velocity, not ahead",
        e -> {
          e.slots[0] = m * e.slots[0] - e.rate * e.g;
          e.w += -m * e.slots[0] - e.rate * e.g;
        });
    rule(
        "the update keeps the learning rate outside of the velocity",
        e -> {
          e.slots[0] = m * e.slots[0] - e.g;
          e.w += e.rate * (m * e.slots[0] - e.g);
        });
    rule(
        "the update keeps the learning rate outside of the velocity, whose sign is turned",
        e -> {
          e.slots[0] = m * e.slots[0] + e.g;
          e.w -= e.rate * (e.g + m * e.slots[0]);
        });
  }

  private void adaGrad(double epsilon) {
    double start = start(1);
    rule(
        "the sum of squares starts at %s in place of 0".formatted(Numbers.setting(start)),
        e -> {
          e.slots[0] += (e.t == 1 ? start : 0) + e.g * e.g;
          e.w -= e.rate * e.g / (Math.sqrt(e.slots[0]) + epsilon);
        });
    rule(
        "the update divides by the root of the mean of squares, not of their sum",
        e -> {
          e.slots[0] += e.g * e.g;
          e.w -= e.rate * e.g / (Math.sqrt(e.slots[0] / e.t) + epsilon);
        });
    rules.ofTensors(
        "the update divides by one number for the whole parameter, the root of its mean sum of squares",
        u -> {
          double sum = 0;
          for (int i = 0; i < u.w.length; i++) {
            u.slots[0][i] += u.g[i] * u.g[i];
            sum += u.slots[0][i];
          }
          for (int i = 0; i < u.w.length; i++) {
            u.w[i] -= u.rate * u.g[i] / (Math.sqrt(sum / u.w.length) + epsilon);
          }
        });
    rule(
        "epsilon stands inside the root of the update",
        e -> {
          e.slots[0] += e.g * e.g;
          e.w -= e.rate * e.g / Math.sqrt(e.slots[0] + epsilon);
        });
    rule(
        "the update adds up the squares of lr·g in place of those of g",
        e -> {
          e.slots[0] += e.rate * e.g * e.rate * e.g;
          e.w -= e.rate * e.g / (Math.sqrt(e.slots[0]) + epsilon);
        });
    rule(
        "the update adds up gradients, not their squares",
        e -> {
          e.slots[0] += Math.abs(e.g);
          e.w -= e.rate * e.g / (Math.sqrt(e.slots[0]) + epsilon);
        });
    rule(
        "the update divides by the sum of squares, not by its root",
        e -> {
          e.slots[0] += e.g * e.g;
          e.w -= e.rate * e.g / (e.slots[0] + epsilon);
        });
    rule(
        "the update divides by the root of the sum before the step",
        e -> {
          e.w -= e.rate * e.g / (Math.sqrt(e.slots[0]) + epsilon);
          e.slots[0] += e.g * e.g;
        });
  }

  /**
   * Returns what the accumulator held before its first step, 0 if it was right.
   *
   * @param kept share of the old value that is kept
   */
  private double start(double kept) {
    Judged judged = first.judged().get(key);
    if (judged == null || first.step().before().step() > 0) {
      return 0;
    }
    double mean =
        Numbers.sum(Numbers.minus(judged.candidate().data(), judged.reference().data()))
            / judged.candidate().size();
    return Math.abs(mean) < 1e-9 ? 0 : Numbers.exact(mean / kept);
  }

  private void rmsProp(double decay, double epsilon) {
    double start = start(decay);
    rule(
        "the root, plus epsilon, is kept in place of the average of squares",
        e -> {
          e.slots[0] = Math.sqrt(decay * e.slots[0] + (1 - decay) * e.g * e.g) + epsilon;
          e.w -= e.rate * e.g / e.slots[0];
        });
    rule(
        "the average starts as the first square, not at 0",
        e -> {
          e.slots[0] = e.t == 1 ? e.g * e.g : decay * e.slots[0] + (1 - decay) * e.g * e.g;
          e.w -= e.rate * e.g / (Math.sqrt(e.slots[0]) + epsilon);
        });
    rule(
        "the average of squares starts at %s in place of 0".formatted(Numbers.setting(start)),
        e -> {
          e.slots[0] = decay * (e.slots[0] + (e.t == 1 ? start : 0)) + (1 - decay) * e.g * e.g;
          e.w -= e.rate * e.g / (Math.sqrt(e.slots[0]) + epsilon);
        });
    rule(
        "the update divides by the root of the average before the step",
        e -> {
          e.w -= e.rate * e.g / (Math.sqrt(e.slots[0]) + epsilon);
          e.slots[0] = decay * e.slots[0] + (1 - decay) * e.g * e.g;
        });
    rule(
        "the update divides by the larger of root and epsilon, not by their sum",
        e -> {
          e.slots[0] = decay * e.slots[0] + (1 - decay) * e.g * e.g;
          e.w -= e.rate * e.g / Math.max(Math.sqrt(e.slots[0]), epsilon);
        });
    rules.hiding(
        "the update subtracts the squared mean of gradients from the average of squares: centred RMSprop",
        e -> {
          e.slots[0] = decay * e.slots[0] + (1 - decay) * e.g * e.g;
          e.hidden = decay * e.hidden + (1 - decay) * e.g;
          e.w -=
              e.rate * e.g / (Math.sqrt(Math.max(0, e.slots[0] - e.hidden * e.hidden)) + epsilon);
        });
    double kept = carriedOn();
    if (kept > 0 && kept < 1) {
      rules.hiding(
          "the update keeps a velocity: momentum " + Numbers.setting(kept) + " where there is none",
          e -> {
            e.slots[0] = decay * e.slots[0] + (1 - decay) * e.g * e.g;
            e.hidden = kept * e.hidden - e.rate * e.g / (Math.sqrt(e.slots[0]) + epsilon);
            e.w += e.hidden;
          });
    }
    rule(
        "epsilon stands inside the root of the update",
        e -> {
          e.slots[0] = decay * e.slots[0] + (1 - decay) * e.g * e.g;
          e.w -= e.rate * e.g / Math.sqrt(e.slots[0] + epsilon);
        });
    rule(
        "the update takes decay for 1 - decay",
        e -> {
          e.slots[0] = (1 - decay) * e.slots[0] + decay * e.g * e.g;
          e.w -= e.rate * e.g / (Math.sqrt(e.slots[0]) + epsilon);
        });
    rule(
        "the update adds the whole square: 1 - decay is missing",
        e -> {
          e.slots[0] = decay * e.slots[0] + e.g * e.g;
          e.w -= e.rate * e.g / (Math.sqrt(e.slots[0]) + epsilon);
        });
    rule(
        "the update divides by the average of squares, not by its root",
        e -> {
          e.slots[0] = decay * e.slots[0] + (1 - decay) * e.g * e.g;
          e.w -= e.rate * e.g / (e.slots[0] + epsilon);
        });
    rule(
        "the update corrects the average for its start, as Adam does",
        e -> {
          e.slots[0] = decay * e.slots[0] + (1 - decay) * e.g * e.g;
          e.w -= e.rate * e.g / (Math.sqrt(e.slots[0] / (1 - Math.pow(decay, e.t))) + epsilon);
        });
  }

  private void adam(OptimizerSpec.Adam o) {
    adamRelatives(o);
    rule(
        "the update divides by the root of v before the step",
        e -> {
          double old = e.slots[1];
          moments(o, e);
          move(o, e, correction(o, e.t), e.slots[0], old);
        });
    rule(
        "the update moves by m before the step",
        e -> {
          double old = e.slots[0];
          moments(o, e);
          move(o, e, correction(o, e.t), old, e.slots[1]);
        });
    for (boolean corrected : new boolean[] {false, true}) {
      adam(
          o,
          "the update corrects the averages and the learning rate: twice",
          e -> {
            double root = Math.sqrt(1 - Math.pow(o.beta2(), e.t));
            double epsilon = corrected ? o.epsilon() / root : o.epsilon();
            e.w -=
                e.rate
                    * correction(o, e.t)
                    * e.slots[0]
                    / (1 - Math.pow(o.beta1(), e.t))
                    / (Math.sqrt(e.slots[1]) / root + epsilon);
          });
    }
    adam(
        o,
        "m and v begin as the first gradient and its square",
        e -> {
          if (e.t == 1) {
            e.slots[0] = e.g;
            e.slots[1] = e.g * e.g;
          }
          move(o, e, correction(o, e.t), e.slots[0], e.slots[1]);
        });
    adam(
        o,
        "the corrections of m and v have changed places",
        e ->
            e.w -=
                e.rate
                    * Math.sqrt(1 - Math.pow(o.beta1(), e.t))
                    / (1 - Math.pow(o.beta2(), e.t))
                    * e.slots[0]
                    / (Math.sqrt(e.slots[1]) + o.epsilon()));
    adam(
        o,
        "the update corrects v alone, not m",
        e ->
            e.w -=
                e.rate
                    * Math.sqrt(1 - Math.pow(o.beta2(), e.t))
                    * e.slots[0]
                    / (Math.sqrt(e.slots[1]) + o.epsilon()));
    adam(
        o,
        "the update divides by the larger of root and epsilon, not by their sum",
        e ->
            e.w -=
                e.rate
                    * correction(o, e.t)
                    * e.slots[0]
                    / Math.max(Math.sqrt(e.slots[1]), o.epsilon()));
    adam(
        o,
        "each element's step is clipped to the learning rate",
        e ->
            e.w -=
                Math.max(
                    -e.rate,
                    Math.min(
                        e.rate,
                        e.rate
                            * correction(o, e.t)
                            * e.slots[0]
                            / (Math.sqrt(e.slots[1]) + o.epsilon()))));
    adam(
        o,
        "epsilon is added after the correction: the update is lr·m̂ / (√v̂ + ε)",
        e -> {
          double m = e.slots[0] / (1 - Math.pow(o.beta1(), e.t));
          double v = e.slots[1] / (1 - Math.pow(o.beta2(), e.t));
          e.w -= e.rate * m / (Math.sqrt(v) + o.epsilon());
        });
    adam(
        o,
        "epsilon stands inside the root of the update",
        e -> e.w -= e.rate * correction(o, e.t) * e.slots[0] / Math.sqrt(e.slots[1] + o.epsilon()));
    adam(
        o,
        "epsilon stands inside the root of the update, after the correction",
        e -> {
          double m = e.slots[0] / (1 - Math.pow(o.beta1(), e.t));
          double v = e.slots[1] / (1 - Math.pow(o.beta2(), e.t));
          e.w -= e.rate * m / Math.sqrt(v + o.epsilon());
        });
    adam(
        o,
        "the update times sqrt(1 - beta2^t)/(1 - beta1^t) is missing: no bias correction",
        e -> e.w -= e.rate * e.slots[0] / (Math.sqrt(e.slots[1]) + o.epsilon()));
    adam(
        o,
        "the update multiplies by its corrections where it should divide",
        e -> {
          double m = e.slots[0] * (1 - Math.pow(o.beta1(), e.t));
          double v = e.slots[1] * (1 - Math.pow(o.beta2(), e.t));
          e.w -= e.rate * m / (Math.sqrt(v) + o.epsilon());
        });
    adam(
        o,
        "the update corrects m alone, not v",
        e ->
            e.w -=
                e.rate
                    * (e.slots[0] / (1 - Math.pow(o.beta1(), e.t)))
                    / (Math.sqrt(e.slots[1]) + o.epsilon()));
    adam(
        o,
        "the update corrects v alone, not m",
        e ->
            e.w -=
                e.rate
                    * e.slots[0]
                    / (Math.sqrt(e.slots[1] / (1 - Math.pow(o.beta2(), e.t))) + o.epsilon()));
    for (boolean corrected : new boolean[] {false, true}) {
      adam(
          o,
          "the update keeps the corrected averages and corrects them again in the next step",
          e -> {
            double root = Math.sqrt(1 - Math.pow(o.beta2(), e.t));
            e.slots[0] /= 1 - Math.pow(o.beta1(), e.t);
            e.slots[1] /= root * root;
            double epsilon = corrected ? o.epsilon() / root : o.epsilon();
            e.w -= e.rate * e.slots[0] / (Math.sqrt(e.slots[1]) + epsilon);
          });
    }
    adam(
        o,
        "the optimizer's count of steps grows with every parameter, not with every batch",
        e -> move(o, e, correction(o, e.counted), e.slots[0], e.slots[1]));
    adam(
        o,
        "the update divides by v, not by its root",
        e -> e.w -= e.rate * correction(o, e.t) * e.slots[0] / (e.slots[1] + o.epsilon()));
    rule(
        "the update is that of RMSprop: the gradient itself in place of m",
        e -> {
          moments(o, e);
          move(o, e, correction(o, e.t), e.g, e.slots[1]);
        });
    rule(
        "Adam's beta1 and beta2 have changed places",
        e -> {
          e.slots[0] += (1 - o.beta2()) * (e.g - e.slots[0]);
          e.slots[1] += (1 - o.beta1()) * (e.g * e.g - e.slots[1]);
          double correction =
              Math.sqrt(1 - Math.pow(o.beta1(), e.t)) / (1 - Math.pow(o.beta2(), e.t));
          move(o, e, correction, e.slots[0], e.slots[1]);
        });
  }

  /** Optimizers that grew out of Adam, with its slots. */
  private void adamRelatives(OptimizerSpec.Adam o) {
    rules.hiding(
        "the update divides by the root of the largest v so far: AMSGrad",
        e -> {
          moments(o, e);
          e.hidden = Math.max(e.hidden, e.slots[1]);
          move(o, e, correction(o, e.t), e.slots[0], e.hidden);
        });
    adam(
        o,
        "the update is rectified: RAdam",
        e -> {
          double limit = 2 / (1 - o.beta2()) - 1;
          double power = Math.pow(o.beta2(), e.t);
          double length = limit - 2 * e.t * power / (1 - power);
          double m = e.slots[0] / (1 - Math.pow(o.beta1(), e.t));
          double rectified =
              Math.sqrt((length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length));
          e.w -=
              length > 4
                  ? e.rate
                      * rectified
                      * m
                      * Math.sqrt(1 - power)
                      / (Math.sqrt(e.slots[1]) + o.epsilon())
                  : e.rate * m;
        });
    adam(
        o,
        "the update looks ahead, (beta1·m + (1 - beta1)·g) in place of m: a form of Nadam",
        e ->
            move(
                o,
                e,
                correction(o, e.t),
                o.beta1() * e.slots[0] + (1 - o.beta1()) * e.g,
                e.slots[1]));
    rule(
        "v averages the square of g - m, not of g: AdaBelief",
        e -> squared(o, e, () -> (e.g - e.slots[0]) * (e.g - e.slots[0])));
    rule("v averages the square of m, not of g", e -> squared(o, e, () -> e.slots[0] * e.slots[0]));
    rule("v averages |g|, not its square", e -> squared(o, e, () -> Math.abs(e.g)));
    rule(
        "v moves by (1 - beta2)·g² towards g², whatever lies between: Yogi",
        e -> {
          e.slots[0] += (1 - o.beta1()) * (e.g - e.slots[0]);
          double square = e.g * e.g;
          e.slots[1] -= (1 - o.beta2()) * Math.signum(e.slots[1] - square) * square;
          move(o, e, correction(o, e.t), e.slots[0], e.slots[1]);
        });
    rules.ofTensors(
        "each parameter's step is scaled to the norm of the parameter: LAMB",
        u -> {
          double[] step = new double[u.w.length];
          for (int i = 0; i < step.length; i++) {
            u.slots[0][i] += (1 - o.beta1()) * (u.g[i] - u.slots[0][i]);
            u.slots[1][i] += (1 - o.beta2()) * (u.g[i] * u.g[i] - u.slots[1][i]);
            step[i] = correction(o, u.t) * u.slots[0][i] / (Math.sqrt(u.slots[1][i]) + o.epsilon());
          }
          double ratio = Numbers.norm(u.w) / Numbers.norm(step);
          double factor = Double.isFinite(ratio) && ratio > 0 ? ratio : 1;
          for (int i = 0; i < step.length; i++) {
            u.w[i] -= u.rate * factor * step[i];
          }
        });
  }

  private static void squared(OptimizerSpec.Adam o, Element e, DoubleSupplier square) {
    e.slots[0] += (1 - o.beta1()) * (e.g - e.slots[0]);
    e.slots[1] += (1 - o.beta2()) * (square.getAsDouble() - e.slots[1]);
    move(o, e, correction(o, e.t), e.slots[0], e.slots[1]);
  }

  private void adam(OptimizerSpec.Adam o, String text, Rule afterMoments) {
    rule(
        text,
        e -> {
          moments(o, e);
          afterMoments.apply(e);
        });
  }

  /** Moves a parameter as Adam does, by {@code lr · correction · m / (√v + ε)}. */
  private static void move(OptimizerSpec.Adam o, Element e, double correction, double m, double v) {
    e.w -= e.rate * correction * m / (Math.sqrt(v) + o.epsilon());
  }

  private static void moments(OptimizerSpec.Adam o, Element e) {
    moments(o.beta1(), o.beta2(), e);
  }

  /** Moves the averages m and v, the first slots of an element. */
  static void moments(double beta1, double beta2, Element e) {
    e.slots[0] += (1 - beta1) * (e.g - e.slots[0]);
    e.slots[1] += (1 - beta2) * (e.g * e.g - e.slots[1]);
  }

  private static double correction(OptimizerSpec.Adam o, double t) {
    return correction(o.beta1(), o.beta2(), t);
  }

  /** Returns what corrects m and v at once for their start at 0. */
  static double correction(double beta1, double beta2, double t) {
    return Math.sqrt(1 - Math.pow(beta2, t)) / (1 - Math.pow(beta1, t));
  }
}
