package dev.lockstep.core.diagnosis;

import static dev.lockstep.core.diagnosis.Hypothesis.Rank.ARITHMETIC;
import static dev.lockstep.core.diagnosis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.Hypothesis.Rank;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Optimizers and running statistics written down otherwise. */
final class UpdateMistakes {

  private final Look first;
  private final Set<TensorKey> scope;
  private final List<Hypothesis> found = new ArrayList<>();

  private UpdateMistakes(Look first, Set<TensorKey> scope) {
    this.first = first;
    this.scope = scope;
  }

  /**
   * @param scope the tensors that differ, in the order of computation
   */
  static List<Hypothesis> of(Look first, Set<TensorKey> scope) {
    UpdateMistakes mistakes = new UpdateMistakes(first, scope);
    TensorKey key = scope.iterator().next();
    String layer = Objects.requireNonNull(first.judged().get(key)).tensor().layer();
    boolean statistic = key.path().endsWith("/runningMean") || key.path().endsWith("/runningVar");
    if (key.phase() == Phase.UPDATE && statistic) {
      if (first.layer(layer).orElse(null) instanceof LayerSpec.BatchNormalization) {
        mistakes.statistics();
      }
    } else if (key.phase() == Phase.UPDATE) {
      mistakes.rules(first.network().optimizer());
    } else if (key.phase() == Phase.BACKWARD && first.network().weightDecay() > 0) {
      mistakes.decoupledDecay();
    }
    return mistakes.found;
  }

  /** One element of a parameter while it is updated. */
  private static final class Element {
    private double w;
    private final double[] slots;
    private final double g;
    private final double rate;

    /** Counts from 1. */
    private final double t;

    /** As {@link #t}, if every parameter is counted. */
    private final double counted;

    private Element(double w, double[] slots, double g, double rate, double t, double counted) {
      this.w = w;
      this.slots = slots;
      this.g = g;
      this.rate = rate;
      this.t = t;
      this.counted = counted;
    }
  }

  /** An optimizer, element by element. */
  private interface Rule {
    void apply(Element element);
  }

  private void rule(String text, Rule rule) {
    rule(NAMED, text, rule);
  }

  private void rule(Rank rank, String text, Rule rule) {
    Set<String> moved = new LinkedHashSet<>();
    for (ParameterSpec parameter : first.network().parameters()) {
      boolean own =
          scope.stream()
              .anyMatch(
                  key ->
                      key.phase() == Phase.UPDATE
                          && (key.path().equals(parameter.path())
                              || key.path().startsWith(parameter.path() + "/")));
      if (own) {
        moved.add(parameter.path());
      }
    }
    found.add(new Hypothesis(rank, text, look -> moved(look, moved, rule)));
  }

  private static @Nullable Map<TensorKey, double[]> moved(
      Look look, Set<String> parameters, Rule rule) {
    List<String> names = look.network().optimizer().slotNames();
    List<ParameterSpec> all = look.network().parameters();
    Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
    double taken = look.step().before().step();
    for (int p = 0; p < all.size(); p++) {
      String path = all.get(p).path();
      Tensor gradient = look.candidate(Phase.BACKWARD, path);
      Tensor before = look.before(path);
      if (!parameters.contains(path)) {
        continue;
      }
      if (gradient == null || before == null) {
        return null;
      }
      double[][] slots = new double[names.size()][];
      for (int s = 0; s < slots.length; s++) {
        Tensor slot = look.before(path + "/" + names.get(s));
        if (slot == null) {
          return null;
        }
        slots[s] = slot.data().clone();
        predicted.put(new TensorKey(Phase.UPDATE, path + "/" + names.get(s)), slots[s]);
      }
      double[] w = before.data().clone();
      predicted.put(new TensorKey(Phase.UPDATE, path), w);
      for (int i = 0; i < w.length; i++) {
        int at = i;
        Element element =
            new Element(
                w[i],
                Numbers.each(slots.length, s -> slots[s][at]),
                gradient.data()[i],
                look.rate(),
                taken + 1,
                taken * all.size() + p + 1);
        rule.apply(element);
        w[i] = element.w;
        for (int s = 0; s < slots.length; s++) {
          slots[s][i] = element.slots[s];
        }
      }
    }
    predicted.keySet().retainAll(look.judged().keySet());
    return predicted;
  }

