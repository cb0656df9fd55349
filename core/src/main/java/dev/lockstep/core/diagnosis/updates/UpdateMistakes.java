package dev.lockstep.core.diagnosis.updates;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.ARITHMETIC;
import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.NAMED;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.layers.Normalized;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Optimizers and running statistics written down otherwise. */
public final class UpdateMistakes {

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
  public static List<Hypothesis> of(Look first, Set<TensorKey> scope) {
    UpdateMistakes mistakes = new UpdateMistakes(first, scope);
    TensorKey key = scope.iterator().next();
    String layer = Objects.requireNonNull(first.judged().get(key)).tensor().layer();
    boolean statistic = key.path().endsWith("/runningMean") || key.path().endsWith("/runningVar");
    if (key.phase() == Phase.UPDATE && statistic) {
      if (first.layer(layer).orElse(null) instanceof LayerSpec.BatchNormalization) {
        mistakes.statistics();
      }
    } else if (key.phase() == Phase.UPDATE) {
      mistakes.rules();
      mistakes.shortened();
    } else if (key.phase() == Phase.BACKWARD && first.network().weightDecay() > 0) {
      mistakes.decoupledDecay();
    }
    return mistakes.found;
  }

  /** A parameter while it is updated. */
  public static final class Update {
    final double[] w;

    /** The optimizer's slots, in their order. */
    final double[][] slots;

    /** What the optimizer keeps and does not show, 0 at first. */
    final double[] hidden;

    final double[] g;
    final double rate;
    final double rateBefore;

    /** Counts from 1. */
    final double t;

    /** As {@link #t}, if every parameter is counted. */
    final double counted;

    private Update(
        Tensor before,
        double[][] slots,
        double[] hidden,
        double[] g,
        double[] rates,
        double t,
        double counted) {
      this.w = before.data().clone();
      this.slots = slots;
      this.hidden = hidden;
      this.g = g;
      this.rate = rates[1];
      this.rateBefore = rates[0];
      this.t = t;
      this.counted = counted;
    }
  }

  /** One element of a parameter while it is updated. */
  public static final class Element {
    double w;
    final double[] slots;
    double hidden;
    final double g;
    final double rate;
    final double rateBefore;
    final double t;
    final double counted;

    private Element(Update update, int at) {
      this.w = update.w[at];
      this.slots = Numbers.each(update.slots.length, s -> update.slots[s][at]);
      this.hidden = update.hidden[at];
      this.g = update.g[at];
      this.rate = update.rate;
      this.rateBefore = update.rateBefore;
      this.t = update.t;
      this.counted = update.counted;
    }
  }

  /** An optimizer, element by element. */
  public interface Rule {
    void apply(Element element);
  }

  /** An optimizer that looks at a whole parameter. */
  public interface TensorRule {
    void apply(Update update);
  }

  private void rules() {
    new UpdateRules(
            first,
            scope.iterator().next(),
            new UpdateRules.Rules() {
              @Override
              public void rule(Rank rank, String text, Rule rule) {
                tensors(rank, text, byElement(rule), false);
              }

              @Override
              public void hiding(String text, Rule rule) {
                tensors(NAMED, text, byElement(rule), true);
              }

              @Override
              public void ofTensors(String text, TensorRule rule) {
                tensors(NAMED, text, rule, false);
              }
            })
        .all(first.network().optimizer());
  }

  /** What is done to weights after any optimizer's update. */
  private void shortened() {
    Judged judged = first.judged().get(scope.iterator().next());
    if (judged == null || judged.candidate().shape().rank() != 2) {
      return;
    }
    double limit = Numbers.exact(Arrays.stream(columnNorms(judged.candidate())).max().orElse(0));
    found.add(
        Hypothesis.local(
            NAMED,
            "each column of the weights is shortened to a norm of at most "
                + Numbers.setting(limit),
            scope,
            (look, of) -> {
              if (of.reference().shape().rank() != 2) {
                return null;
              }
              double[] norms = columnNorms(of.reference());
              return Numbers.each(
                  of.reference().size(),
                  i -> of.reference().data()[i] * Math.min(1, limit / norms[i % norms.length]));
            }));
  }

  private static double[] columnNorms(Tensor w) {
    int width = w.shape().length(1);
    double[] squares = Numbers.columnSums(Numbers.like(w, i -> w.data()[i] * w.data()[i]), width);
    return Numbers.each(width, i -> Math.sqrt(squares[i]));
  }

  private static TensorRule byElement(Rule rule) {
    return update -> {
      for (int i = 0; i < update.w.length; i++) {
        Element element = new Element(update, i);
        rule.apply(element);
        update.w[i] = element.w;
        update.hidden[i] = element.hidden;
        for (int s = 0; s < update.slots.length; s++) {
          update.slots[s][i] = element.slots[s];
        }
      }
    };
  }

