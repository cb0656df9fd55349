package dev.lockstep.scratch.layers;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Layers one after another, each fed with the output of the one before; none is the identity. */
public final class Sequence {

  private static final String OUT = "out";

  private final List<Layer> layers;
  private Pass pass = Pass.PREDICTION;

  public Sequence(List<Layer> layers) {
    this.layers = List.copyOf(layers);
  }

  /** Calls a visitor with every layer, those of branches included, in the order of the pass. */
  public void forEach(Consumer<Layer> visitor) {
    List<Layer> all = new ArrayList<>();
    layers.forEach(layer -> collect(layer, all));
    all.forEach(visitor);
  }

  private static void collect(Layer layer, List<Layer> all) {
    layer.inner().forEach(inner -> collect(inner, all));
    all.add(layer);
  }

  List<Layer> layers() {
    return layers;
  }

  /** Runs every layer, first to last. */
  public Tensor forward(Tensor x, Pass pass) {
    this.pass = pass;
    Tensor y = x;
    for (Layer layer : layers) {
      y = layer.forward(y, pass);
      pass.observe(Phase.FORWARD, layer.name(), OUT, y);
    }
    return y;
  }

  /**
   * Goes back from last to first.
   *
   * @param dout the gradient with respect to the last layer's output
   * @return the gradient with respect to the first layer's input
   */
  public Tensor backward(Tensor dout) {
    Tensor gradient = backwardToFirst(dout);
    if (layers.isEmpty()) {
      return gradient;
    }
    Layer first = layers.get(0);
    Tensor dx = first.backward(gradient);
    finishGradients(first);
    return dx;
  }

  /** Does the same without the gradient with respect to the first layer's input. */
  public void backwardToParameters(Tensor dout) {
    Tensor gradient = backwardToFirst(dout);
    if (!layers.isEmpty()) {
      layers.get(0).backwardToParameters(gradient);
      finishGradients(layers.get(0));
    }
  }

  /** Returns the gradient with respect to the first layer's output. */
  private Tensor backwardToFirst(Tensor dout) {
    Tensor gradient = dout;
    for (int i = layers.size() - 1; i >= 0; i--) {
      Layer layer = layers.get(i);
      pass.observe(Phase.BACKWARD, layer.name(), OUT, gradient);
      if (i > 0) {
        gradient = layer.backward(gradient);
        finishGradients(layer);
      }
    }
    return gradient;
  }

  private void finishGradients(Layer layer) {
    for (Parameter parameter : layer.parameters()) {
      parameter.addWeightDecay();
      pass.observe(Phase.BACKWARD, layer.name(), parameter.key(), parameter.gradient());
    }
  }
}
