package dev.lockstep.core.network;

import dev.lockstep.core.tensor.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

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
 * @param adjustments of gradients before the optimizer takes them
 */
public record NetworkSpec(
    Shape input,
    List<LayerSpec> layers,
    LossSpec loss,
    double weightDecay,
    OptimizerSpec optimizer,
    Adjustments adjustments) {

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

  /** Without adjustments. */
  public NetworkSpec(
      Shape input,
      List<LayerSpec> layers,
      LossSpec loss,
      double weightDecay,
      OptimizerSpec optimizer) {
    this(input, layers, loss, weightDecay, optimizer, Adjustments.NONE);
  }

  /** Returns the optimizer of the biases of affine and convolution layers. */
  public OptimizerSpec biasOptimizer() {
    return adjustments.biasRate() == 1
        ? optimizer
        : optimizer.withLearningRate(optimizer.learningRate().times(adjustments.biasRate()));
  }

  /** Returns the same network with other adjustments. */
  public NetworkSpec withAdjustments(Adjustments others) {
    return new NetworkSpec(input, layers, loss, weightDecay, optimizer, others);
  }

  /** Returns the same network over inputs of another shape. */
  public NetworkSpec withInput(Shape other) {
    return new NetworkSpec(other, layers, loss, weightDecay, optimizer, adjustments);
  }

  /** Returns the same network with other layers. */
  public NetworkSpec withLayers(List<LayerSpec> others) {
    return new NetworkSpec(input, others, loss, weightDecay, optimizer, adjustments);
  }

  /** Returns the same network with every layer changed, those within branches first. */
  public NetworkSpec withEachLayer(UnaryOperator<LayerSpec> change) {
    return withLayers(changed(layers, change));
  }

  private static List<LayerSpec> changed(List<LayerSpec> layers, UnaryOperator<LayerSpec> change) {
    List<LayerSpec> result = new ArrayList<>();
    for (LayerSpec layer : layers) {
      LayerSpec inside =
          layer instanceof LayerSpec.Branches branches
              ? new LayerSpec.Branches(
                  branches.name(),
                  branches.join(),
                  branches.branches().stream().map(branch -> changed(branch, change)).toList())
              : layer;
      result.add(change.apply(inside));
    }
    return result;
  }

  /** Returns the same network with another loss. */
  public NetworkSpec withLoss(LossSpec other) {
    return new NetworkSpec(input, layers, other, weightDecay, optimizer, adjustments);
  }

  /** Returns the same network with another weight decay. */
  public NetworkSpec withWeightDecay(double other) {
    return new NetworkSpec(input, layers, loss, other, optimizer, adjustments);
  }

  /** Returns the same network with another optimizer. */
  public NetworkSpec withOptimizer(OptimizerSpec other) {
    return new NetworkSpec(input, layers, loss, weightDecay, other, adjustments);
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

  /** Returns whether a layer is known from outside alone: only a side that has it computes it. */
  public boolean isOpen() {
    return allLayers().stream().anyMatch(LayerSpec.Open.class::isInstance);
  }

  /** The name under which {@link #inputs} knows the data. */
  public static final String INPUT = "input";

  /**
   * Returns what each layer reads, in forward order: layers before it, or {@value #INPUT}; last
   * what the loss reads. Branches read the ends of all their branches.
   */
  public Map<String, List<String>> inputs() {
    Map<String, List<String>> inputs = new LinkedHashMap<>();
    String last = connect(INPUT, layers, inputs);
    inputs.put("loss", List.of(last));
    return Collections.unmodifiableMap(inputs);
  }

  /** Returns the last of the layers, or what they read if there is none. */
  private static String connect(
      String source, List<LayerSpec> layers, Map<String, List<String>> inputs) {
    String last = source;
    for (LayerSpec layer : layers) {
      String before = last;
      inputs.put(
          layer.name(),
          layer instanceof LayerSpec.Branches branches
              ? branches.branches().stream().map(branch -> connect(before, branch, inputs)).toList()
              : layer instanceof LayerSpec.Open open && !open.reads().isEmpty()
                  ? open.reads()
                  : List.of(before));
      last = layer.name();
    }
    return last;
  }

  /** Returns the shape of one sample of every layer's output, by layer name, in forward order. */
  public Map<String, Shape> outputShapes() {
    return outputShapes(input, layers);
  }

  private static Map<String, Shape> outputShapes(Shape input, List<LayerSpec> layers) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    follow(input, layers, (layer, in) -> shapes.put(layer.name(), layer.output(in)));
    return shapes;
  }

  /**
   * Tells a visitor of every layer and the shape of its input, of those of branches before the
   * branches themselves.
   *
   * @return the shape after the last layer
   * @throws LayerException if a layer does not fit
   */
  private static Shape follow(
      Shape input, List<LayerSpec> layers, BiConsumer<LayerSpec, Shape> visitor) {
    Shape shape = input;
    for (LayerSpec layer : layers) {
      if (layer instanceof LayerSpec.Branches branches) {
        for (List<LayerSpec> branch : branches.branches()) {
          follow(shape, branch, visitor);
        }
      }
      visitor.accept(layer, shape);
      shape = layer.output(shape);
    }
    return shape;
  }

  /** Returns the shape of one sample of every layer's input, by layer name, in forward order. */
  public Map<String, Shape> inputShapes() {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    follow(input, layers, (layer, in) -> shapes.put(layer.name(), in));
    return shapes;
  }

  /** Returns the shape of one sample of the network's output. */
  public Shape output() {
    return follow(input, layers, (layer, in) -> {});
  }

  /** Returns the number of classes: the elements of one output. */
  public int classes() {
    return output().size();
  }

  /** Returns every trained tensor in forward order. */
  public List<ParameterSpec> parameters() {
    List<ParameterSpec> parameters = new ArrayList<>();
    follow(input, layers, (layer, in) -> parameters.addAll(layer.parameters(in)));
    return parameters;
  }

  /** Returns the running statistics, all zeros before the first step, by path in forward order. */
  public Map<String, Shape> statistics() {
    Map<String, Shape> statistics = new LinkedHashMap<>();
    follow(input, layers, (layer, in) -> statistics.putAll(layer.statistics(in)));
    return statistics;
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
      for (String slot : optimizer.slotNames()) {
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
