package dev.lockstep.experiments.search.arbiter;

import dev.lockstep.core.InputException;
import dev.lockstep.core.LockstepException;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.dl4j.json.Dl4jConfiguration;
import dev.lockstep.dl4j.json.TrainedOn;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.search.arbiter.Leaves.Leaf;
import dev.lockstep.experiments.search.space.Range;
import dev.lockstep.experiments.search.space.SearchSpace;
import dev.lockstep.experiments.search.space.Spaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.arbiter.BaseNetworkSpace;
import org.deeplearning4j.arbiter.ComputationGraphSpace;
import org.deeplearning4j.arbiter.DL4JConfiguration;
import org.deeplearning4j.arbiter.GraphConfiguration;
import org.deeplearning4j.arbiter.MultiLayerSpace;
import org.deeplearning4j.arbiter.dropout.DropoutSpace;
import org.deeplearning4j.arbiter.layers.fixed.FixedLayerSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.discrete.DiscreteParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.math.MathOp;
import org.deeplearning4j.arbiter.optimize.parameter.math.Op;
import org.deeplearning4j.arbiter.optimize.parameter.math.PairMathOp;
import org.deeplearning4j.arbiter.optimize.serde.jackson.JsonMapper;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.jspecify.annotations.Nullable;
import org.nd4j.shade.jackson.annotation.JsonCreator;
import org.nd4j.shade.jackson.annotation.JsonProperty;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.ObjectMapper;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * A {@code MultiLayerSpace}, a {@code ComputationGraphSpace} or a whole {@code
 * OptimizationConfiguration} as Arbiter's {@code toJson()} writes it. What varies in it are the
 * ranges of a search like any other; Arbiter makes each candidate's network from the file with the
 * candidate's values in the place of the ranges.
 */
public final class ArbiterSpace implements SearchSpace {

  private static final String CLASS = "@class";
  private static final String EARLY_STOPPING = "earlyStoppingConfiguration";

  /** Arbiter's mapper, which can write the spaces that compute with others, and read them here. */
  private static final ObjectMapper MAPPER =
      JsonMapper.getMapper()
          .copy()
          .addMixIn(MathOp.class, ReadableMathOp.class)
          .addMixIn(PairMathOp.class, ReadablePairMathOp.class);

  /** Why candidates cannot be compared: how many of them are told. */
  private static final int REASONS = 2;

  private final Path file;
  private final String shows;
  private final String named;
  private final ExperimentFile settings;
  private final Experiment trainedAs;
  private final @Nullable LossSpec loss;
  private final Precision precision;
  private final Optimization optimization;
  private final ObjectNode tree;
  private final boolean stopsEarly;
  private final Map<String, Leaf> leaves;

  private ArbiterSpace(
      Path file,
      String shows,
      String named,
      ExperimentFile settings,
      @Nullable LossSpec loss,
      Precision precision,
      Optimization optimization) {
    this.file = file;
    this.shows = shows;
    this.named = named;
    this.settings = settings;
    this.trainedAs = settings.experiments(Map.of()).get(0);
    this.loss = loss;
    this.precision = precision;
    this.optimization = optimization;
    this.tree = (ObjectNode) optimization.space();
    this.stopsEarly = tree.hasNonNull(EARLY_STOPPING);
    tree.remove(EARLY_STOPPING);
    requireReadable(tree);
    this.leaves = Leaves.of(tree);
    if (ranges().isEmpty()) {
      throw new InputException("Arbiter space: expected something that varies, found fixed values");
    }
  }

  /**
   * Reads a file. No object is made of any class that is not known here.
   *
   * @param shows one sentence: how the networks are trained
   * @param named the experiment as it is named on a command line
   * @param settings a file of one experiment, whose batches, length and sizes all candidates are
   *     trained with
   * @param loss of networks that end without one; null: they have their own
   * @param precision that Deeplearning4j computes in; Arbiter itself knows float alone
   * @throws InputException if the file cannot be read, holds something else, or names classes that
   *     are not known; names the file
   */
  public static ArbiterSpace read(
      Path file,
      String shows,
      String named,
      ExperimentFile settings,
      @Nullable LossSpec loss,
      Precision precision) {
    String json;
    try {
      json = Files.readString(file);
    } catch (IOException e) {
      throw new InputException(
          file + ": expected what Arbiter's toJson() wrote, found that " + Reasons.of(e), e);
    }
    try {
      JsonNode all = ArbiterClasses.ALLOWED.parse(json);
      return new ArbiterSpace(file, shows, named, settings, loss, precision, Optimization.of(all));
    } catch (InputException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    }
  }

