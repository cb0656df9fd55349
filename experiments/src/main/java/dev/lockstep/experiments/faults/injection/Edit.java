package dev.lockstep.experiments.faults.injection;

import dev.lockstep.core.tensor.Tensor;

/** Changes a tensor that a model has just computed, in place. */
@FunctionalInterface
public interface Edit {

  /**
   * @param step what the step came to before this tensor
   * @param path of the tensor
   */
  void apply(StepSoFar step, String path, Tensor tensor);
}
