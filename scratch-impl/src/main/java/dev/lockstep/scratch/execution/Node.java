package dev.lockstep.scratch.execution;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Buffer;
import dev.lockstep.scratch.kernels.Slice;
import dev.lockstep.scratch.layers.Layer;
import dev.lockstep.scratch.layers.Parameter;
import dev.lockstep.scratch.layers.Pass;
import dev.lockstep.scratch.layers.Require;
import dev.lockstep.scratch.layers.Samples;

/** A layer with its tensors: input and output, and the gradients with respect to both. */
final class Node {

  private static final String OUT = "out";

  final Layer layer;
  private final Buffer out = new Buffer();
  private final Buffer inputGradient = new Buffer();
  private final Buffer fewInputGradients = new Buffer();
  private Tensor x = Tensor.zeros(Shape.of(0));
  private Tensor y = x;

  Node(Layer layer) {
    this.layer = layer;
  }

  /**
   * Begins with a batch; returns the output, which is not computed yet.
   *
   * @param replaceable whether the output may take the place of the input
   */
  Tensor begin(Tensor x, boolean replaceable, Pass pass) {
    this.x = x;
    Shape shape = layer.begin(x.shape(), pass);
    y = replaceable && layer.worksInPlace() ? x : out.of(shape);
    return y;
  }

  void forward(Slice slice) {
    layer.forward(Samples.of(x, slice), Samples.of(y, slice));
  }

  /** Shows the output, as it is now, and reads on from what the observer leaves of it. */
  void showOutput(Pass pass) {
    pass.observe(Phase.FORWARD, layer.name(), OUT, y);
  }

  void showGradient(Tensor dout, Pass pass) {
    Require.shape(layer.name() + "/" + OUT, y.shape(), dout);
    pass.observe(Phase.BACKWARD, layer.name(), OUT, dout);
  }

  /** Returns room for the gradients with respect to the inputs of the whole batch. */
  Tensor inputGradient() {
    return inputGradient.of(x.shape());
  }

  /**
   * Returns room for the gradients with respect to a few inputs of a slice, which stay in the
   * cache.
   *
   * @param dout the gradients with respect to the outputs
   * @param replaceable whether they may be overwritten
   */
  Samples inputGradients(Samples dout, boolean replaceable, int atOnce) {
    if (replaceable && layer.worksInPlace()) {
      return dout;
    }
    Shape few = x.shape().sample().batchOf(Slice.COUNT * atOnce);
    return new Samples(fewInputGradients.of(few), dout.slice().index() * atOnce, dout.slice());
  }

  void backwardToParameters(Samples dout) {
    layer.backwardToParameters(Samples.of(x, dout.slice()), dout);
  }

  void backwardToInput(Samples dout, Samples dx) {
    layer.backwardToInput(Samples.of(x, dout.slice()), Samples.of(y, dout.slice()), dout, dx);
  }

  /** Completes the gradients of the parameters and shows them. */
  void finishBackward(Pass pass) {
    layer.finishBackward();
    for (Parameter parameter : layer.parameters()) {
      parameter.addPenalty();
      pass.observe(Phase.BACKWARD, layer.name(), parameter.key(), parameter.gradient());
    }
  }
}