  private void tensors(Rank rank, String text, TensorRule rule, boolean hides) {
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
    Map<Long, List<double[]>> hidden = new HashMap<>();
    found.add(
        new Hypothesis(
            rank,
            text,
            look -> {
              List<Update> updates = moved(look, moved, rule, hides ? hidden : null);
              return updates == null ? null : predicted(look, moved, updates);
            }));
  }

  private static Map<TensorKey, double[]> predicted(
      Look look, Set<String> parameters, List<Update> updates) {
    List<String> names = look.network().optimizer().slotNames();
    Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
    int at = 0;
    for (ParameterSpec parameter : look.network().parameters()) {
      if (parameters.contains(parameter.path())) {
        Update update = updates.get(at++);
        for (int s = 0; s < names.size(); s++) {
          predicted.put(
              new TensorKey(Phase.UPDATE, parameter.path() + "/" + names.get(s)), update.slots[s]);
        }
        predicted.put(new TensorKey(Phase.UPDATE, parameter.path()), update.w);
      }
    }
    predicted.keySet().retainAll(look.judged().keySet());
    return predicted;
  }

  /**
   * Applies a rule to some parameters; null if a step does not show what it needs.
   *
   * @param hidden what the rule keeps and does not show, by the steps taken when it kept it; null
   *     if it keeps nothing
   */
  private static @Nullable List<Update> moved(
      Look look,
      Set<String> parameters,
      TensorRule rule,
      @Nullable Map<Long, List<double[]>> hidden) {
    List<String> names = look.network().optimizer().slotNames();
    List<ParameterSpec> all = look.network().parameters();
    double taken = look.step().before().step();
    List<double[]> earlier = null;
    if (hidden != null && taken > 0) {
      if (look.previous() != null && !hidden.containsKey(look.step().before().step())) {
        moved(look.previous(), parameters, rule, hidden);
      }
      earlier = hidden.get(look.step().before().step());
      if (earlier == null) {
        return null; // only the steps before it can tell
      }
    }
    List<Update> updates = new ArrayList<>();
    for (int p = 0; p < all.size(); p++) {
      String path = all.get(p).path();
      if (!parameters.contains(path)) {
        continue;
      }
      Tensor gradient = look.candidate(Phase.BACKWARD, path);
      Tensor before = look.before(path);
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
      }
      Update update =
          new Update(
              before,
              slots,
              earlier == null ? new double[before.size()] : earlier.get(updates.size()).clone(),
              gradient.data(),
              new double[] {look.rateBefore() * look.biasRate(path), look.rate(path)},
              taken + 1,
              taken * all.size() + p + 1);
      rule.apply(update);
      updates.add(update);
    }
    if (hidden != null) {
      hidden.put(
          look.step().before().step() + 1, updates.stream().map(update -> update.hidden).toList());
    }
    return updates;
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
                Tensor before = look.before(parameter.path());
                if (g == null || w == null || before == null) {
                  return null;
                }
                double[] decay = Numbers.times(look.network().weightDecay(), before.data());
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
    shares();
    unbiased(
        "the variance is taken unbiased, divided by n-1 in place of n, in the running variance",
        "runningVar");
    unbiased("the running mean is divided by n-1 in place of n", "runningMean");
    statistic(
        "the variance is divided by the samples less one, in the running variance, though it is of more elements",
        (look, norm, key) -> {
          double[] batch = batch(look, norm, key);
          Normalized normalized = Normalized.of(look, norm);
          double samples = look.batch().size();
          if (batch == null || normalized == null || normalized.count() == samples) {
            return null; // of a mean over the samples alone this is the unbiased variance
          }
          return key.equals("runningMean") ? batch : Numbers.times(samples / (samples - 1), batch);
        });
    variance(
        "the running variance takes epsilon in", (variance, norm) -> variance + norm.epsilon());
    variance(
        "the running variance moves by the root of variance and epsilon",
        (variance, norm) -> Math.sqrt(variance + norm.epsilon()));
    statistic(
        "the running variance moves by the distance from the running mean, not from the batch's",
        (look, norm, key) -> {
          double[] batch = batch(look, norm, key);
          ModelState after = look.step().after();
          Tensor running = after == null ? null : after.tensors().get(norm.name() + "/runningMean");
          double[] mean = batch(look, norm, "runningMean");
          return batch == null || running == null || mean == null || key.equals("runningMean")
              ? batch
              : Numbers.each(
                  batch.length, i -> batch[i] + Math.pow(mean[i] - running.data()[i], 2));
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

  /** What a running variance moves by in place of the batch's. */
  private interface Variance {
    double of(double variance, LayerSpec.BatchNormalization norm);
  }

  private void variance(String text, Variance other) {
    statistic(
        text,
        (look, norm, key) -> {
          double[] batch = batch(look, norm, key);
          return batch == null || key.equals("runningMean")
              ? batch
              : Numbers.each(batch.length, i -> other.of(batch[i], norm));
        });
  }

  private void unbiased(String text, String meant) {
    statistic(
        text,
        (look, norm, key) -> {
          double[] batch = batch(look, norm, key);
          Normalized normalized = Normalized.of(look, norm);
          return batch == null || normalized == null || !key.equals(meant)
              ? batch
              : Numbers.times(normalized.count() / (normalized.count() - 1), batch);
        });
  }

  private void statistic(String text, Statistic statistic) {
    moving(
        text,
        (look, norm, key) -> {
          double[] batch = statistic.of(look, norm, key);
          return batch == null ? null : moved(look, norm, key, norm.momentum(), batch);
        });
  }

  /** Statistics that move by another share of the batch's. */
  private void shares() {
    fittedShare();
    moving(
        "the running variance takes momentum for 1 - momentum, the running mean does not",
        (look, norm, key) ->
            moved(
                look,
                norm,
                key,
                key.equals("runningVar") ? 1 - norm.momentum() : norm.momentum(),
                batch(look, norm, key)));
    moving(
        "the running statistics are moved twice in a step",
        (look, norm, key) ->
            moved(look, norm, key, norm.momentum() * norm.momentum(), batch(look, norm, key)));
    moving(
        "the running statistics are means over all steps so far",
        (look, norm, key) -> {
          double t = look.step().before().step();
          return moved(look, norm, key, t / (t + 1), batch(look, norm, key));
        });
    moving(
        "the running statistics start as those of the first batch",
        (look, norm, key) ->
            moved(
                look,
                norm,
                key,
                look.step().before().step() == 0 ? 0 : norm.momentum(),
                batch(look, norm, key)));
    moving(
        "the momentum of the running statistics grows: (1 + t) / (10 + t), t steps taken, up to its setting",
        (look, norm, key) -> {
          double t = look.step().before().step();
          return moved(
              look,
              norm,
              key,
              Math.min(norm.momentum(), (1 + t) / (10 + t)),
              batch(look, norm, key));
        });
  }

  /** The running mean, or the variance, has a momentum of its own. */
  private void fittedShare() {
    String path = scope.iterator().next().path();
    String key = path.substring(path.lastIndexOf('/') + 1);
    Judged judged = first.judged().get(scope.iterator().next());
    Tensor old = first.before(path);
    if (judged == null
        || old == null
        || !(first.layer(judged.tensor().layer()).orElse(null)
            instanceof LayerSpec.BatchNormalization norm)) {
      return;
    }
    double[] batch = batch(first, norm, key);
    if (batch == null || batch.length != judged.candidate().size()) {
      return;
    }
    double share =
        Numbers.leastSquares(
            Numbers.minus(batch, old.data()), Numbers.minus(judged.candidate().data(), old.data()));
    double kept = Math.rint((1 - share) * 1e9) / 1e9;
    if (kept >= 0 && kept <= 1) {
      found.add(
          Hypothesis.local(
              ARITHMETIC,
              "the momentum of the %s is %s in place of %s"
                  .formatted(
                      key.equals("runningMean") ? "running mean" : "running variance",
                      Numbers.setting(kept),
                      Numbers.setting(norm.momentum())),
              scope,
              (look, of) ->
                  of.tensor().key().path().endsWith("/" + key)
                          && look.layer(of.tensor().layer()).orElse(null)
                              instanceof LayerSpec.BatchNormalization own
                      ? moved(look, own, key, kept, batch(look, own, key))
                      : null));
    }
  }

  private static double @Nullable [] moved(
      Look look,
      LayerSpec.BatchNormalization norm,
      String key,
      double kept,
      double @Nullable [] batch) {
    Tensor old = look.before(norm.name() + "/" + key);
    return batch == null || old == null || batch.length != old.size()
        ? null
        : Numbers.each(batch.length, i -> kept * old.data()[i] + (1 - kept) * batch[i]);
  }

  /**
   * @param statistic what it has become after the step
   */
  private void moving(String text, Statistic statistic) {
    found.add(
        Hypothesis.local(
            NAMED,
            text,
            scope,
            (look, judged) -> {
              String path = judged.tensor().key().path();
              return look.layer(judged.tensor().layer()).orElse(null)
                      instanceof LayerSpec.BatchNormalization norm
                  ? statistic.of(look, norm, path.substring(path.lastIndexOf('/') + 1))
                  : null;
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
