package dev.lockstep.dl4j.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What {@link Dl4jModel} needs of a network, be it a sequence of layers or a graph. */
interface Network extends AutoCloseable {

  /** Returns what DL4J itself knows. */
  Model model();

  /** Takes one step on a batch. */
  void fit(INDArray inputs, INDArray targets);

  /** Returns the output in prediction mode. */
  INDArray output(INDArray inputs);

  /** Returns the loss of the last batch before its update, in training mode, L2 term included. */
  double score();

  /** Returns the L2 term of the loss. */
  double regularization();

  /** Returns the layers by name, in forward order. */
  Map<String, Layer> layers();

  /** Puts other objects in the layers' place; {@code identity} puts them back. */
  void replaceLayers(UnaryOperator<Layer> replacement);

  BaseMultiLayerUpdater<?> updater();

  void listen(Collection<TrainingListener> listeners);

  int iteration();

  void setIteration(int iteration);

  /**
   * Frees parameters, gradients and optimizer state. DL4J's own close goes on to throw away the
   * workspaces, which the thread's next network can use again, and to collect garbage twice.
   */
  @Override
  default void close() {
    free(model().params());
    free(model().getGradientsViewArray());
    free(updater().getStateViewArray());
  }

  /** Frees an array at once, where DL4J has not done so; it would wait for the collector. */
  static void free(@Nullable INDArray array) {
    if (array != null && array.closeable()) {
      array.close();
    }
  }

  /** A sequence of layers. */
  final class Sequence implements Network {

    private final MultiLayerNetwork network;
    private final Map<String, Layer> layers = new LinkedHashMap<>();

    Sequence(MultiLayerNetwork network) {
      this.network = network;
      for (Layer layer : network.getLayers()) {
        layers.put(layer.conf().getLayer().getLayerName(), layer);
      }
    }

    @Override
    public Model model() {
      return network;
    }

    @Override
    public void fit(INDArray inputs, INDArray targets) {
      network.fit(inputs, targets);
    }

    @Override
    public INDArray output(INDArray inputs) {
      return network.output(inputs, false);
    }

    @Override
    public double score() {
      return network.score();
    }

    @Override
    public double regularization() {
      return network.calcRegularizationScore(true);
    }

    @Override
    public Map<String, Layer> layers() {
      return Collections.unmodifiableMap(layers);
    }

    @Override
    public void replaceLayers(UnaryOperator<Layer> replacement) {
      network.setLayers(layers.values().stream().map(replacement).toArray(Layer[]::new));
    }

    @Override
    public BaseMultiLayerUpdater<?> updater() {
      return (BaseMultiLayerUpdater<?>) network.getUpdater();
    }

    @Override
    public void listen(Collection<TrainingListener> listeners) {
      network.setListeners(listeners);
    }

    @Override
    public int iteration() {
      return network.getLayerWiseConfigurations().getIterationCount();
    }

    @Override
    public void setIteration(int iteration) {
      network.getLayerWiseConfigurations().setIterationCount(iteration);
    }
  }

  /** A graph of layers with one input and one output. */
  final class Graph implements Network {

    private final ComputationGraph network;
    private final List<LayerVertex> vertices = new ArrayList<>();
    private final Map<String, Layer> layers = new LinkedHashMap<>();

    Graph(ComputationGraph network) {
      this.network = network;
      for (int vertex : network.topologicalSortOrder()) {
        GraphVertex candidate = network.getVertices()[vertex];
        if (candidate instanceof LayerVertex layer) {
          vertices.add(layer);
          layers.put(layer.getVertexName(), layer.getLayer());
        }
      }
    }

    @Override
    public Model model() {
      return network;
    }

    @Override
    public void fit(INDArray inputs, INDArray targets) {
      network.fit(new INDArray[] {inputs}, new INDArray[] {targets});
    }

    @Override
    public INDArray output(INDArray inputs) {
      return network.outputSingle(false, inputs);
    }

    @Override
    public double score() {
      return network.score();
    }

    @Override
    public double regularization() {
      return network.calcRegularizationScore(true);
    }

    @Override
    public Map<String, Layer> layers() {
      return Collections.unmodifiableMap(layers);
    }

    @Override
    public void replaceLayers(UnaryOperator<Layer> replacement) {
      for (LayerVertex vertex : vertices) {
        Layer layer = Objects.requireNonNull(layers.get(vertex.getVertexName()));
        vertex.setLayer(replacement.apply(layer));
      }
    }

    @Override
    public BaseMultiLayerUpdater<?> updater() {
      return network.getUpdater();
    }

    @Override
    public void listen(Collection<TrainingListener> listeners) {
      network.setListeners(listeners);
    }

    @Override
    public int iteration() {
      return network.getConfiguration().getIterationCount();
    }

    @Override
    public void setIteration(int iteration) {
      network.getConfiguration().setIterationCount(iteration);
    }
  }
}
