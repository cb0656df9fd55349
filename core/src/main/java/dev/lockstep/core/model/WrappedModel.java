package dev.lockstep.core.model;

import dev.lockstep.core.tensor.Tensor;

/** A model that does what another does, but for what a subclass changes. */
public abstract class WrappedModel implements Model {

  private final Model model;

  /**
   * @param model that does the work; closed with this one
   */
  protected WrappedModel(Model model) {
    this.model = model;
  }

  @Override
  public double step(Batch batch, Masks masks, Observer observer) {
    return model.step(batch, masks, observer);
  }

  @Override
  public Tensor predict(Tensor inputs) {
    return model.predict(inputs);
  }

  @Override
  public ModelState state() {
    return model.state();
  }

  @Override
  public void restore(ModelState state) {
    model.restore(state);
  }

  @Override
  public boolean showsItsOwnBuffers() {
    return model.showsItsOwnBuffers();
  }

  @Override
  public void close() {
    model.close();
  }
}
