package dev.lockstep.dl4j.model;

import dev.lockstep.core.InputException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.impl.LayerVertex;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;

/** What a model needs of a network, be it a sequence of layers or a graph. */
public interface Network extends AutoCloseable {

  /** Returns what DL4J itself knows. */
  Model model();

  /** Returns a network that is initialized, or restored. */
  static Network of(Model model) {
    return model instanceof ComputationGraph graph
        ? new Graph(graph)
        : new Sequence((MultiLayerNetwork) model);
  }

  /**
   * Returns a configuration whose layers have names: DL4J's, which files of old releases lack.
   *
   * @throws InputException if two have the same, as where a program adds one layer object twice
   */
  static MultiLayerConfiguration named(String json) {
    MultiLayerConfiguration sequence = MultiLayerConfiguration.fromJson(json);
    Set<String> taken = new HashSet<>();
    for (int i = 0; i < sequence.getConfs().size(); i++) {
      if (sequence.getConf(i).getLayer().getLayerName() == null) {
        sequence.getConf(i).getLayer().setLayerName("layer" + i);
      }
      String name = sequence.getConf(i).getLayer().getLayerName();
      if (!taken.add(name)) {
        throw new InputException(
            "two layers are called %s: give each a name of its own, or add a layer object once only"
                .formatted(name));
      }
    }
    return sequence;
  }

  /** Takes one step on a batch. */
  void fit(INDArray inputs, INDArray targets);

  /** Returns the output in prediction mode. */
  INDArray output(INDArray inputs);

  /**
   * What a network reads of a batch of sequences.
   *
   * @param arrays one for each input
   * @param masks of the arrays, samples × steps, null where every sequence is there to its end;
   *     empty: all of them are
   */
  record Sequences(List<INDArray> arrays, List<@Nullable INDArray> masks) {}

  /**
   * Takes one step on a batch of sequences.
   *
   * @param targets one for each output
   * @param targetMask samples × steps, 1 where an answer is asked for; null: everywhere
   */
  void fit(Sequences inputs, List<INDArray> targets, @Nullable INDArray targetMask);

  /** Returns the outputs for sequences in prediction mode. */
  List<INDArray> outputs(Sequences inputs);

  /** Returns what each layer puts out in prediction mode, by name. */
  Map<String, INDArray> feedForward(List<INDArray> inputs);

  /** Returns the loss of the last batch before its update, in training mode, L2 term included. */
  double score();

  /** Returns the L2 term of the loss. */
  double regularization();

  /** Returns the layers by name, in forward order. */
  Map<String, Layer> layers();

  /**
   * Returns a sequence's activations by layer.
   *
   * @param activations the input, then one of each layer, which may leave out the last
   */
  default Map<String, INDArray> byLayer(List<INDArray> activations) {
    Map<String, INDArray> byName = new LinkedHashMap<>();
    List<String> names = List.copyOf(layers().keySet());
    for (int i = 1; i < activations.size(); i++) {
      byName.put(names.get(i - 1), activations.get(i));
    }
    return byName;
  }

  /** Returns the names of a graph's output layers, in the order of its outputs. */
  default List<String> outputNames() {
    return model() instanceof ComputationGraph graph
        ? graph.getConfiguration().getNetworkOutputs()
        : List.of();
  }

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
    INDArray state = updater().getStateViewArray(); // which is made of the others, if it is not yet
    free(model().params());
    free(model().getGradientsViewArray());
    free(state);
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

    private static @Nullable INDArray mask(Network.Sequences inputs) {
      return inputs.masks().isEmpty() ? null : inputs.masks().get(0);
    }

    @Override
    public void fit(
        Network.Sequences inputs, List<INDArray> targets, @Nullable INDArray targetMask) {
      network.fit(inputs.arrays().get(0), targets.get(0), mask(inputs), targetMask);
    }

    @Override
    public List<INDArray> outputs(Network.Sequences inputs) {
      return List.of(network.output(inputs.arrays().get(0), false, mask(inputs), null));
    }

    @Override
    public Map<String, INDArray> feedForward(List<INDArray> inputs) {
      return byLayer(network.feedForward(inputs.get(0), false));
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

  /** A graph of layers. */
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
    public void fit(
        Network.Sequences inputs, List<INDArray> targets, @Nullable INDArray targetMask) {
      network.fit(
          inputs.arrays().toArray(INDArray[]::new),
          targets.toArray(INDArray[]::new),
          masks(inputs),
          targetMask == null ? null : new INDArray[] {targetMask});
    }

    @Override
    public List<INDArray> outputs(Network.Sequences inputs) {
      return List.of(
          network.output(false, inputs.arrays().toArray(INDArray[]::new), masks(inputs)));
    }

    private static INDArray @Nullable [] masks(Network.Sequences inputs) {
      return inputs.masks().isEmpty() ? null : inputs.masks().toArray(INDArray[]::new);
    }

    @Override
    public Map<String, INDArray> feedForward(List<INDArray> inputs) {
      return network.feedForward(inputs.toArray(INDArray[]::new), false);
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
