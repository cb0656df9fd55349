package dev.lockstep.core.rounding;

import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Watches the perturbed reference and keeps how far each of its tensors lies from the reference's.
 * The tensors themselves are not kept: of a large network they are most of what a comparison needs.
 */
public final class Spreads implements Observer {

  private final Recording reference;
  private final Set<TensorKey> perSample;
  private final Map<TensorKey, Double> spreads = new HashMap<>();

  /**
   * @param reference has recorded the same step before
   */
  public Spreads(NetworkSpec network, Recording reference) {
    this(reference, ExpectedTensor.perSample(network));
  }

  /**
   * @param perSample the tensors whose first axis is the batch
   */
  Spreads(Recording reference, Set<TensorKey> perSample) {
    this.reference = reference;
    this.perSample = Set.copyOf(perSample);
  }

  /** Forgets the step before. */
  public void clear() {
    spreads.clear();
  }

  @Override
  public boolean watches() {
    return true;
  }

  @Override
  public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
    TensorKey key = new TensorKey(phase, path);
    Tensor original = reference.tensor(key);
    if (original == null) {
      return;
    }
    Tensor perturbed = tensor.get();
    if (perturbed.shape().equals(original.shape())) {
      spreads.put(key, PerturbedStep.spread(original, perturbed, perSample.contains(key)));
    }
  }

  /** Returns how far a tensor lies from the reference's, 0 where nothing was there to measure. */
  double of(TensorKey tensor) {
    return spreads.getOrDefault(tensor, 0.0);
  }
}
