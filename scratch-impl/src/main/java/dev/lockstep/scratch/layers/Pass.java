package dev.lockstep.scratch.layers;

import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Tensor;

/**
 * How a network is passed through: to train, or to predict.
 *
 * @param training false in prediction, where batch normalization and dropout compute otherwise
 * @param masks of the dropout layers; asked in training only
 * @param observer told of every tensor as it comes about
 */
public record Pass(boolean training, Masks masks, Observer observer) {

  /** A pass that predicts. */
  public static final Pass PREDICTION =
      new Pass(
          false,
          (layer, ratio, shape) -> {
            throw new IllegalStateException(layer + ": prediction has no dropout mask");
          },
          Observer.NONE);

  /** Returns a pass that trains. */
  public static Pass training(Masks masks, Observer observer) {
    return new Pass(true, masks, observer);
  }

  /** Returns whether somebody looks at what comes about. */
  public boolean observed() {
    return observer.watches();
  }

  /** Shows a tensor of a layer, in place. */
  public void observe(Phase phase, String layer, String key, Tensor tensor) {
    if (observed()) {
      observer.observe(phase, layer + "/" + key, () -> tensor);
    }
  }
}
