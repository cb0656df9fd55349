package dev.lockstep.experiments.faults.injection;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** What one step of a model has come to so far. */
public final class StepSoFar {

  private final NetworkSpec network;
  private final Batch batch;
  private final ModelState before;
  private final Map<TensorKey, Tensor> shown = new LinkedHashMap<>();

  public StepSoFar(NetworkSpec network, Batch batch, ModelState before) {
    this.network = network;
    this.batch = batch;
    this.before = before;
  }

  /** Returns the network that was asked for. */
  public NetworkSpec network() {
    return network;
  }

  public Batch batch() {
    return batch;
  }

  /** Returns a tensor of the state that the step started from. */
  public Tensor before(String path) {
    return before.tensor(path);
  }

  /** Returns the number of steps taken before this one. */
  public long taken() {
    return before.step();
  }

  public void add(Phase phase, String path, Tensor tensor) {
    shown.put(new TensorKey(phase, path), tensor);
  }

  /** Returns a tensor computed earlier in this step. */
  public Tensor shown(Phase phase, String path) {
    Tensor tensor = shown.get(new TensorKey(phase, path));
    if (tensor == null) {
      throw new IllegalStateException(
          "expected %s %s to be computed by now, found only %s"
              .formatted(phase.id(), path, shown.keySet()));
    }
    return tensor;
  }
}