  private static void requireReadable(ObjectNode tree) {
    String type = tree.path(CLASS).asText();
    if (type.equals(ComputationGraphSpace.class.getSimpleName())) {
      // what Arbiter writes of a graph that stands by itself
      type = ComputationGraphSpace.class.getName();
      tree.put(CLASS, type);
    }
    if (!isGraph(tree) && !type.equals(MultiLayerSpace.class.getName())) {
      throw new InputException(
          "Arbiter space: expected what MultiLayerSpace, ComputationGraphSpace or"
              + " OptimizationConfiguration.toJson() writes, found "
              + (type.isEmpty() ? "an object without a class" : type));
    }
    for (JsonNode layer : tree.path(Leaves.LAYERS)) {
      if (layer.at("/layerSpace/@class").asText().equals(FixedLayerSpace.class.getName())) {
        throw new InputException(
            "Arbiter space: %s is a FixedLayerSpace, of which Arbiter does not write what kind of layer it holds; use that kind's own space, such as a DenseLayerSpace of fixed values"
                .formatted(layer.path("layerName").asText()));
      }
    }
    ArbiterClasses.ALLOWED.check(tree);
    SerializedValues.check(tree, ArbiterClasses.ALLOWED);
  }

  private static boolean isGraph(JsonNode tree) {
    return tree.path(CLASS).asText().equals(ComputationGraphSpace.class.getName());
  }

  @Override
  public String id() {
    return String.valueOf(file.getFileName())
        .replaceFirst("[.]json$", "")
        .replaceAll("[^A-Za-z0-9._-]|^[.]", "-");
  }

  @Override
  public String shows() {
    return shows;
  }

  @Override
  public String experiment() {
    return named;
  }

  @Override
  public double validation() {
    return Spaces.VALIDATION;
  }

  @Override
  public Wishes wishes() {
    return optimization.wishes();
  }

  @Override
  public Map<String, Range> ranges() {
    Map<String, Range> ranges = new LinkedHashMap<>();
    leaves.forEach(
        (key, leaf) -> {
          if (leaf.decides()) {
            ranges.put(key, leaf.range());
          }
        });
    return ranges;
  }

  @Override
  public String definition() {
    return "%s %s".formatted(settings.yaml().flow(), tree);
  }

  @Override
  public List<String> notices() {
    List<String> notices = new ArrayList<>(List.of(shows));
    if (precision != Precision.FLOAT) {
      notices.add(
          "Arbiter makes networks that compute in float; here they compute in %s, unless you say --precision float"
              .formatted(precision.id()));
    }
    notices.addAll(optimization.notices());
    if (stopsEarly) {
      notices.add(
          "early stopping of the file is not used: the experiment says how long is trained, and --early-stopping gives hopeless candidates up");
    }
    AdamDefaults.notices(tree).forEach(notice -> notices.add(file + ": " + notice));
    return notices;
  }

  /** Returns the experiment that the networks are trained as, with its own network. */
  @Override
  public Experiment requireFit() {
    try {
      firstOrLast(this::configuration);
    } catch (InputException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    }
    return trainedAs;
  }

  @Override
  public void requireFit(Split train) {
    Set<String> reasons = new LinkedHashSet<>();
    int most =
        ranges().values().stream().mapToInt(range -> range.examples().size()).max().orElse(1);
    for (int i = 0; i < most; i++) {
      Map<String, String> values = new LinkedHashMap<>();
      int turn = i;
      ranges()
          .forEach(
              (key, range) ->
                  values.put(key, range.examples().get(turn % range.examples().size())));
      try {
        candidate(values, train);
        return;
      } catch (LockstepException e) {
        reasons.add(String.valueOf(e.getMessage()));
      }
    }
    throw new InputException(
        "%s: no candidate that was tried can be compared: %s".formatted(file, first(reasons)));
  }

