package dev.lockstep.dl4j.open;

import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.model.Network;
import dev.lockstep.dl4j.model.WatchedLayer;
import dev.lockstep.dl4j.translate.TensorConversion;
import dev.lockstep.dl4j.translate.Workspaces;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.layers.FrozenLayer;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.BaseTrainingListener;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;
import org.nd4j.linalg.learning.GradientUpdater;

/**
 * One observed training step of a network whose layers are not known: a listener is shown what the
 * layers put out, stand-ins for the layers what comes back to them, the loss function what the
 * output layer puts out and gets back, and the updaters the gradients as they are applied, clipped
 * and regularized as DL4J does it.
 */
final class OpenObservation extends BaseTrainingListener implements WatchedLayer.Watcher {

  private final Network network;
  private final OpenNetwork open;
  private final NetworkSpec spec;
  private final Sequences sequences;
  private final Observer observer;
  private final double divisor;
  private final Map<String, Shape> outputs;
  private final Map<String, ParameterSpec> parameters = new LinkedHashMap<>();

  /** Of a network with several output layers, what each has shown, by phase and tensor. */
  private final Map<String, Map<String, Tensor>> gathered = new LinkedHashMap<>();

  /** The layers that a gradient has come back to. */
  private final Set<String> reached = new HashSet<>();

  private OpenObservation(
      Network network, OpenNetwork open, Sequences sequences, Observer observer) {
    this.network = network;
    this.open = open;
    this.spec = open.spec();
    this.sequences = sequences;
    this.observer = observer;
    this.divisor = open.meansOverBatch() ? sequences.samples() : 1;
    this.outputs = spec.outputShapes();
    spec.parameters().forEach(parameter -> parameters.put(parameter.path(), parameter));
  }

  /** Runs a step with an observer watching it; leaves the network as it was. */
  static void during(
      Network network, OpenNetwork open, Sequences sequences, Observer observer, Runnable step) {
    OpenObservation observation = new OpenObservation(network, open, sequences, observer);
    List<Runnable> undo = new ArrayList<>();
    network.listen(List.of(observation));
    try {
      network
          .layers()
          .forEach(
              (name, layer) -> {
                if (layer instanceof IOutputLayer) {
                  OutputLoss loss = Objects.requireNonNull(OutputLoss.of(layer));
                  loss.replace(
                      new WatchedLoss(
                          loss.function(), (b, a, g) -> observation.loss(name, layer, b, a, g)));
                  undo.add(() -> loss.replace(loss.function()));
                }
              });
      for (UpdaterBlock block : network.updater().getUpdaterBlocks()) {
        observation.watch(block, undo);
      }
      network.replaceLayers(
          layer ->
              layer instanceof IOutputLayer || layer instanceof FrozenLayer
                  ? layer // DL4J asks whether a layer is one of these
                  : WatchedLayer.of(layer, observation));
      step.run();
      observation.showWhereNothingComesBack();
    } finally {
      network.replaceLayers(layer -> layer);
      network.listen(List.of());
      undo.forEach(Runnable::run);
    }
  }

  /** Of several output layers, what each shows is put one after another. */
  private void gather(Phase phase, String path, String output, Tensor part) {
    Map<String, Tensor> parts =
        gathered.computeIfAbsent(phase + path, tensor -> new LinkedHashMap<>());
    parts.put(output, part);
    if (parts.size() == open.answers().size()) {
      observer.observe(phase, path, () -> joined(parts));
    }
  }

  private Tensor joined(Map<String, Tensor> parts) {
    Tensor all = Tensor.zeros(spec.output().batchOf(sequences.samples()));
    int column = 0;
    for (String output : network.outputNames()) {
      column = Columns.put(Objects.requireNonNull(parts.get(output), output), all, 0, column);
    }
    return all;
  }

  /** DL4J goes no further back than to the last layer that is trained. */
  private void showWhereNothingComesBack() {
    for (Map.Entry<String, Shape> layer : outputs.entrySet()) {
      if (!reached.contains(layer.getKey())) {
        Shape shape = layer.getValue().batchOf(sequences.samples());
        observer.observe(Phase.BACKWARD, layer.getKey() + "/out", () -> Tensor.zeros(shape));
      }
    }
  }

