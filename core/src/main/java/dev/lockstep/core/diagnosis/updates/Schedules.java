package dev.lockstep.core.diagnosis.updates;

import static dev.lockstep.core.diagnosis.hypothesis.Hypothesis.Rank.ARITHMETIC;

import dev.lockstep.core.diagnosis.hypothesis.Hypothesis;
import dev.lockstep.core.diagnosis.hypothesis.Judged;
import dev.lockstep.core.diagnosis.hypothesis.Look;
import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.diagnosis.hypothesis.Variant;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Phase;
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
      schedules.ofSteps("learning rate", schedules::rate, Look::rate, schedules::withRate);
      schedules.ofSteps(
          "momentum",
          schedules::momentum,
          look -> momentum(look.network().optimizer()),
          schedules::withMomentum);
      schedules.countedLess();
      schedules.ofParameters();
    }
    return schedules.found;
  }

  /** Reads a setting off a step. */
  private interface Setting {
    /** Returns the setting as this step has it, NaN if it shows none. */
    double of(Look look);
  }

  /** Builds the network with another setting. */
  private interface Network {
    @Nullable NetworkSpec with(double setting);
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
            look -> {
              NetworkSpec other = changed.with(setting.of(look));
              return other == null ? null : Variant.of(look).with(other).shown(reference, look);
            }));
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
          -Numbers.leastSquares(g.data(), Numbers.plus(now.data(), -kept, old.data())),
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
    List<String> told = new ArrayList<>();
    groups.forEach(
        (share, paths) -> {
          if (share != 1) {
            told.add(
                "%s for %s"
                    .formatted(Numbers.setting(share * first.rate()), String.join(", ", paths)));
          }
        });
    found.add(
        new Hypothesis(
            ARITHMETIC,
            "it is as if the learning rate were %s, where it is %s"
                .formatted(String.join("; ", told), Numbers.setting(first.rate())),
            look -> ofParameters(look, groups)));
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
