package dev.lockstep.core.diagnosis.updates;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.ARITHMETIC;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.hypothesis.Variant;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.Adjustments;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A learning rate or momentum that changes from step to step, or from parameter to parameter. One
 * number is read off each step, or each parameter, and must then hold for every element.
 */
public final class Schedules {

  /** Of a rate: less is the rounding of a fit. */
  private static final double ROUNDING = 1e-7;

  /** Rates of parameters that are told; more would fit anything. */
  private static final int GROUPS = 3;

  /** A schedule that is further off is told by the rates that it gives. */
  private static final int MOST_STEPS_APART = 100;

  /** Steps after the first that differs that are surely looked at before a cause is told. */
  private static final int SEEN = 5;

  /** This many more is told as a count of steps. */
  private static final int COUNTED = 10;

  private final ModelProvider reference;
  private final List<Look> looks;
  private final NetworkSpec network;
  private final List<Hypothesis> found = new ArrayList<>();

  private Schedules(ModelProvider reference, List<Look> looks) {
    this.reference = reference;
    this.looks = looks;
    this.network = looks.get(0).network();
  }

  /**
   * @param looks all steps, as numbers are told for each
   * @param key the first tensor that differs
   */
  public static List<Hypothesis> of(ModelProvider reference, List<Look> looks, TensorKey key) {
    Schedules schedules = new Schedules(reference, looks);
    if (key.phase() == Phase.UPDATE) {
      schedules.ofSteps("learning rate", schedules::rate, Look::rate, schedules::atRate);
      schedules.ofSteps(
          "momentum",
          schedules::momentum,
          look -> momentum(look.network().optimizer()),
          schedules::atMomentum);
      schedules.counts();
      schedules.countedLess();
      schedules.shifted();
      schedules.pastItsEnd();
      schedules.biases();
      schedules.ofParameters();
    }
    return schedules.found;
  }

  /** Reads a setting off a step. */
  private interface Setting {
    /** Returns the setting as this step has it, NaN if it shows none. */
    double of(Look look);
  }

  /** What the reference shows of a step with another setting. */
  private interface Network {
    @Nullable Map<TensorKey, double[]> with(Look look, double setting);
  }

  private void ofSteps(String name, Setting setting, Setting right, Network changed) {
    Map<Long, Double> told = new TreeMap<>();
    int others = 0;
    for (Look look : looks) {
      double value = setting.of(look);
      if (!Double.isFinite(value)) {
        return;
      }
      told.put(look.step().step(), value);
      others += value == right.of(look) ? 0 : 1;
    }
    if (others < 2 || told.values().stream().distinct().count() < 2) {
      return; // a mistake of one step, or another setting, which are told as such
    }
    StringBuilder text = new StringBuilder();
    told.forEach(
        (step, value) ->
            text.append(text.isEmpty() ? "" : ", ")
                .append("%s in step %d".formatted(Numbers.setting(value), step)));
    found.add(
        new Hypothesis(
            ARITHMETIC,
            "it is as if the %s changed from step to step: %s".formatted(name, text),
            look -> changed.with(look, setting.of(look))));
  }

  /** The rate that moves the first parameter as the candidate does. */
  private double rate(Look look) {
    return rate(look, network.parameters().get(0));
  }

  private double rate(Look look, ParameterSpec parameter) {
    Tensor g = look.candidate(Phase.BACKWARD, parameter.path());
    double kept = momentum(network.optimizer());
    if (kept > 0) {
      Tensor old = look.before(parameter.path() + "/velocity");
      Tensor now = look.candidate(Phase.UPDATE, parameter.path() + "/velocity");
      if (g == null || old == null || now == null || g.size() != now.size()) {
        return Double.NaN;
      }
      return rounded(
          -Numbers.leastSquares(g.data(), Numbers.plus(now.data(), -kept, old.data()))
              / look.biasRate(parameter.path()),
          look.rate());
    }
    Judged w = look.judged().get(new TensorKey(Phase.UPDATE, parameter.path()));
    Tensor old = look.before(parameter.path());
    if (w == null || old == null || w.candidate().size() != old.size()) {
      return Double.NaN;
    }
    double share =
        Numbers.leastSquares(
            Numbers.minus(w.reference().data(), old.data()),
            Numbers.minus(w.candidate().data(), old.data()));
    return rounded(share * look.rate(), look.rate());
  }

