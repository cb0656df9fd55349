package dev.lockstep.dl4j.open;

import dev.lockstep.core.InputException;
import dev.lockstep.core.network.Adjustments;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.dl4j.json.ClassAllowList;
import dev.lockstep.dl4j.json.Dl4jConfiguration;
import dev.lockstep.dl4j.json.Epochs;
import dev.lockstep.dl4j.model.Network;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.dl4j.translate.Clippings;
import dev.lockstep.dl4j.translate.Findings;
import dev.lockstep.dl4j.translate.Losses;
import dev.lockstep.dl4j.translate.Updaters;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.TrainingConfig;
import org.deeplearning4j.nn.api.layers.IOutputLayer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.BaseLayer;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.graph.vertex.GraphVertex;
import org.deeplearning4j.nn.graph.vertex.VertexIndices;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.NoOp;
import org.nd4j.linalg.learning.regularization.L2Regularization;
import org.nd4j.linalg.learning.regularization.Regularization;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * Reads a network that DL4J wrote, whatever layers it has, by letting DL4J build it and looking at
 * it from outside: at the names, parameters and updaters of its layers, and at the shape of what
 * they put out for the first samples of the data.
 */
public final class OpenConfiguration {

  private static final String FORMAT = "rnnDataFormat";

  /** The name of what several output layers answer, one after another. */
  static final String ANSWERS = "answers";

  private static final String DROPOUT = "org.deeplearning4j.nn.conf.dropout.Dropout";

  private final String json;
  private final boolean graph;
  private final Tensor samples;
  private final List<String> remarks;
  private boolean wholeNumbers;

  private OpenConfiguration(String json, boolean graph, Tensor samples, List<String> remarks) {
    this.remarks = remarks;
    this.json = json;
    this.graph = graph;
    this.samples = samples;
  }

  /**
   * @param file what {@code toJson()} gives, or a zip that {@code ModelSerializer} wrote
   * @param samples some of the data, samples × …
   * @throws InputException if it cannot be read, or cannot be compared; names the file, and says
   *     what to do
   */
  public static OpenNetwork read(Path file, Tensor samples, Epochs epochs) {
    try {
      return parse(Dl4jConfiguration.json(file), samples, epochs);
    } catch (InputException e) {
      String message = String.valueOf(e.getMessage());
      throw message.startsWith(file.toString()) ? e : new InputException(file + ": " + message, e);
    }
  }

  /**
   * Returns whether a file holds a network that can be read here alone: of parts that DL4J has, and
   * a specification has no words for.
   */
  public static boolean isOpen(Path file) {
    String json = Dl4jConfiguration.json(file);
    try {
      ClassAllowList.ALL_OF_DL4J.check(json);
    } catch (InputException e) {
      return false;
    }
    return !Dl4jConfiguration.isKnown(json);
  }

  /**
   * Reads a configuration. No object is made of any class but DL4J's own settings.
   *
   * @throws InputException as {@link #read}, without the file
   */
  public static OpenNetwork parse(String json, Tensor samples, Epochs epochs) {
    JsonNode tree = ClassAllowList.ALL_OF_DL4J.check(json);
    epochs.toSteps(tree);
    Dl4jConfiguration.requireNetwork(tree);
    requireWholeSequences(tree, samples);
    planDropout(tree, "");
    List<String> remarks = new ArrayList<>();
    settleFormat(tree, remarks);
    return new OpenConfiguration(tree.toString(), tree.has("vertices"), samples, remarks).network();
  }

  /** A file that leaves the order of features and steps open cannot be trained by DL4J M2.1. */
  private static void settleFormat(JsonNode tree, List<String> remarks) {
    if (tree.findValuesAsText(FORMAT).contains("NWC")) {
      throw new InputException(
          "it takes sequences as steps × features (RNNFormat.NWC), here they are features × steps:"
              + " write the file with RNNFormat.NCW");
    }
    List<String> settled = new ArrayList<>();
    for (JsonNode parent : tree.findParents(FORMAT)) {
      if (parent instanceof ObjectNode object && object.path(FORMAT).isNull()) {
        object.put(FORMAT, "NCW");
        settled.add(object.path("layerName").asText("a preprocessor"));
      }
    }
    if (!settled.isEmpty()) {
      remarks.add(
          "the file does not say the order of features and steps of %s, with which DL4J M2.1 fails; it is NCW here, features first"
              .formatted(String.join(", ", settled)));
    }
  }

  private static void requireWholeSequences(JsonNode tree, Tensor samples) {
    int steps = samples.shape().rank() == 3 ? samples.shape().length(2) : 1;
    int kept = tree.path("tbpttFwdLength").asInt(steps);
    if (tree.path("backpropType").asText().equals("TruncatedBPTT") && steps > kept) {
      throw new InputException(
          "it truncates backpropagation after %d steps, and the sequences have %d: give shorter"
                  .formatted(kept, steps)
              + " ones (data.steps=%d), or write the file with BackpropType.Standard"
                  .formatted(kept));
    }
  }

