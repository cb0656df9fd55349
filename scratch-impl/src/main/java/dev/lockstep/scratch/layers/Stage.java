package dev.lockstep.scratch.layers;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Tensor;

/** What a sequence passes through at once, a layer or a {@link Chain}; tells the observer of it. */
abstract class Stage {

  private static final String OUT = "out";

  abstract Tensor forward(Tensor x, Pass pass);

  /**
   * Goes back through the training pass that came last.
   *
   * @param needed false if nobody asks for the gradient with respect to the input: what is returned
   *     then holds nothing of use
   */
  abstract Tensor backward(Tensor dout, boolean needed);

  static void observeOutput(Layer layer, Tensor y, Pass pass) {
    pass.observe(Phase.FORWARD, layer.name(), OUT, y);
  }

  static void observeGradient(Layer layer, Tensor dout, Pass pass) {
    pass.observe(Phase.BACKWARD, layer.name(), OUT, dout);
  }

  static void finishGradients(Layer layer, Pass pass) {
    for (Parameter parameter : layer.parameters()) {
      parameter.addWeightDecay();
      pass.observe(Phase.BACKWARD, layer.name(), parameter.key(), parameter.gradient());
    }
  }

  /** A layer that looks at the whole batch. */
  static final class WholeBatch extends Stage {

    private final Layer layer;
    private Pass pass = Pass.PREDICTION;

    WholeBatch(Layer layer) {
      this.layer = layer;
    }

    @Override
    Tensor forward(Tensor x, Pass pass) {
      this.pass = pass;
      Tensor y = layer.forward(x, pass);
      observeOutput(layer, y, pass);
      return y;
    }

    @Override
    Tensor backward(Tensor dout, boolean needed) {
      observeGradient(layer, dout, pass);
      Tensor dx = dout;
      if (needed) {
        dx = layer.backward(dout);
      } else {
        layer.backwardToParameters(dout);
      }
      finishGradients(layer, pass);
      return dx;
    }
  }
}