  /** A fit that is the right setting but for rounding is the right one. */
  private static double rounded(double fitted, double right) {
    return Math.abs(fitted - right) <= ROUNDING * Math.abs(right)
        ? right
        : Math.abs(fitted) <= ROUNDING * Math.abs(right) ? 0 : Numbers.exact(fitted);
  }

  /** The optimizer counts steps of its own, which start again with every state that it is given. */
  private void counts() {
    List<Long> counts = new ArrayList<>();
    for (Look look : looks) {
      long count = count(look);
      if (count < 0) {
        return;
      }
      counts.add(count);
    }
    boolean off = false;
    for (int i = 1; i < counts.size(); i++) {
      off |= counts.get(i) != counts.get(i - 1) + 1;
    }
    if (!off || counts.stream().distinct().count() == 1) {
      return; // it goes on from another number, or stays, which are told as such
    }
    found.add(
        new Hypothesis(
            Hypothesis.Rank.NAMED,
            "the optimizer's count of steps is not what the state says: "
                + IntStream.range(0, counts.size())
                    .mapToObj(
                        i ->
                            "%d in step %d"
                                .formatted(counts.get(i) + 1, looks.get(i).step().step()))
                    .collect(Collectors.joining(", ")),
            look -> {
              long count = count(look);
              return count < 0
                  ? null
                  : Variant.of(look)
                      .with(new ModelState(count, look.step().before().tensors()))
                      .shown(reference, look);
            }));
  }

  /** Returns the count of steps taken that explains how far a step moved; -1 if none does. */
  private long count(Look look) {
    long taken = look.step().before().step();
    double share = rate(look) / look.rate();
    for (long count = 0; count <= taken + MOST_STEPS_APART; count++) {
      double own =
          look.rateCounted((int) (count - taken))
              * correction(count + 1.0)
              / (look.rate() * correction(taken + 1.0));
      if (Math.abs(own - share) <= ROUNDING * own) {
        return count;
      }
    }
    return -1;
  }

  /** Returns what the optimizer multiplies the rate by in a step, for its averages start at 0. */
  private double correction(double t) {
    OptimizerSpec optimizer = network.optimizer();
    if (optimizer instanceof OptimizerSpec.Adam o) {
      return UpdateRules.correction(o.beta1(), o.beta2(), t);
    }
    if (optimizer instanceof OptimizerSpec.AmsGrad o) {
      return UpdateRules.correction(o.beta1(), o.beta2(), t);
    }
    return optimizer instanceof OptimizerSpec.Nadam o
        ? 1 / (1 - Math.pow(o.beta1(), t))
        : optimizer instanceof OptimizerSpec.AdaMax o ? 1 / (1 - Math.pow(o.beta1(), t)) : 1;
  }

  /** What the reference shows of a step at another rate; one below 0 ascends. */
  private @Nullable Map<TensorKey, double[]> atRate(Look look, double rate) {
    NetworkSpec other = withRate(Math.abs(rate));
    Map<TensorKey, double[]> shown =
        other == null ? null : Variant.of(look).with(other).shown(reference, look);
    NetworkSpec still = withRate(0);
    Map<TensorKey, double[]> unmoved =
        rate >= 0 || still == null ? null : Variant.of(look).with(still).shown(reference, look);
    if (shown == null || unmoved == null) {
      return rate < 0 ? null : shown;
    }
    // whatever an update does, what it changes is proportional to the rate, or has no part in it
    Map<TensorKey, double[]> ascending = new LinkedHashMap<>();
    shown.forEach(
        (key, values) -> {
          double[] start = unmoved.get(key);
          if (start != null) {
            ascending.put(key, Numbers.plus(Numbers.times(2, start), -1, values));
          }
        });
    return ascending;
  }