  private void rules(OptimizerSpec optimizer) {
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
    }
  }

  private void momentum(double m) {
    rule(
        "the update moves the parameter by the velocity of the step before",
        e -> {
          e.w += e.slots[0];
          e.slots[0] = m * e.slots[0] - e.rate * e.g;
        });
    double share = share(m);
    if (Double.isFinite(share)) {
      String told =
          "the update dampens the gradient: it enters the velocity times " + Numbers.setting(share);
      rule(
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
        "the update turns the sign of the velocity",
        e -> {
          e.slots[0] = m * e.slots[0] + e.rate * e.g;
          e.w += m * e.slots[0] - e.rate * e.g;
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
    String path = scope.iterator().next().path();
    Tensor old = first.before(path);
    Tensor now = first.candidate(Phase.UPDATE, path);
    Tensor gradient = first.candidate(Phase.BACKWARD, path.substring(0, path.lastIndexOf('/')));
    if (old == null || now == null || gradient == null || gradient.size() != now.size()) {
      return Double.NaN;
    }
    double fitted =
        Numbers.leastSquares(
            Numbers.times(-first.rate(), gradient.data()),
            Numbers.plus(now.data(), -m, old.data()));
    return Math.rint(fitted * 1e9) / 1e9;
  }

  private void nesterov(double m) {
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

  private void rmsProp(double decay, double epsilon) {
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
    adam(
        o,
        "the update keeps the corrected averages and corrects them again in the next step",
        e -> {
          e.slots[0] /= 1 - Math.pow(o.beta1(), e.t);
          e.slots[1] /= 1 - Math.pow(o.beta2(), e.t);
          e.w -= e.rate * e.slots[0] / (Math.sqrt(e.slots[1]) + o.epsilon());
        });
    adam(
        o,
        "the optimizer's count of steps grows with every parameter, not with every batch",
        e ->
            e.w -=
                e.rate
                    * correction(o, e.counted)
                    * e.slots[0]
                    / (Math.sqrt(e.slots[1]) + o.epsilon()));
    adam(
        o,
        "the update divides by v, not by its root",
        e -> e.w -= e.rate * correction(o, e.t) * e.slots[0] / (e.slots[1] + o.epsilon()));
    rule(
        "the update is that of RMSprop: the gradient itself in place of m",
        e -> {
          moments(o, e);
          e.w -= e.rate * correction(o, e.t) * e.g / (Math.sqrt(e.slots[1]) + o.epsilon());
        });
    rule(
        "Adam's beta1 and beta2 have changed places",
        e -> {
          e.slots[0] += (1 - o.beta2()) * (e.g - e.slots[0]);
          e.slots[1] += (1 - o.beta1()) * (e.g * e.g - e.slots[1]);
          double correction =
              Math.sqrt(1 - Math.pow(o.beta1(), e.t)) / (1 - Math.pow(o.beta2(), e.t));
          e.w -= e.rate * correction * e.slots[0] / (Math.sqrt(e.slots[1]) + o.epsilon());
        });
  }

  private void adam(OptimizerSpec.Adam o, String text, Rule afterMoments) {
    rule(
        text,
        e -> {
          moments(o, e);
          afterMoments.apply(e);
        });
  }

  private static void moments(OptimizerSpec.Adam o, Element e) {
    e.slots[0] += (1 - o.beta1()) * (e.g - e.slots[0]);
    e.slots[1] += (1 - o.beta2()) * (e.g * e.g - e.slots[1]);
  }

  private static double correction(OptimizerSpec.Adam o, double t) {
    return Math.sqrt(1 - Math.pow(o.beta2(), t)) / (1 - Math.pow(o.beta1(), t));
  }

  /** The gradient goes without λ·W, and the update subtracts lr·λ·W by itself. */
  private void decoupledDecay() {
    found.add(
        new Hypothesis(
            NAMED,
            "weight decay shrinks the weights by lr·λ·W, past the optimizer, and is missing in the gradient",
            look -> {
              Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
              for (ParameterSpec parameter : look.network().parameters()) {
                TensorKey gradient = new TensorKey(Phase.BACKWARD, parameter.path());
                TensorKey update = new TensorKey(Phase.UPDATE, parameter.path());
                Judged g = look.judged().get(gradient);
                Judged w = look.judged().get(update);
                if (!parameter.decayed()) {
                  continue;
                }
                if (g == null || w == null || look.before(parameter.path()) == null) {
                  return null;
                }
                double[] decay = LayerMistakes.decay(look, parameter.path());
                predicted.put(gradient, Numbers.minus(g.reference().data(), decay));
                predicted.put(update, Numbers.plus(w.reference().data(), -look.rate(), decay));
              }
              return predicted;
            }));
  }

  /** What a running variance or mean moves by. */
  private interface Statistic {
    double @Nullable [] of(Look look, LayerSpec.BatchNormalization norm, String key);
  }

  private void statistics() {
    statistic(
        "the variance is taken unbiased, divided by n-1 in place of n, in the running variance",
        (look, norm, key) -> {
          double[] batch = batch(look, norm, key);
          Normalized normalized = Normalized.of(look, norm);
          return batch == null || normalized == null
              ? null
              : key.equals("runningVar")
                  ? Numbers.times(normalized.count() / (normalized.count() - 1), batch)
                  : batch;
        });
    statistic(
        "the running variance moves by the standard deviation",
        (look, norm, key) -> {
          double[] batch = batch(look, norm, key);
          return batch == null || key.equals("runningMean")
              ? batch
              : Numbers.each(batch.length, i -> Math.sqrt(Math.max(0, batch[i])));
        });
    statistic(
        "the running statistic moves by that of the step before: one step stale",
        (look, norm, key) ->
            look.step().before().step() == 0
                ? new double[Objects.requireNonNull(look.before(norm.name() + "/" + key)).size()]
                : look.previous() == null ? null : batch(look.previous(), norm, key));
  }

  private void statistic(String text, Statistic statistic) {
    found.add(
        Hypothesis.local(
            NAMED,
            text,
            scope,
            (look, judged) -> {
              String path = judged.tensor().key().path();
              String key = path.substring(path.lastIndexOf('/') + 1);
              Tensor old = look.before(path);
              if (!(look.layer(judged.tensor().layer()).orElse(null)
                      instanceof LayerSpec.BatchNormalization norm)
                  || old == null) {
                return null;
              }
              double[] batch = statistic.of(look, norm, key);
              double kept = norm.momentum();
              return batch == null || batch.length != old.size()
                  ? null
                  : Numbers.each(batch.length, i -> kept * old.data()[i] + (1 - kept) * batch[i]);
            }));
  }

  /** Returns the statistic of the batch. */
  private static double @Nullable [] batch(
      Look look, LayerSpec.BatchNormalization norm, String key) {
    Normalized normalized = Normalized.of(look, norm);
    return normalized == null
        ? null
        : key.equals("runningMean") ? normalized.mean() : normalized.variance();
  }
}
