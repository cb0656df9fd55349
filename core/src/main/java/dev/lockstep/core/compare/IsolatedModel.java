package dev.lockstep.core.compare;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.WrappedModel;
import dev.lockstep.core.tensor.Tensor;

/**
 * A model that shares no array with anyone. A candidate may be anybody's: it may overwrite the
 * batch it is given, keep the state it is given or hand out its own live arrays, and must not spoil
 * the other side's numbers, or the state to which a replay returns, by any of it.
 */
final class IsolatedModel extends WrappedModel {

  IsolatedModel(Model model) {
    super(model);
  }

  @Override
  public double step(Batch batch, Masks masks, Observer observer) {
    Batch copy = new Batch(batch.step(), batch.inputs().copy(), batch.targets().copy());
    return super.step(copy, masks, observer);
  }

  @Override
  public Tensor predict(Tensor inputs) {
    return super.predict(inputs.copy());
  }

  @Override
  public ModelState state() {
    return super.state().copy();
  }

  @Override
  public void restore(ModelState state) {
    super.restore(state.copy());
  }
}