  /** Dropout takes its masks from the plan, so that both sides have the same. */
  private static void planDropout(JsonNode node, String within) {
    String layer = node.path("layerName").asText(within);
    JsonNode dropout = node.path("idropout");
    if (node instanceof ObjectNode object && dropout.isObject()) {
      if (!dropout.path("@class").asText().equals(DROPOUT) || dropout.hasNonNull("pSchedule")) {
        throw new InputException(
            "%s has %s: only Dropout with one probability can be given the same masks on both sides"
                .formatted(layer, simple(dropout.path("@class").asText())));
      }
      object
          .putObject("idropout")
          .put("@class", PlannedDropout.class.getName())
          .put("layer", layer)
          .put("retained", dropout.path("p").asDouble());
    }
    if (node.hasNonNull("weightNoise")) {
      throw new InputException(
          "%s has weight noise, which DL4J draws for itself: two sides cannot have the same"
              .formatted(layer));
    }
    for (JsonNode child : node) {
      planDropout(child, layer);
    }
  }

  private static String simple(String type) {
    return type.substring(type.lastIndexOf('.') + 1);
  }

  private OpenNetwork network() {
    try (Network network = OpenNetwork.build(json, graph, Precision.DOUBLE.type(), 0)) {
      return seen(network);
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new InputException("DL4J cannot build this network: " + Reasons.firstLine(e), e);
    }
  }

  private OpenNetwork seen(Network network) {
    List<String> ends = new ArrayList<>();
    network
        .layers()
        .forEach(
            (name, layer) -> {
              if (layer instanceof IOutputLayer) {
                ends.add(name);
              }
            });
    List<String> outputs = network.outputNames();
    if (ends.isEmpty() || (!outputs.isEmpty() && !Set.copyOf(ends).equals(Set.copyOf(outputs)))) {
      throw new InputException(
          "expected a network each of whose outputs is an output layer, with a loss, found %s"
              .formatted(ends.isEmpty() ? "none" : String.join(", ", ends)));
    }
    for (String end : ends) {
      Layer output = Objects.requireNonNull(network.layers().get(end));
      if (OutputLoss.of(output) == null) {
        throw new InputException(
            "the loss of %s, %s, is part of the layer, and cannot be watched"
                .formatted(end, kind(output)));
      }
    }
    boolean isMean = requireOrdinaryTraining(network);
    Probe probe = probe(network);
    Training training = new Training();
    List<LayerSpec> layers = new ArrayList<>();
    Sequences sequences = Sequences.of(samples);
    network
        .layers()
        .forEach(
            (name, layer) -> {
              INDArray out = Objects.requireNonNull(probe.outputs().get(name), name);
              requireSamples(name, layer, out, sequences);
              boolean endsWithout = ends.contains(name) && layer.paramTable().isEmpty();
              if (!endsWithout) {
                layers.add(open(network, name, layer, sequences.sample(out.shape()), training));
              }
            });
    List<Shape> answers =
        (outputs.isEmpty() ? ends : outputs)
            .stream()
                .map(end -> Objects.requireNonNull(probe.outputs().get(end)))
                .map(out -> sequences.sample(out.shape()))
                .toList();
    if (ends.size() > 1) {
      layers.add(joined(outputs, answers));
    }
    NetworkSpec spec =
        new NetworkSpec(
            probe.input(),
            layers,
            lossSpec(network, ends),
            training.weightDecay(),
            training.optimizer(),
            training.adjustments());
    if (ends.size() == 1 && !spec.output().equals(answers.get(0))) {
      throw new InputException(
          "%s makes %s of %s: such an output layer is not known here"
              .formatted(ends.get(0), answers.get(0), spec.output()));
    }
    List<Integer> widths =
        ends.size() == 1 ? List.of() : answers.stream().map(Shape::size).toList();
    return new OpenNetwork(
        spec, json, graph, probe.inputs(), widths, wholeNumbers, isMean, remarks);
  }

  private static void requireSamples(String name, Layer layer, INDArray out, Sequences sequences) {
    long rows = out.size(0);
    if (rows != sequences.samples() && rows != (long) sequences.samples() * sequences.steps()) {
      throw new InputException(
          "%s (%s) puts out %d rows for %d samples: what stacks, splits or mixes samples cannot be watched"
              .formatted(name, kind(layer), rows, sequences.samples()));
    }
  }

