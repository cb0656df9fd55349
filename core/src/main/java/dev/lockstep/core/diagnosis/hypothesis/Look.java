package dev.lockstep.core.diagnosis.hypothesis;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.CandidateStep;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One step of the candidate as the reference sees it.
 *
 * @param judged what both showed, in the order of computation
 * @param failing which of them differ, in the same order
 * @param previous the step before it, null if nobody looked
 */
public record Look(
    NetworkSpec network,
    CandidateStep step,
    Map<TensorKey, Judged> judged,
    Set<TensorKey> failing,
    @Nullable Look previous) {

  public static Look of(
      NetworkSpec network,
      CandidateStep step,
      Map<TensorKey, Judged> judged,
      @Nullable Look previous) {
    Set<TensorKey> failing =
        judged.values().stream()
            .filter(Judged::differs)
            .map(judgement -> judgement.tensor().key())
            .collect(Collectors.toCollection(LinkedHashSet::new));
    return new Look(network, step, judged, failing, previous);
  }

  /** Returns how many numbers the candidate showed. */
  public long elements() {
    return judged.values().stream().mapToLong(judgement -> judgement.candidate().size()).sum();
  }

  /** Returns the same step without the one before it. */
  public Look alone() {
    return new Look(network, step, judged, failing, null);
  }

  /** Returns whether a tensor is not what the reference computes. */
  public boolean differs(TensorKey key) {
    return failing.contains(key);
  }

  public Batch batch() {
    return step.batch();
  }

  /** Returns a tensor as the candidate showed it, null if it did not. */
  public @Nullable Tensor candidate(Phase phase, String path) {
    return step.shown().tensor(new TensorKey(phase, path));
  }

  /** Returns a tensor of the state that the step started from, null if there is none. */
  public @Nullable Tensor before(String path) {
    return step.before().tensors().get(path);
  }

  public Optional<LayerSpec> layer(String name) {
    return network.allLayers().stream().filter(layer -> layer.name().equals(name)).findFirst();
  }

  /** Returns the path of what a layer reads, null if it is the images or the ends of branches. */
  public static @Nullable String inputOf(NetworkSpec network, String layer) {
    return ExpectedTensor.of(network).stream()
        .filter(tensor -> tensor.key().phase() == Phase.BACKWARD && tensor.perSample())
        .filter(tensor -> tensor.layer().equals(layer))
        .map(tensor -> tensor.key().path())
        .findFirst()
        .orElse(null);
  }

  /** Returns what a layer reads; null after branches. */
  public @Nullable Tensor input(String layer) {
    String path = inputOf(network, layer);
    if (path != null) {
      return candidate(Phase.FORWARD, path);
    }
    return network.layers().get(0).name().equals(layer) ? batch().inputs() : null;
  }

  /** Returns the learning rate of this step. */
  public double rate() {
    return rateAfter((double) step.before().step());
  }

  /** Returns the learning rate of a parameter in this step. */
  public double rate(String path) {
    return rate() * biasRate(path);
  }

  /** Returns what the learning rate is multiplied with for a parameter. */
  public double biasRate(String path) {
    return path.endsWith("/b") ? network.adjustments().biasRate() : 1;
  }

  /**
   * Returns what weight decay, L2 and L1, adds to a parameter's gradient; null if that is none of
   * its kind.
   */
  public double @Nullable [] decay(String path) {
    Tensor w = before(path);
    boolean decayed =
        network.parameters().stream().anyMatch(p -> p.path().equals(path) && p.decayed());
    double l1 = network.adjustments().l1();
    return w == null || !decayed
        ? null
        : Numbers.each(
            w.size(), i -> network.weightDecay() * w.data()[i] + l1 * Math.signum(w.data()[i]));
  }

  /** Returns a gradient without what weight decay, L2 and L1, adds to it. */
  public double[] undecayed(String path, double[] gradient) {
    double[] decay = decay(path);
    return decay == null ? gradient : Numbers.minus(gradient, decay);
  }

  /** Returns a gradient with what weight decay, L2 and L1, adds to it. */
  public double[] decayed(String path, double[] gradient) {
    double[] decay = decay(path);
    return decay == null ? gradient : Numbers.plus(gradient, 1, decay);
  }

  /** Returns the learning rate by a count of steps that is one less, of the first step -1. */
  public double rateCountedLess() {
    return rateAfter(step.before().step() - 1.0);
  }

  /** Returns the learning rate by a count of steps that is so many more, at least 0. */
  public double rateCounted(int more) {
    return rateAfter(Math.max(0.0, (double) step.before().step() + more));
  }

  /** Returns the learning rate of the step before, of the first step its own. */
  public double rateBefore() {
    return rateAfter(Math.max(0.0, step.before().step() - 1.0));
  }

  /**
   * @param t steps already taken
   */
  private double rateAfter(double t) {
    LearningRate rate = network.optimizer().learningRate();
    double initial = rate.initial();
    return rate.decay()
        .accept(
            new LearningRate.Decay.Visitor<Double>() {
              @Override
              public Double none(LearningRate.Decay.None decay) {
                return initial;
              }

              @Override
              public Double step(LearningRate.Decay.Step decay) {
                return initial * Math.pow(decay.factor(), Math.floor(t / decay.every()));
              }

              @Override
              public Double exponential(LearningRate.Decay.Exponential decay) {
                return initial * Math.pow(decay.factor(), t);
              }

              @Override
              public Double inverseTime(LearningRate.Decay.InverseTime decay) {
                return initial / Math.pow(1 + decay.rate() * t, decay.power());
              }

              @Override
              public Double polynomial(LearningRate.Decay.Polynomial decay) {
                return initial * Math.pow(1 - Math.min(1, t / decay.steps()), decay.power());
              }

              @Override
              public Double steps(LearningRate.Decay.Steps decay) {
                double now = initial;
                for (LearningRate.Decay.Steps.Change change : decay.changes()) {
                  now = t >= change.from() ? change.rate() : now;
                }
                return now;
              }
            });
  }

  /** Returns the path of what the loss reads. */
  public static String scoresOf(NetworkSpec network) {
    return network.layers().get(network.layers().size() - 1).name() + "/out";
  }

  /** Returns one prediction. */
  public static Map<TensorKey, double[]> only(TensorKey key, double[] values) {
    Map<TensorKey, double[]> only = new LinkedHashMap<>();
    only.put(key, values);
    return only;
  }
}
