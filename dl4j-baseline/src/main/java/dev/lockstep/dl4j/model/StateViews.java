package dev.lockstep.dl4j.model;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.translate.PerChannel;
import dev.lockstep.dl4j.translate.Updaters;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
 *
 * <p>Where a convention is left to DL4J's way, a tensor may be kept in another form ({@link Form})
 * or start with another number.
 */
public final class StateViews {

  /** A running variance below it cannot be told from 0 by its logarithm, in float or double. */
  private static final double SMALLEST_VARIANCE = 1e-30;

  private static final double STOCK_VARIANCE = 1;

  /** How DL4J keeps a tensor. */
  private enum Form {
    AS_IT_IS,
    /** log₁₀ of the square root. */
    LOG_DEVIATION
  }

  /** Follows the path of a tensor that DL4J keeps in another form: the tensor in that form. */
  private static final String AS_KEPT = "/asKept";

  private record View(INDArray array, Form form) {}

  private final Map<String, Shape> shapes;
  private final Map<String, View> views = new LinkedHashMap<>();
  private final Map<String, Double> starts = new HashMap<>();

  public StateViews(NetworkSpec spec, Network network, Set<Convention> conventions) {
    this.shapes = spec.state();
    for (ParameterSpec parameter : spec.parameters()) {
      views.put(parameter.path(), asItIs(parameter(network, parameter.path())));
    }
    double start = new Updaters(conventions).start(spec.optimizer());
    for (UpdaterBlock block : network.updater().getUpdaterBlocks()) {
      addSlots(network, block, spec.optimizer().slotNames(), start);
    }
    for (LayerSpec layer : spec.allLayers()) {
      if (layer instanceof LayerSpec.BatchNormalization norm) {
        addStatistics(network, norm.name(), conventions);
      } else if (layer instanceof LayerSpec.Open open) {
        open.kept()
            .keySet()
            .forEach(
                key -> {
                  String path = open.name() + "/" + key;
                  views.put(path, asItIs(parameter(network, path)));
                });
      }
    }
  }

  private static View asItIs(INDArray array) {
    return new View(array, Form.AS_IT_IS);
  }

  private static INDArray parameter(Network network, String path) {
    int slash = path.lastIndexOf('/');
    Layer layer = Objects.requireNonNull(network.layers().get(path.substring(0, slash)), path);
    return layer.getParam(path.substring(slash + 1));
  }

  /**
   * What the updater says of where a parameter stands in its block does not hold where a layer
   * keeps its biases first and names them last, as {@code DepthwiseConvolution2D} does.
   *
   * @throws UsageException if a parameter does not lie in the block that the updater puts it in
   */
  private void addSlots(Network network, UpdaterBlock block, List<String> slots, double start) {
    long first = network.model().params().offset() + block.getParamOffsetStart();
    int length = block.getParamOffsetEnd() - block.getParamOffsetStart();
    for (UpdaterBlock.ParamState state : block.getLayersAndVariablesInBlock()) {
      String path = state.getLayer().getConfig().getLayerName() + "/" + state.getParamName();
      View view = views.get(path);
      if (view == null) {
        continue; // running statistics, which no optimizer touches
      }
      INDArray parameter = view.array();
      long from = parameter.offset() - first;
      if (from < 0 || from + parameter.length() > length) {
        throw new UsageException(
            "dl4j: %s cannot be trained with an updater of its own: Deeplearning4j keeps the biases of this layer before its weights, but updates as if they came after them, so that other numbers get it; give weights and biases one updater"
                .formatted(path));
      }
      for (String slot : slots) {
        INDArray kept =
            block
                .getUpdaterView()
                .get(NDArrayIndex.interval(from, from + parameter.length()))
                .reshape(parameter.ordering(), parameter.shape());
        views.put(path + "/" + slot, asItIs(kept));
        starts.put(path + "/" + slot, start);
        from += length;
      }
    }
  }

  private void addStatistics(Network network, String layer, Set<Convention> conventions) {
    views.put(layer + "/runningMean", asItIs(parameter(network, layer + "/mean")));
    String variance = layer + "/runningVar";
    views.put(
        variance,
        conventions.contains(Convention.BATCH_NORM_LOG_STD)
            ? new View(parameter(network, layer + "/log10stdev"), Form.LOG_DEVIATION)
            : asItIs(parameter(network, layer + "/var")));
    if (conventions.contains(Convention.BATCH_NORM_START)) {
      starts.put(variance, STOCK_VARIANCE);
    }
  }

  /** Tells of every tensor in the specification's order; each is copied when it is asked for. */
  public void forEach(BiConsumer<String, Supplier<Tensor>> consumer) {
    shapes.forEach((path, shape) -> consumer.accept(path, () -> read(path, shape)));
  }

  /**
   * Returns the tensors that DL4J keeps in another form as it keeps them: to the form that a
   * network's state has and back, their last bits would be lost.
   */
  Map<String, Tensor> asKept() {
    Map<String, Tensor> kept = new LinkedHashMap<>();
    shapes.forEach(
        (path, shape) -> {
          if (view(path).form() != Form.AS_IT_IS) {
            kept.put(path + AS_KEPT, PerChannel.toTensor(view(path).array(), shape));
          }
        });
    return kept;
  }

  private Tensor read(String path, Shape shape) {
    View view = view(path);
    Tensor tensor = PerChannel.toTensor(view.array(), shape);
    if (view.form() == Form.LOG_DEVIATION) {
      double[] values = tensor.data();
      for (int i = 0; i < values.length; i++) {
        double deviation = Math.pow(10, values[i]);
        values[i] = deviation * deviation;
      }
    }
    return tensor;
  }

  /**
   * Overwrites everything. Before the first step, what DL4J starts in its own way is left to it.
   *
   * @throws IllegalArgumentException if a path is missing or superfluous, or a shape differs
   */
  public void assign(ModelState state) {
    Map<String, Shape> expected = new LinkedHashMap<>(shapes);
    shapes.forEach(
        (path, shape) -> {
          if (view(path).form() != Form.AS_IT_IS && state.tensors().containsKey(path + AS_KEPT)) {
            expected.put(path + AS_KEPT, shape);
          }
        });
    state.requireShapes(expected);
    for (Map.Entry<String, Shape> entry : shapes.entrySet()) {
      String path = entry.getKey();
      Double start = starts.get(path);
      Tensor tensor =
          state.step() == 0 && start != null && start != 0
              ? Tensor.filled(entry.getValue(), start)
              : state.tensor(path);
      Tensor kept = state.tensors().get(path + AS_KEPT);
      if (kept == null) {
        write(view(path), tensor);
      } else {
        PerChannel.assign(view(path).array(), kept);
      }
    }
  }

  private static void write(View view, Tensor tensor) {
    Tensor kept = tensor;
    if (view.form() == Form.LOG_DEVIATION) {
      kept = tensor.copy();
      double[] values = kept.data();
      for (int i = 0; i < values.length; i++) {
        values[i] = Math.log10(Math.max(values[i], SMALLEST_VARIANCE)) / 2;
      }
    }
    PerChannel.assign(view.array(), kept);
  }

  private View view(String path) {
    return Objects.requireNonNull(views.get(path), path);
  }
}
