package dev.lockstep.core.diagnosis;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.observation.Witnessed;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One step of the candidate as the reference sees it.
 *
 * @param judged what both showed, in the order of computation
 * @param previous the step before it, null if nobody looked
 */
record Look(
    NetworkSpec network, Witnessed step, Map<TensorKey, Judged> judged, @Nullable Look previous) {

  List<TensorKey> failing() {
    return judged.values().stream()
        .filter(Judged::differs)
        .map(judgement -> judgement.tensor().key())
        .toList();
  }

  Batch batch() {
    return step.batch();
  }

  /** Returns a tensor as the candidate showed it, null if it did not. */
  @Nullable Tensor candidate(Phase phase, String path) {
    return step.shown().tensor(new TensorKey(phase, path));
  }

  /** Returns a tensor of the state that the step started from, null if there is none. */
  @Nullable Tensor before(String path) {
    return step.before().tensors().get(path);
  }

  Optional<LayerSpec> layer(String name) {
    return network.allLayers().stream().filter(layer -> layer.name().equals(name)).findFirst();
  }

  /** Returns the path of what a layer reads, null if it is the images or the ends of branches. */
  static @Nullable String inputOf(NetworkSpec network, String layer) {
    return ExpectedTensor.of(network).stream()
        .filter(tensor -> tensor.key().phase() == Phase.BACKWARD && tensor.perSample())
        .filter(tensor -> tensor.layer().equals(layer))
        .map(tensor -> tensor.key().path())
        .findFirst()
        .orElse(null);
  }

  /** Returns what a layer reads; null behind branches. */
  @Nullable Tensor input(String layer) {
    String path = inputOf(network, layer);
    if (path != null) {
      return candidate(Phase.FORWARD, path);
    }
    return network.layers().get(0).name().equals(layer) ? batch().inputs() : null;
  }

  /** Returns the learning rate of this step. */
  double rate() {
    LearningRate rate = network.optimizer().learningRate();
    double t = step.before().step();
    if (rate.decay() instanceof LearningRate.Decay.Step decay) {
      return rate.initial() * Math.pow(decay.factor(), Math.floor(t / decay.every()));
    } else if (rate.decay() instanceof LearningRate.Decay.Exponential decay) {
      return rate.initial() * Math.pow(decay.factor(), t);
    } else if (rate.decay() instanceof LearningRate.Decay.InverseTime decay) {
      return rate.initial() / (1 + decay.rate() * t);
    }
    return rate.initial();
  }

  /** Returns one prediction. */
  static Map<TensorKey, double[]> only(TensorKey key, double[] values) {
    Map<TensorKey, double[]> only = new LinkedHashMap<>();
    only.put(key, values);
    return only;
  }
}
