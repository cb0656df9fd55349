package dev.lockstep.experiments.faults.seeded;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.Injection;
import dev.lockstep.experiments.faults.injection.StepSoFar;
import dev.lockstep.experiments.faults.injection.Tampering;
import java.util.List;
import java.util.function.Predicate;

/** An optimizer written down for one element of a parameter, in place of the right one. */
@FunctionalInterface
public interface UpdateRule {

  /** Moves an element and what the optimizer keeps for it. */
  void apply(Element element);

  /** One element of a parameter in one step. */
  final class Element {
    /** The parameter: before the rule the old one, after it the new one. */
    public double w;

    /** What the optimizer keeps, in the order of its slots: velocity, h, or m and v. */
    public final double[] slots;

    public final double g;
    public final double rate;

    /** Counts from 1. */
    public final long t;

    private Element(double w, double g, double[] slots, double rate, long t) {
      this.w = w;
      this.g = g;
      this.slots = slots;
      this.rate = rate;
      this.t = t;
    }
  }

  /** Every parameter is moved by a rule. */
  static Injection of(UpdateRule rule) {
    return of(path -> true, rule);
  }

  /**
   * Some parameters are moved by a rule.
   *
   * @param parameters by path
   */
  static Injection of(Predicate<String> parameters, UpdateRule rule) {
    return Injection.tampering(
        new Tampering() {
          @Override
          public void computed(StepSoFar step, Phase phase, String path, Tensor tensor) {
            if (phase == Phase.UPDATE) {
              move(step, path, tensor, parameters, rule);
            }
          }
        });
  }

  private static void move(
      StepSoFar step, String path, Tensor tensor, Predicate<String> parameters, UpdateRule rule) {
    NetworkSpec network = step.network();
    List<String> names = network.optimizer().slotNames();
    String parameter =
        names.contains(path.substring(path.lastIndexOf('/') + 1))
            ? path.substring(0, path.lastIndexOf('/'))
            : path;
    boolean known = network.parameters().stream().anyMatch(spec -> spec.path().equals(parameter));
    if (!known || !parameters.test(parameter)) {
      return;
    }
    double[] before = step.before(parameter).data();
    double[] gradient = step.shown(Phase.BACKWARD, parameter).data();
    List<double[]> slots =
        names.stream().map(name -> step.before(parameter + "/" + name).data()).toList();
    int slot = names.indexOf(path.substring(path.lastIndexOf('/') + 1));
    double rate = rate(network.optimizer().learningRate(), step.taken());
    for (int i = 0; i < before.length; i++) {
      int at = i;
      Element element =
          new Element(
              before[i],
              gradient[i],
              slots.stream().mapToDouble(values -> values[at]).toArray(),
              rate,
              step.taken() + 1);
      rule.apply(element);
      tensor.data()[i] = path.equals(parameter) ? element.w : element.slots[slot];
    }
  }

  /** Of the schedules that networks with faults have. */
  private static double rate(LearningRate rate, long taken) {
    return rate.decay() instanceof LearningRate.Decay.Exponential exponential
        ? rate.initial() * Math.pow(exponential.factor(), (double) taken)
        : rate.initial();
  }
}