  private void watch(UpdaterBlock block, List<Runnable> undo) {
    boolean trains =
        block.getLayersAndVariablesInBlock().stream()
            .anyMatch(variable -> parameters.containsKey(path(variable)));
    if (trains) {
      block.init();
      GradientUpdater<?> updater = block.getGradientUpdater();
      block.setGradientUpdater(new WatchedUpdater(updater, gradient -> applied(block, gradient)));
      undo.add(() -> block.setGradientUpdater(updater));
    }
  }

  private static String path(UpdaterBlock.ParamState variable) {
    return variable.getLayer().getConfig().getLayerName() + "/" + variable.getParamName();
  }

  /**
   * @param gradient of all parameters of a block, one after another, each in its own order
   */
  private void applied(UpdaterBlock block, INDArray gradient) {
    for (UpdaterBlock.ParamState variable : block.getLayersAndVariablesInBlock()) {
      ParameterSpec parameter = Objects.requireNonNull(parameters.get(path(variable)));
      Layer layer = network.layers().get(variable.getLayer().getConfig().getLayerName());
      INDArray array = Objects.requireNonNull(layer).getParam(variable.getParamName());
      long from = (long) variable.getParamOffsetStart() - block.getParamOffsetStart();
      observer.observe(
          Phase.BACKWARD,
          parameter.path(),
          () ->
              Workspaces.outside(
                  () ->
                      TensorConversion.toTensor(
                          gradient
                              .get(NDArrayIndex.interval(from, from + array.length()))
                              .reshape(array.ordering(), array.shape()),
                          parameter.shape())));
    }
  }

  /** A sequence's activations: its input first, then one array per layer but the last. */
  @Override
  public void onForwardPass(Model model, List<INDArray> activations) {
    onForwardPass(model, network.byLayer(activations));
  }

  /** A graph's activations, by vertex. */
  @Override
  public void onForwardPass(Model model, Map<String, INDArray> activations) {
    for (String layer : outputs.keySet()) {
      INDArray out = activations.get(layer);
      if (out != null && !(network.layers().get(layer) instanceof IOutputLayer)) {
        observer.observe(Phase.FORWARD, layer + "/out", () -> tensor(out));
      }
    }
  }

  private Tensor tensor(INDArray array) {
    return Workspaces.outside(() -> sequences.tensor(array));
  }

  private Tensor mean(INDArray sum) {
    Tensor mean = tensor(sum);
    for (int i = 0; i < mean.size(); i++) {
      mean.data()[i] /= divisor;
    }
    return mean;
  }

  @Override
  public void backward(Layer layer, INDArray epsilon) {
    String name = layer.conf().getLayer().getLayerName();
    if (outputs.containsKey(name)) {
      reached.add(name);
      observer.observe(Phase.BACKWARD, name + "/out", () -> mean(epsilon));
    }
  }

  /**
   * @param before the output layer's sums, rows of outputs
   * @param after the same after its activation
   * @param gradient with respect to the sums
   */
  private void loss(String name, Layer layer, INDArray before, INDArray after, INDArray gradient) {
    if (outputs.containsKey(name)) {
      reached.add(name);
      observer.observe(Phase.FORWARD, name + "/out", () -> tensor(before));
      observer.observe(Phase.BACKWARD, name + "/out", () -> mean(gradient));
    }
    if (!open.answers().isEmpty()) {
      reached.add(OpenConfiguration.ANSWERS);
      gather(Phase.FORWARD, OpenConfiguration.ANSWERS + "/out", name, tensor(before));
      gather(Phase.BACKWARD, OpenConfiguration.ANSWERS + "/out", name, mean(gradient));
      gather(Phase.FORWARD, NetworkSpec.OUTPUT, name, tensor(after));
      return;
    }
    Shape expected = spec.output();
    observer.observe(
        Phase.FORWARD,
        NetworkSpec.OUTPUT,
        () ->
            sequences.sample(after.shape()).equals(expected)
                ? tensor(after)
                : Workspaces.outside(
                    () -> tensor(layer.activate(true, LayerWorkspaceMgr.noWorkspaces()))));
  }
}
