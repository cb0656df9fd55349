package dev.lockstep.scratch.execution;

import dev.lockstep.core.model.Observer;
import dev.lockstep.scratch.kernels.Workers;
import dev.lockstep.scratch.layers.Parameter;
import dev.lockstep.scratch.optimizers.Optimizer;

/**
 * Runs an optimizer over parameters: block by block, so that what moves the slots is still in the
 * cache when the parameter moves. Observed, a block is the whole parameter.
 */
public final class Update {

  /** Elements of a block: with four arrays of them, half of a usual second-level cache. */
  private static final int BLOCK = 1 << 12;

  /** From how many elements on the threads share them: some tens of microseconds of work. */
  private static final int SHARED = 1 << 15;

  private final Optimizer optimizer;
  private final Workers workers;

  /**
   * @param workers share large parameters; no number depends on them
   */
  public Update(Optimizer optimizer, Workers workers) {
    this.optimizer = optimizer;
    this.workers = workers;
  }

  /**
   * Updates one parameter from its gradient.
   *
   * @param t the steps already taken, 0 in the first
   */
  public void run(Parameter parameter, long t, Observer observer) {
    int size = parameter.value().size();
    int block = observer.watches() ? size : BLOCK;
    (size < SHARED ? Workers.NONE : workers)
        .run(
            (size + block - 1) / block,
            i -> {
              int to = Math.min((i + 1) * block, size);
              optimizer.update(parameter, t, i * block, to, observer);
            });
  }
}
