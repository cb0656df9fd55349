package dev.lockstep.dl4j.model;

import dev.lockstep.core.InputException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.book.MaskedDropoutLayer;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.translate.TensorConversion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A network in Deeplearning4j, trained step by step.
 *
 * <p>Each step is one call of DL4J's own {@code fit}. What an observer sees is looked at while that
 * call runs ({@link Observation}): there is no second forward pass, and an observed training has
 * the bits of an unobserved one.
 */
public final class Dl4jModel implements Model {

  /** Prediction takes rows in portions whose largest layer stays near this many numbers. */
  private static final int PORTION = 4_000_000;

  private final NetworkSpec spec;
  private final Network network;
  private final StateViews state;
  private final DataType type;
  private @Nullable Masks masks;

  Dl4jModel(NetworkSpec spec, Network network, DataType type, Set<Convention> conventions) {
    this.spec = spec;
    this.network = network;
    this.type = type;
    this.state = new StateViews(spec, network, conventions);
    // DL4J's own dropout would write its mask into the activations of the layer before it
    network.layers().values().forEach(layer -> layer.allowInputModification(false));
    attachMasks();
  }

  /** Masks are no part of DL4J's configuration, so every dropout layer asks this model. */
  private void attachMasks() {
    Map<String, Shape> outputs = spec.outputShapes();
    for (LayerSpec layer : spec.allLayers()) {
      if (layer instanceof LayerSpec.Dropout dropout
          && network.layers().get(dropout.name()) instanceof MaskedDropoutLayer target) {
        Shape sample = Objects.requireNonNull(outputs.get(dropout.name()));
        target.useMasks(input -> mask(dropout, sample, input));
      }
    }
  }

  private INDArray mask(LayerSpec.Dropout dropout, Shape sample, INDArray input) {
    if (masks == null) {
      throw new IllegalStateException(
          "dropout layer " + dropout.name() + ": masks exist within a training step only");
    }
    int samples = Math.toIntExact(input.size(0));
    Tensor mask = masks.mask(dropout.name(), dropout.ratio(), sample.batchOf(samples));
    return TensorConversion.toArray(mask, input.dataType(), input.shape());
  }

  @Override
  public double step(Batch batch, Masks stepMasks, Observer observer) {
    INDArray inputs = samples(batch.inputs(), spec.input());
    INDArray targets =
        TensorConversion.toArray(batch.targets(), type, batch.size(), spec.classes());
    masks = stepMasks;
    try {
      if (observer.watches()) {
        Observation.during(
            network, spec, batch.size(), observer, () -> network.fit(inputs, targets));
        state.forEach((path, tensor) -> observer.observe(Phase.UPDATE, path, tensor));
      } else {
        network.fit(inputs, targets);
      }
    } finally {
      masks = null;
      Network.free(inputs);
    }
    return network.score();
  }

  private INDArray samples(Tensor tensor, Shape sample) {
    int samples = tensor.shape().length(0);
    if (tensor.size() != samples * sample.size()) {
      throw new IllegalArgumentException(
          "inputs: expected samples of %s, found a tensor of %s".formatted(sample, tensor.shape()));
    }
    return TensorConversion.toArray(tensor, type, TensorConversion.arrayShape(samples, sample));
  }

  @Override
  public Tensor predict(Tensor inputs) {
    int rows = inputs.shape().length(0);
    int portion = Math.max(1, PORTION / largestLayer());
    int width = spec.input().size();
    int classes = spec.classes();
    Tensor outputs = Tensor.zeros(Shape.of(rows, classes));
    for (int from = 0; from < rows; from += portion) {
      int to = Math.min(rows, from + portion);
      Tensor part =
          Tensor.of(
              spec.input().batchOf(to - from),
              Arrays.copyOfRange(inputs.data(), from * width, to * width));
      INDArray samples = samples(part, spec.input());
      INDArray output = network.output(samples);
      Tensor result = TensorConversion.toTensor(output, Shape.of(to - from, classes));
      Network.free(samples);
      Network.free(output);
      System.arraycopy(result.data(), 0, outputs.data(), from * classes, result.size());
    }
    return outputs;
  }

  /** Returns the most numbers that a layer needs for one sample; a convolution unrolls windows. */
  private int largestLayer() {
    Map<String, Shape> inputs = spec.inputShapes();
    Map<String, Shape> outputs = spec.outputShapes();
    int largest = spec.input().size();
    for (LayerSpec layer : spec.allLayers()) {
      Shape out = Objects.requireNonNull(outputs.get(layer.name()));
      int numbers = out.size();
      if (layer instanceof LayerSpec.Convolution) {
        int window = layer.terms(Objects.requireNonNull(inputs.get(layer.name())));
        numbers = Math.max(numbers, out.length(1) * out.length(2) * window);
      }
      largest = Math.max(largest, numbers);
    }
    return largest;
  }

  @Override
  public ModelState state() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    state.forEach((path, tensor) -> tensors.put(path, tensor.get()));
    tensors.putAll(state.asKept());
    return new ModelState(network.iteration(), tensors);
  }

  @Override
  public void restore(ModelState from) {
    state.assign(from);
    network.setIteration(Math.toIntExact(from.step()));
  }

  /**
   * Writes the network as DL4J's {@code ModelSerializer} does: configuration, parameters and
   * optimizer state. Masks are no part of it; {@link Dl4jProvider#adopt} attaches them again.
   *
   * @throws InputException if the file cannot be written
   */
  public void save(Path file) {
    try {
      ModelSerializer.writeModel(network.model(), file.toFile(), true);
    } catch (IOException e) {
      throw new InputException("cannot write the network to " + file + ": " + e.getMessage(), e);
    }
  }

  /** Returns what DL4J's {@code toJson()} gives of the network. */
  public String json() {
    return network.model() instanceof ComputationGraph graph
        ? graph.getConfiguration().toJson()
        : ((MultiLayerNetwork) network.model()).getLayerWiseConfigurations().toJson();
  }

  @Override
  public void close() {
    network.close();
  }
}
