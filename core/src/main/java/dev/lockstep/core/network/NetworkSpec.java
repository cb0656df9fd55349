package dev.lockstep.core.network;

import dev.lockstep.core.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A whole network and how it is trained: what both implementations are built from.
 *
 * <p>Every tensor has a path: a layer's output is {@code affine1/out}, its parameters {@code
 * affine1/W}, a parameter's optimizer state {@code affine1/W/velocity}, running statistics {@code
 * batchNorm1/runningMean}. The network's output, after the softmax where the loss has one, is
 * {@value #OUTPUT}; the loss is {@value #LOSS}.
 *
 * @param input the shape of one sample, {@code 784} or {@code 1×28×28}
 * @param layers in the order of the forward pass
 * @param weightDecay λ of {@code ½ λ Σ W²}, added to the loss for every weight tensor
 */
public record NetworkSpec(
    Shape input,
    List<LayerSpec> layers,
    LossSpec loss,
    double weightDecay,
    OptimizerSpec optimizer) {

  /** The path of the network's output: class probabilities, or the last layer's output. */
  public static final String OUTPUT = "loss/out";

  /** The path of the loss, weight decay included; a scalar. */
  public static final String LOSS = "loss/value";

  /**
   * @throws LayerException if a layer does not fit its input or two layers share a name
   * @throws IllegalArgumentException if there is no layer or a number is out of range
   */
  public NetworkSpec {
    layers = List.copyOf(layers);
    Require.nonNegative("weightDecay", weightDecay);
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("layers: expected at least one, found none");
    }
    requireUniqueNames(layers, new HashSet<>());
    outputShapes(input, layers);
  }

  /**
   * Returns every layer, branches and what is in them included, in the order of the forward pass.
   */
  public List<LayerSpec> allLayers() {
    List<LayerSpec> all = new ArrayList<>();
    collect(layers, all);
    return all;
  }

  private static void collect(List<LayerSpec> layers, List<LayerSpec> all) {
    for (LayerSpec layer : layers) {
      if (layer instanceof LayerSpec.Branches branches) {
        branches.branches().forEach(branch -> collect(branch, all));
      }
      all.add(layer);
    }
  }

  /** Returns the shape of one sample of every layer's output, by layer name, in forward order. */
  public Map<String, Shape> outputShapes() {
    return outputShapes(input, layers);
  }

  private static Map<String, Shape> outputShapes(Shape input, List<LayerSpec> layers) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    Shapes.follow(input, layers, (layer, in, out) -> shapes.put(layer.name(), out));
    return shapes;
  }

  /** Returns the shape of one sample of every layer's input, by layer name, in forward order. */
  public Map<String, Shape> inputShapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    Shapes.follow(input, layers, (layer, in, out) -> shapes.put(layer.name(), in));
    return shapes;
  }

  /** Returns the shape of one sample of the network's output. */
  public Shape output() {
    return Shapes.follow(input, layers, (layer, in, out) -> {});
  }

  /** Returns the number of classes: the elements of one output. */
  public int classes() {
    return output().size();
  }

  /** Returns every trained tensor in forward order. */
  public List<ParameterSpec> parameters() {
    List<ParameterSpec> parameters = new ArrayList<>();
    Shapes.follow(input, layers, (layer, in, out) -> parametersOf(layer, in, parameters));
    return parameters;
  }

  private static void parametersOf(LayerSpec layer, Shape in, List<ParameterSpec> parameters) {
    if (layer instanceof LayerSpec.Affine affine) {
      addWeights(
          parameters,
          affine.name(),
          Shape.of(in.size(), affine.units()),
          affine.initial(),
          in.size(),
          affine.units(),
          affine.units());
    } else if (layer instanceof LayerSpec.Convolution conv) {
      int window = conv.kernelHeight() * conv.kernelWidth();
      addWeights(
          parameters,
          conv.name(),
          Shape.of(conv.filters(), in.length(0), conv.kernelHeight(), conv.kernelWidth()),
          conv.initial(),
          in.length(0) * window,
          conv.filters() * window,
          conv.filters());
    } else if (layer instanceof LayerSpec.BatchNormalization norm) {
      Shape features = features(norm, in);
      for (String key : List.of("gamma", "beta")) {
        parameters.add(
            new ParameterSpec(
                norm.name() + "/" + key,
                features,
                new ParameterSpec.Start.Constant(key.equals("gamma") ? 1 : 0),
                features.size(),
                features.size(),
                false));
      }
    }
  }

  private static void addWeights(
      List<ParameterSpec> parameters,
      String layer,
      Shape weights,
      InitialValues initial,
      int fanIn,
      int fanOut,
      int units) {
    parameters.add(
        new ParameterSpec(
            layer + "/W", weights, new ParameterSpec.Start.Drawn(initial), fanIn, fanOut, true));
    parameters.add(
        new ParameterSpec(
            layer + "/b",
            Shape.of(units),
            new ParameterSpec.Start.Constant(0),
            fanIn,
            fanOut,
            false));
  }

  /** Returns the running statistics, all zeros before the first step, by path in forward order. */
  public Map<String, Shape> statistics() {
    Map<String, Shape> statistics = new LinkedHashMap<>();
    Shapes.follow(
        input,
        layers,
        (layer, in, out) -> {
          if (layer instanceof LayerSpec.BatchNormalization norm) {
            statistics.put(norm.name() + "/runningMean", features(norm, in));
            statistics.put(norm.name() + "/runningVar", features(norm, in));
          }
        });
    return statistics;
  }

  /** Gamma, beta and the statistics have one number per channel, or per element, flattened. */
  private static Shape features(LayerSpec.BatchNormalization norm, Shape in) {
    return Shape.of(norm.perChannel() ? in.length(0) : in.size());
  }

  /** Returns what prediction needs, by path: parameters and running statistics. */
  public Map<String, Shape> trained() {
    Map<String, Shape> trained = new LinkedHashMap<>();
    parameters().forEach(parameter -> trained.put(parameter.path(), parameter.shape()));
    trained.putAll(statistics());
    return trained;
  }

  /**
   * Returns everything that a step may change, by path: parameters, optimizer state, statistics.
   */
  public Map<String, Shape> state() {
    Map<String, Shape> state = new LinkedHashMap<>();
    for (ParameterSpec parameter : parameters()) {
      state.put(parameter.path(), parameter.shape());
    }
    for (ParameterSpec parameter : parameters()) {
      for (String slot : optimizer.slots()) {
        state.put(parameter.path() + "/" + slot, parameter.shape());
      }
    }
    state.putAll(statistics());
    return Collections.unmodifiableMap(state);
  }

  private static void requireUniqueNames(List<LayerSpec> layers, Set<String> seen) {
    for (LayerSpec layer : layers) {
      if (!seen.add(layer.name())) {
        throw new LayerException(layer.name(), "two layers are called " + layer.name());
      }
      if (layer instanceof LayerSpec.Branches branches) {
        branches.branches().forEach(branch -> requireUniqueNames(branch, seen));
      }
    }
  }
}