  /** Returns what several output layers answer, one after another, as a layer at the end. */
  private static LayerSpec joined(List<String> outputs, List<Shape> answers) {
    if (answers.stream().anyMatch(answer -> answer.rank() != 1)) {
      throw new InputException(
          "expected one output layer, or several that answer with numbers for a sample, found %s of %s"
              .formatted(String.join(", ", outputs), answers));
    }
    int all = answers.stream().mapToInt(Shape::size).sum();
    return new LayerSpec.Open(ANSWERS, "answers", outputs, Shape.of(all), List.of(), Map.of());
  }

  private static boolean requireOrdinaryTraining(Network network) {
    boolean isMean = true;
    for (Layer layer : network.layers().values()) {
      NeuralNetConfiguration conf = layer.conf();
      if (!conf.isMinimize()) {
        throw new InputException(
            "%s maximizes its score (minimize is false): here the loss is made small"
                .formatted(conf.getLayer().getLayerName()));
      }
      if (conf.getOptimizationAlgo()
          != org.deeplearning4j.nn.api.OptimizationAlgorithm.STOCHASTIC_GRADIENT_DESCENT) {
        throw new InputException(
            "%s is optimized by %s: only stochastic gradient descent takes one step at a time"
                .formatted(conf.getLayer().getLayerName(), conf.getOptimizationAlgo()));
      }
      isMean &= conf.isMiniBatch();
    }
    return isMean;
  }

  /**
   * What the first samples came to.
   *
   * @param input the shape of one sample as the network is given it
   * @param inputs the same, by input
   * @param outputs what each layer put out
   */
  private record Probe(Shape input, List<Shape> inputs, Map<String, INDArray> outputs) {}

  /** Images are given as images, or as flat rows where DL4J does not take them so. */
  private Probe probe(Network network) {
    Shape sample = samples.shape().sample();
    List<List<Shape>> ways = new ArrayList<>(List.of(inputs(network, sample)));
    if (sample.rank() == 3) {
      ways.add(List.of(Shape.of(sample.size())));
    }
    wholeNumbers = network.layers().values().stream().anyMatch(OpenConfiguration::takesIndices);
    RuntimeException first = null;
    for (List<Shape> way : ways) {
      try {
        Network.Sequences inputs =
            OpenModel.inputs(samples, way, Precision.DOUBLE.type(), wholeNumbers);
        Map<String, INDArray> outputs = network.feedForward(inputs.arrays());
        return new Probe(way.size() == 1 ? way.get(0) : sample, way, outputs);
      } catch (RuntimeException e) {
        first = first == null ? e : first;
      }
    }
    RuntimeException why = Objects.requireNonNull(first);
    boolean told = !(why instanceof IndexOutOfBoundsException); // two numbers help nobody
    throw new InputException(
        "DL4J cannot run this network on samples of %s%s; is the data of the shape that the network was made for?"
            .formatted(sample, told ? ": " + Reasons.firstLine(why) : ""),
        why);
  }

  private static boolean takesIndices(Layer layer) {
    return layer.conf().getLayer().getClass().getSimpleName().startsWith("Embedding");
  }

  /** Of several inputs, each has as many features as the layer that reads it takes. */
  private static List<Shape> inputs(Network network, Shape sample) {
    if (!(network.model() instanceof ComputationGraph graph) || graph.getNumInputArrays() == 1) {
      return List.of(sample);
    }
    List<String> names = graph.getConfiguration().getNetworkInputs();
    Map<String, Integer> features = new LinkedHashMap<>();
    graph
        .getConfiguration()
        .getVertexInputs()
        .forEach(
            (vertex, reads) -> {
              Layer layer = network.layers().get(vertex);
              if (reads.size() == 1
                  && names.contains(reads.get(0))
                  && layer != null
                  && layer.conf().getLayer() instanceof FeedForwardLayer reader) {
                features.put(reads.get(0), (int) reader.getNIn());
              }
            });
    int left = sample.length(0) - features.values().stream().mapToInt(i -> i).sum();
    int unknown = names.size() - features.size();
    List<Shape> inputs = new ArrayList<>();
    for (String name : names) {
      int own = features.getOrDefault(name, unknown == 0 ? 0 : left / unknown);
      if (own < 1 || (unknown == 0 && left != 0) || (unknown > 0 && left % unknown != 0)) {
        throw new InputException(
            "it has the inputs %s, which take %s features one after another; a sample of this data has %d"
                .formatted(names, features, sample.length(0)));
      }
      int[] lengths = sample.toArray();
      lengths[0] = own;
      inputs.add(Shape.of(lengths));
    }
    return inputs;
  }

  private static String kind(Layer layer) {
    return layer.conf().getLayer().getClass().getSimpleName();
  }

