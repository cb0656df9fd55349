package dev.lockstep.scratch.execution;

import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Workers;
import dev.lockstep.scratch.layers.Layer;
import dev.lockstep.scratch.layers.Pass;
import java.util.List;
import java.util.function.Consumer;

/**
 * Layers one after another, each fed with the output of the one before; none is the identity.
 *
 * <p>The tensors that are returned are buffers of the layers, allocated once per batch size and
 * valid until the next forward pass. An observer is shown the very tensors, at the moment at which
 * each is complete, and what it changes in one is what the next is computed from.
 */
public final class Sequence {

  private final List<Layer> layers;
  private final List<Stage> fewest;
  private final List<Stage> layerByLayer;
  private final Workers workers;
  private Pass pass = Pass.PREDICTION;

  /** Returns a sequence that the caller's thread computes. */
  public Sequence(List<Layer> layers) {
    this(layers, Workers.NONE);
  }

  /**
   * @param workers share the samples of layers that compute each by itself
   */
  public Sequence(List<Layer> layers, Workers workers) {
    this.layers = List.copyOf(layers);
    this.workers = workers;
    List<Node> nodes = layers.stream().map(Node::new).toList();
    this.fewest = Stage.of(nodes);
    this.layerByLayer = nodes.stream().map(Stage::of).toList();
  }

  /** Calls a visitor with every layer, those of branches included, in the order of the pass. */
  public void forEach(Consumer<Layer> visitor) {
    layers.forEach(layer -> visit(layer, visitor));
  }

  private static void visit(Layer layer, Consumer<Layer> visitor) {
    layer.inner().forEach(inner -> visit(inner, visitor));
    visitor.accept(layer);
  }

  List<Layer> layers() {
    return layers;
  }

  /** Runs every layer, first to last. */
  public Tensor forward(Tensor x, Pass pass) {
    this.pass = pass;
    Tensor y = x;
    for (Stage stage : stages()) {
      y = stage.forward(y, pass, workers);
    }
    return y;
  }

  private List<Stage> stages() {
    return pass.observed() ? layerByLayer : fewest;
  }

  /**
   * Goes back from last to first through the training pass that came last.
   *
   * @param dout the gradient with respect to the last layer's output
   * @return the gradient with respect to the first layer's input
   */
  public Tensor backward(Tensor dout) {
    return backward(dout, true);
  }

  /** Does the same without the gradient with respect to the first layer's input. */
  public void backwardToParameters(Tensor dout) {
    backward(dout, false);
  }

  private Tensor backward(Tensor dout, boolean needed) {
    Tensor gradient = dout;
    for (int i = stages().size() - 1; i >= 0; i--) {
      gradient = stages().get(i).backward(gradient, needed || i > 0, pass, workers);
    }
    return gradient;
  }
}
