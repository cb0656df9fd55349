package dev.lockstep.core.rounding;

import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Tensor;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Shows what a model computes of each tensor, then puts the candidate's tensor in its place: the
 * model reads on from there, so that each tensor is computed from the candidate's own.
 */
final class Substitution implements Observer {

  private final Observer computed;
  private final Recording given;
  private final Form form;

  /** In what form a tensor is put in. */
  sealed interface Form {

    /** As it is. */
    record Original() implements Form {}

    /**
     * Moved by one unit in the last place, its rows in reverse.
     *
     * @param perSample tensors whose first axis is the batch
     * @param exact tensors that are not moved: among them a largest element is looked for
     */
    record Perturbed(Set<TensorKey> perSample, Set<TensorKey> exact, boolean inFloat)
        implements Form {}
  }

  /**
   * @param computed takes what the model computes
   * @param given what the candidate showed of the same step
   */
  Substitution(Observer computed, Recording given, Form form) {
    this.computed = computed;
    this.given = given;
    this.form = form;
  }

  @Override
  public boolean watches() {
    return true;
  }

  @Override
  public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
    Tensor shown = tensor.get();
    computed.observe(phase, path, () -> shown);
    TensorKey key = new TensorKey(phase, path);
    Tensor put = given.tensor(key);
    if (put == null || !put.shape().equals(shown.shape())) {
      return;
    }
    boolean reversed =
        form instanceof Form.Perturbed perturbed && perturbed.perSample().contains(key);
    if (reversed) {
      PerturbedStep.reverse(put, shown);
    } else {
      System.arraycopy(put.data(), 0, shown.data(), 0, put.size());
    }
    if (form instanceof Form.Perturbed perturbed && !perturbed.exact().contains(key)) {
      PerturbedStep.perturb(shown, perturbed.inFloat());
    }
  }
}