  private LayerSpec open(Network network, String name, Layer layer, Shape out, Training training) {
    List<LayerSpec.Open.Weights> weights = new ArrayList<>();
    Map<String, Shape> kept = new LinkedHashMap<>();
    TrainingConfig config = layer.getConfig();
    layer
        .paramTable()
        .forEach(
            (key, array) -> {
              Shape shape = shape(array);
              if (config.getUpdaterByParam(key) instanceof NoOp || config.isPretrainParam(key)) {
                kept.put(key, shape); // pretraining alone moves the latter
              } else {
                training.add(name, config.getUpdaterByParam(key));
                weights.add(new LayerSpec.Open.Weights(key, shape, training.decays(layer, key)));
              }
            });
    if (!weights.isEmpty() && layer.conf().getLayer() instanceof BaseLayer base) {
      training.clipped(base);
    }
    return new LayerSpec.Open(name, kind(layer), reads(network, name), out, weights, kept);
  }

  /** DL4J keeps biases as one row. */
  private static Shape shape(INDArray array) {
    int[] lengths = Arrays.stream(array.shape()).mapToInt(Math::toIntExact).toArray();
    return lengths.length == 2 && lengths[0] == 1 && lengths[1] > 1
        ? Shape.of(lengths[1])
        : Shape.of(lengths);
  }

  /** Returns which layers a layer reads, through vertices that are none; empty in a sequence. */
  private static List<String> reads(Network network, String name) {
    if (!(network.model() instanceof ComputationGraph graph)) {
      return List.of();
    }
    Set<String> found = new LinkedHashSet<>();
    collect(graph, network, name, found, new HashSet<>());
    return List.copyOf(found);
  }

  private static void collect(
      ComputationGraph graph, Network network, String vertex, Set<String> found, Set<String> seen) {
    GraphVertex[] vertices = graph.getVertices();
    VertexIndices[] inputs = graph.getVertex(vertex).getInputVertices();
    for (VertexIndices input : inputs == null ? new VertexIndices[0] : inputs) {
      GraphVertex before = vertices[input.getVertexIndex()];
      String name = before.getVertexName();
      if (before.isInputVertex()) {
        found.add(NetworkSpec.INPUT);
      } else if (network.layers().containsKey(name)) {
        found.add(name);
      } else if (seen.add(name)) {
        collect(graph, network, name, found, seen);
      }
    }
  }

  /** The loss of several output layers is the sum of theirs. */
  private static LossSpec lossSpec(Network network, List<String> ends) {
    if (ends.size() > 1) {
      return new LossSpec(LossSpec.Type.OPEN, 0);
    }
    Layer output = Objects.requireNonNull(network.layers().get(ends.get(0)));
    OutputLoss loss = Objects.requireNonNull(OutputLoss.of(output));
    Findings findings = new Findings();
    LossSpec known = Losses.read("the output", loss.function(), findings);
    boolean fits =
        output.conf().getLayer() instanceof BaseLayer base
            && (known.type().output() == LossSpec.Output.IDENTITY
                || base.getActivationFn().equals(Losses.activation(known)));
    try {
      findings.requireNothingUnknown();
    } catch (InputException e) {
      fits = false;
    }
    return fits ? known.withStabilizer(0) : new LossSpec(LossSpec.Type.OPEN, 0);
  }

  /** What a specification says once, and DL4J by layer. */
  private static final class Training {
    private @Nullable IUpdater updater;
    private final Set<Double> decays = new LinkedHashSet<>();
    private final Set<Adjustments.Clipping> clippings = new LinkedHashSet<>();

    void add(String layer, IUpdater other) {
      IUpdater first = updater;
      if (first != null && !first.getClass().equals(other.getClass())) {
        throw new InputException(
            "%s is updated by %s, other layers by %s: expected one optimizer for all"
                .formatted(
                    layer, other.getClass().getSimpleName(), first.getClass().getSimpleName()));
      }
      updater = first == null ? other : first;
    }

    boolean decays(Layer layer, String key) {
      List<Regularization> terms = layer.getConfig().getRegularizationByParam(key);
      double coefficient = 0;
      for (Regularization term : terms == null ? List.<Regularization>of() : terms) {
        if (term instanceof L2Regularization l2) {
          coefficient += l2.getL2().valueAt(0, 0);
        }
      }
      if (coefficient > 0) {
        decays.add(coefficient);
      }
      return coefficient > 0;
    }

    void clipped(BaseLayer layer) {
      clippings.add(
          Clippings.read(
              layer.getGradientNormalization(), layer.getGradientNormalizationThreshold()));
    }

    double weightDecay() {
      return decays.size() == 1 ? decays.iterator().next() : 0;
    }

    OptimizerSpec optimizer() {
      if (updater == null) {
        throw new InputException("expected a network that trains something, found no parameters");
      }
      Findings findings = new Findings();
      OptimizerSpec optimizer = Updaters.read(updater, findings);
      findings.requireNothingUnknown();
      return optimizer;
    }

    Adjustments adjustments() {
      return clippings.size() == 1
          ? new Adjustments(0, clippings.iterator().next(), 1)
          : Adjustments.NONE;
    }
  }
}
