package dev.lockstep.core.model;

import dev.lockstep.core.tensor.Tensor;
import java.util.function.Supplier;

/** Told of what a step computes, while it computes it. */
public interface Observer {

  /** Wants nothing, and so costs nothing. */
  Observer NONE =
      new Observer() {
        @Override
        public boolean watches() {
          return false;
        }

        @Override
        public void observe(Phase phase, String path, Supplier<Tensor> tensor) {}
      };

  /**
   * Returns whether this observer wants anything at all. A model that keeps nothing for an observer
   * in a step must ask before it starts that step.
   */
  boolean watches();

  /**
   * Takes one tensor.
   *
   * @param tensor asked for at most once, during this call, and only if it is wanted; what it gives
   *     may be the model's own buffer, valid until the call returns
   */
  void observe(Phase phase, String path, Supplier<Tensor> tensor);
}