  /** The schedule is ahead, or behind. */
  private void shifted() {
    LearningRate.Decay decay = network.optimizer().learningRate().decay();
    if (decay instanceof LearningRate.Decay.None) {
      return;
    }
    // of a rate that stays for many steps no more is seen than one fall
    boolean stays =
        decay instanceof LearningRate.Decay.Step || decay instanceof LearningRate.Decay.Steps;
    long now = looks.get(0).step().step();
    double[] rates = looks.stream().mapToDouble(this::rate).toArray();
    for (int by = 2; by <= MOST_STEPS_APART; by++) {
      for (int sign : new int[] {1, -1}) {
        int off = sign * by;
        Look previous = looks.get(0).previous();
        // of a schedule that has yet to begin it is not seen how far behind it is
        boolean begun = looks.get(looks.size() - 1).step().before().step() + off > 0;
        boolean fits =
            off != COUNTED
                && (stays || begun)
                && (previous == null || previous.rateCounted(off) == previous.rate());
        for (int at = 0; fits && at < looks.size(); at++) {
          Look look = looks.get(at);
          fits = Math.abs(rates[at] - look.rateCounted(off)) <= ROUNDING * look.rate();
        }
        if (fits && !(stays && off < -SEEN)) {
          found.add(
              new Hypothesis(
                  Hypothesis.Rank.NAMED,
                  stays
                      ? "the learning rate changes %d steps %s, in step %d in place of step %d"
                          .formatted(
                              by,
                              off > 0 ? "early" : "late",
                              off > 0 ? now : now + by,
                              off > 0 ? now + by : now)
                      : "the learning rate's schedule is %d steps %s"
                          .formatted(by, off > 0 ? "ahead" : "behind"),
                  look -> atRate(look, look.rateCounted(off))));
        }
      }
    }
  }

  /** A polynomial that goes on where it should end. */
  private void pastItsEnd() {
    LearningRate rate = network.optimizer().learningRate();
    if (rate.decay() instanceof LearningRate.Decay.Polynomial falling) {
      String formula =
          "lr·(1 - t/%d)^%s".formatted(falling.steps(), Numbers.setting(falling.power()));
      String beyond = "the learning rate is %s beyond the schedule's end too, where it should be 0";
      double power = falling.power();
      boolean even = power % 2 == 0;
      boolean odd = Math.abs(power % 2) == 1;
      if (even || odd) {
        pastItsEnd(
            beyond.formatted(formula), rate.initial(), falling, base -> Math.pow(base, power));
      }
      if (!even) {
        pastItsEnd(
            beyond.formatted(formula + " of the distance from it"),
            rate.initial(),
            falling,
            base -> Math.pow(Math.abs(base), power));
      }
      if (!odd) {
        pastItsEnd(
            beyond.formatted("-" + formula + " of the distance from it"),
            rate.initial(),
            falling,
            base -> Math.signum(base) * Math.pow(Math.abs(base), power));
      }
    }
  }

  private void pastItsEnd(
      String text,
      double initial,
      LearningRate.Decay.Polynomial falling,
      DoubleUnaryOperator power) {
    if (looks.get(looks.size() - 1).step().before().step() <= falling.steps()) {
      return;
    }
    found.add(
        new Hypothesis(
            Hypothesis.Rank.NAMED,
            text,
            look -> {
              double taken = look.step().before().step();
              double rate = initial * power.applyAsDouble(1 - taken / falling.steps());
              return Double.isFinite(rate) ? atRate(look, rate) : null;
            }));
  }

  private @Nullable NetworkSpec withRate(double rate) {
    return rate < 0
        ? null
        : network.withOptimizer(network.optimizer().withLearningRate(LearningRate.constant(rate)));
  }

  private static double momentum(OptimizerSpec optimizer) {
    return optimizer instanceof OptimizerSpec.Momentum o
        ? o.momentum()
        : optimizer instanceof OptimizerSpec.Nesterov o ? o.momentum() : 0;
  }

  private double momentum(Look look) {
    double right = momentum(network.optimizer());
    String path = network.parameters().get(0).path();
    Tensor g = look.candidate(Phase.BACKWARD, path);
    Tensor old = look.before(path + "/velocity");
    Tensor now = look.candidate(Phase.UPDATE, path + "/velocity");
    if (right == 0 || g == null || old == null || now == null || g.size() != now.size()) {
      return Double.NaN;
    }
    double fitted =
        Numbers.leastSquares(old.data(), Numbers.plus(now.data(), look.rate(), g.data()));
    // no velocity yet: any momentum will do
    return Double.isNaN(fitted) ? right : rounded(fitted, right);
  }

