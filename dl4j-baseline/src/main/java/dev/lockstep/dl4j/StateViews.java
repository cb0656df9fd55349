package dev.lockstep.dl4j;

import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.indexing.NDArrayIndex;

/**
 * Where each tensor of a network's state lives in DL4J's memory.
 *
 * <p>DL4J keeps all parameters in one array (a dense layer's weights column by column, a
 * convolution's bias before its weights, running statistics as parameters) and all optimizer state
 * in another, in which neighbouring parameters with equal updaters share a block: first the one
 * slot of all of them, then the next. None of that is visible here: a view has the parameter's
 * shape.
 */
final class StateViews {

  private static final Map<String, String> STATISTICS =
      Map.of("runningMean", "mean", "runningVar", "var");

  private final Map<String, Shape> shapes;
  private final Map<String, INDArray> views = new LinkedHashMap<>();

  StateViews(NetworkSpec spec, Network network) {
    this.shapes = spec.state();
    for (ParameterSpec parameter : spec.parameters()) {
      views.put(parameter.path(), parameter(network, parameter.path()));
    }
    for (UpdaterBlock block : network.updaterBlocks()) {
      addSlots(block, spec.optimizer().slots());
    }
    for (String path : spec.statistics().keySet()) {
      String key = Objects.requireNonNull(STATISTICS.get(key(path)));
      views.put(path, parameter(network, layer(path) + "/" + key));
    }
  }

  private static String layer(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  private static String key(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  private static INDArray parameter(Network network, String path) {
    Layer layer = Objects.requireNonNull(network.layers().get(layer(path)), path);
    return layer.getParam(key(path));
  }

  private void addSlots(UpdaterBlock block, List<String> slots) {
    int length = block.getParamOffsetEnd() - block.getParamOffsetStart();
    for (UpdaterBlock.ParamState state : block.getLayersAndVariablesInBlock()) {
      String path = state.getLayer().getConfig().getLayerName() + "/" + state.getParamName();
      INDArray parameter = views.get(path);
      if (parameter == null) {
        continue; // running statistics, which no optimizer touches
      }
      int from = state.getParamOffsetStart() - block.getParamOffsetStart();
      for (String slot : slots) {
        views.put(
            path + "/" + slot,
            block
                .getUpdaterView()
                .get(NDArrayIndex.interval(from, from + parameter.length()))
                .reshape(parameter.ordering(), parameter.shape()));
        from += length;
      }
    }
  }

  /** Tells of every tensor in the specification's order; each is copied when it is asked for. */
  void forEach(BiConsumer<String, Supplier<Tensor>> consumer) {
    shapes.forEach(
        (path, shape) -> consumer.accept(path, () -> TensorConversion.toTensor(view(path), shape)));
  }

  /** Overwrites everything. */
  void assign(ModelState state) {
    shapes.keySet().forEach(path -> TensorConversion.assign(view(path), state.tensor(path)));
  }

  private INDArray view(String path) {
    return Objects.requireNonNull(views.get(path), path);
  }
}
