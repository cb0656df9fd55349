package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Layers one after another, each fed with the output of the one before; none is the identity. */
public final class Sequence {

  private final List<Layer> layers;
  private final List<Stage> stages;

  /** Returns a sequence that the caller's thread computes. */
  public Sequence(List<Layer> layers) {
    this(layers, Workers.NONE);
  }

  /**
   * @param workers share the samples of layers that compute each by itself
   */
  public Sequence(List<Layer> layers, Workers workers) {
    this.layers = List.copyOf(layers);
    this.stages = stages(layers, workers);
  }

  private static List<Stage> stages(List<Layer> layers, Workers workers) {
    List<Stage> stages = new ArrayList<>();
    List<SampleWise> neighbours = new ArrayList<>();
    for (Layer layer : layers) {
      if (layer instanceof SampleWise sampleWise) {
        neighbours.add(sampleWise);
      } else {
        addStage(neighbours, workers, stages);
        stages.add(new Stage.WholeBatch(layer));
      }
    }
    addStage(neighbours, workers, stages);
    return stages;
  }

  private static void addStage(List<SampleWise> neighbours, Workers workers, List<Stage> stages) {
    if (!neighbours.isEmpty()) {
      stages.add(new Chain(neighbours, workers));
      neighbours.clear();
    }
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
    Tensor y = x;
    for (Stage stage : stages) {
      y = stage.forward(y, pass);
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
    return backward(dout, true);
  }

  /** Does the same without the gradient with respect to the first layer's input. */
  public void backwardToParameters(Tensor dout) {
    backward(dout, false);
  }

  private Tensor backward(Tensor dout, boolean needed) {
    Tensor gradient = dout;
    for (int i = stages.size() - 1; i >= 0; i--) {
      gradient = stages.get(i).backward(gradient, needed || i > 0);
    }
    return gradient;
  }
}