  private @Nullable Map<TensorKey, double[]> atMomentum(Look look, double momentum) {
    NetworkSpec other = withMomentum(momentum);
    return other == null ? null : Variant.of(look).with(other).shown(reference, look);
  }

  private @Nullable NetworkSpec withMomentum(double momentum) {
    LearningRate rate = network.optimizer().learningRate();
    if (momentum < 0 || momentum >= 1) {
      return null;
    }
    return network.optimizer() instanceof OptimizerSpec.Momentum
        ? network.withOptimizer(new OptimizerSpec.Momentum(rate, momentum))
        : network.optimizer() instanceof OptimizerSpec.Nesterov o
            ? network.withOptimizer(new OptimizerSpec.Nesterov(rate, momentum, o.printed()))
            : null;
  }

  /** The schedule falls a step late, and the first step lies before its start. */
  private void countedLess() {
    if (looks.get(0).rateCountedLess() != looks.get(0).rate()) {
      found.add(
          new Hypothesis(
              Hypothesis.Rank.NAMED,
              "the learning rate's schedule counts one step less",
              look -> {
                NetworkSpec other = withRate(look.rateCountedLess());
                return other == null ? null : Variant.of(look).with(other).shown(reference, look);
              }));
    }
  }

  /** Each parameter has a rate of its own, the same in every step, as a share of the right one. */
  private void ofParameters() {
    Look first = looks.get(0);
    Map<String, Double> shares = new LinkedHashMap<>();
    for (ParameterSpec parameter : network.parameters()) {
      double share = rate(first, parameter) / first.rate();
      shares.put(parameter.path(), Double.isFinite(share) ? Numbers.exact(share) : 1);
    }
    Map<Double, Set<String>> groups = new LinkedHashMap<>();
    shares.forEach(
        (path, share) -> groups.computeIfAbsent(share, s -> new LinkedHashSet<>()).add(path));
    if (groups.size() < 2 || groups.size() > GROUPS) {
      return;
    }
    found.add(
        new Hypothesis(
            ARITHMETIC,
            "it is as if the learning rate were " + told(first, groups),
            look -> ofParameters(look, groups)));
  }

  /** Tells the rates that are not the right ones. */
  private static String told(Look first, Map<Double, Set<String>> groups) {
    Map<Double, List<String>> byRight = new LinkedHashMap<>();
    groups.forEach(
        (share, paths) -> {
          Map<Double, List<String>> byRate = new LinkedHashMap<>();
          for (String path : share == 1 ? Set.<String>of() : paths) {
            byRate.computeIfAbsent(first.rate(path), r -> new ArrayList<>()).add(path);
          }
          byRate.forEach(
              (right, some) ->
                  byRight
                      .computeIfAbsent(right, r -> new ArrayList<>())
                      .add(
                          "%s for %s"
                              .formatted(Numbers.setting(share * right), String.join(", ", some))));
        });
    return byRight.entrySet().stream()
        .map(
            entry ->
                "%s, where it is %s"
                    .formatted(
                        String.join("; ", entry.getValue()), Numbers.setting(entry.getKey())))
        .collect(Collectors.joining("; "));
  }

  /** Biases go by the rate of weights. */
  private void biases() {
    Adjustments adjustments = network.adjustments();
    if (adjustments.biasRate() != 1) {
      NetworkSpec other =
          network.withAdjustments(new Adjustments(adjustments.l1(), adjustments.clipping(), 1));
      found.add(
          new Hypothesis(
              Hypothesis.Rank.NAMED,
              "biases have the learning rate of weights",
              look -> Variant.of(look).with(other).shown(reference, look)));
    }
  }

  private @Nullable Map<TensorKey, double[]> ofParameters(
      Look look, Map<Double, Set<String>> groups) {
    Map<TensorKey, double[]> predicted = new LinkedHashMap<>();
    for (Map.Entry<Double, Set<String>> group : groups.entrySet()) {
      NetworkSpec other = withRate(group.getKey() * look.rate());
      Map<TensorKey, double[]> shown =
          other == null ? null : Variant.of(look).with(other).shown(reference, look);
      if (shown == null) {
        return null;
      }
      shown.forEach(
          (key, values) -> {
            for (String path : group.getValue()) {
              if (key.path().equals(path) || key.path().startsWith(path + "/")) {
                predicted.put(key, values);
              }
            }
          });
    }
    return predicted;
  }
}