  /** Returns the first reasons: of many values of one range they differ by a number. */
  private static String first(Set<String> reasons) {
    int left = reasons.size() - REASONS;
    return String.join("; ", reasons.stream().limit(REASONS).toList())
        + (left > 0 ? "; and %d more of the kind".formatted(left) : "");
  }

  @Override
  public boolean hasConfigurations() {
    return true;
  }

  @Override
  public Candidate candidate(Map<String, String> values, Split train) {
    Dl4jConfiguration own =
        Dl4jConfiguration.parse(configuration(values), TrainedOn.of(trainedAs, train, loss));
    return new Candidate(trainedAs.withNetwork(id(), shows, own.network()), own.conventions());
  }

  /**
   * Returns the JSON of the configuration that Arbiter makes.
   *
   * @throws InputException if it makes none of these values
   */
  @Override
  public String configuration(Map<String, String> values) {
    ObjectNode filled = tree.deepCopy();
    leaves.forEach(
        (key, leaf) -> {
          JsonNode value =
              leaf.json(
                  leaf.decides()
                      ? Objects.requireNonNull(values.get(key), key)
                      : leaf.range().first());
          leaf.places().forEach(place -> fill((ObjectNode) filled.at(place), value));
        });
    // Arbiter writes this class but cannot read it; it has another that does the same
    for (JsonNode dropout : filled.findParents("dropout")) {
      if (dropout.path(CLASS).asText().equals(DropoutSpace.class.getName())) {
        ((ObjectNode) dropout)
            .put(CLASS, org.deeplearning4j.arbiter.conf.dropout.DropoutSpace.class.getName());
      }
    }
    try {
      BaseNetworkSpace<?> space = MAPPER.readValue(filled.toString(), BaseNetworkSpace.class);
      for (ParameterSpace<?> leaf : space.collectLeaves()) {
        if (leaf.numParameters() > 0) {
          leaf.setIndices(0); // of one value, whatever stands at the index
        }
      }
      return json(space.getValue(new double[1]));
    } catch (JsonProcessingException | RuntimeException e) {
      throw new InputException("Arbiter space: Arbiter makes no network of it: " + why(e), e);
    }
  }

  private String json(Object candidate) {
    if (candidate instanceof GraphConfiguration graph) {
      ComputationGraphConfiguration configuration = graph.getConfiguration();
      configuration.setDataType(precision.type());
      configuration.getDefaultConfiguration().setDataType(precision.type());
      configuration.getVertices().values().stream()
          .filter(LayerVertex.class::isInstance)
          .forEach(layer -> ((LayerVertex) layer).getLayerConf().setDataType(precision.type()));
      return configuration.toJson();
    }
    MultiLayerConfiguration configuration =
        ((DL4JConfiguration) candidate).getMultiLayerConfiguration();
    configuration.setDataType(precision.type());
    configuration.getConfs().forEach(layer -> layer.setDataType(precision.type()));
    return configuration.toJson();
  }

  /** How {@link MathOp} is made of what Arbiter writes of it. */
  @SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // Jackson reads it
  private abstract static class ReadableMathOp<T extends Number> {
    @JsonCreator
    ReadableMathOp(
        @JsonProperty("parameterSpace") ParameterSpace<T> space,
        @JsonProperty("op") Op op,
        @JsonProperty("scalar") T scalar) {}
  }

  /** How {@link PairMathOp} is made of what Arbiter writes of it. */
  @SuppressWarnings({"UnusedMethod", "UnusedVariable"}) // Jackson reads it
  private abstract static class ReadablePairMathOp<T extends Number> {
    @JsonCreator
    ReadablePairMathOp(
        @JsonProperty("first") ParameterSpace<T> first,
        @JsonProperty("second") ParameterSpace<T> second,
        @JsonProperty("op") Op op) {}
  }

  /** Returns why Arbiter failed, without the whole file that its mapper's messages repeat. */
  private static String why(Throwable failure) {
    Throwable root = failure;
    for (Throwable cause = root; cause != null; cause = cause.getCause()) {
      root = cause;
    }
    return root instanceof JsonProcessingException json
        ? json.getOriginalMessage()
        : root.toString();
  }

  /** Puts one value where a range was. */
  private static void fill(ObjectNode leaf, JsonNode value) {
    leaf.removeAll();
    leaf.put(CLASS, DiscreteParameterSpace.class.getName()).putArray("values").add(value);
  }
}
