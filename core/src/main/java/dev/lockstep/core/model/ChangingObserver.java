package dev.lockstep.core.model;

import dev.lockstep.core.tensor.Tensor;
import java.util.function.Supplier;

/**
 * An observer that changes every tensor, in place, before it shows it to another. A model that
 * shows its own buffers at the moment in which they are computed reads on from what was changed.
 *
 * @param observer that is shown what was changed
 */
public record ChangingObserver(Observer observer, Change change) implements Observer {

  /** What is done to a tensor. */
  @FunctionalInterface
  public interface Change {
    /** Changes the tensor's elements. */
    void apply(Phase phase, String path, Tensor tensor);
  }

  @Override
  public boolean watches() {
    return true;
  }

  @Override
  public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
    Tensor shown = tensor.get();
    change.apply(phase, path, shown);
    if (observer.watches()) {
      observer.observe(phase, path, () -> shown);
    }
  }
}
