package dev.lockstep.experiments.search.arbiter;

import dev.lockstep.core.InputException;
import dev.lockstep.core.LockstepException;
import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.dl4j.json.Dl4jConfiguration;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.arbiter.MultiLayerSpace;
import org.deeplearning4j.arbiter.dropout.DropoutSpace;
import org.deeplearning4j.arbiter.optimize.api.ParameterSpace;
import org.deeplearning4j.arbiter.optimize.parameter.discrete.DiscreteParameterSpace;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.nd4j.shade.jackson.core.JsonProcessingException;
import org.nd4j.shade.jackson.databind.JsonNode;
import org.nd4j.shade.jackson.databind.node.ObjectNode;

/**
 * A {@code MultiLayerSpace} as Arbiter's {@code toJson()} writes it. What varies in it are the
 * ranges of a search like any other; Arbiter makes each candidate's network from the file with the
 * candidate's values in the place of the ranges.
 */
public final class ArbiterSpace implements SearchSpace {

  private static final String CLASS = "@class";

  private final Path file;
  private final String shows;
  private final String named;
  private final ExperimentFile settings;
  private final Experiment trainedAs;
  private final Precision precision;
  private final ObjectNode tree;
  private final Map<String, Leaf> leaves;

  private ArbiterSpace(
      Path file,
      String shows,
      String named,
      ExperimentFile settings,
      Precision precision,
      ObjectNode tree) {
    this.file = file;
    this.shows = shows;
    this.named = named;
    this.settings = settings;
    this.trainedAs = settings.experiments(Map.of()).get(0);
    this.precision = precision;
    this.tree = tree;
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
   * @param precision that Deeplearning4j computes in; Arbiter itself knows float alone
   * @throws InputException if the file cannot be read, holds something else, or names classes that
   *     are not known; names the file
   */
  public static ArbiterSpace read(
      Path file, String shows, String named, ExperimentFile settings, Precision precision) {
    String json;
    try {
      json = Files.readString(file);
    } catch (IOException e) {
      throw new InputException(
          file + ": expected what Arbiter's toJson() wrote, found that " + Reasons.of(e), e);
    }
    try {
      return new ArbiterSpace(file, shows, named, settings, precision, checked(json));
    } catch (InputException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    }
  }

  private static ObjectNode checked(String json) {
    JsonNode tree = ArbiterClasses.ALLOWED.check(json);
    String type = tree.path(CLASS).asText();
    if (!type.equals(MultiLayerSpace.class.getName())) {
      throw new InputException(
          "Arbiter space: expected what MultiLayerSpace.toJson() writes, found "
              + (type.isEmpty() ? "an object without a class" : type));
    }
    if (tree.hasNonNull("earlyStoppingConfiguration")) {
      throw new InputException(
          "Arbiter space: expected no early stopping in the file: the experiment says how long is"
              + " trained, and --early-stopping gives hopeless candidates up");
    }
    SerializedValues.check(tree, ArbiterClasses.ALLOWED);
    return (ObjectNode) tree;
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
  public int trials() {
    return Spaces.TRIALS;
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
  public void requireFit(Shape sample) {
    List<LockstepException> failures = new ArrayList<>();
    int most =
        ranges().values().stream()
            .mapToInt(range -> range instanceof Range.Choice choice ? choice.values().size() : 1)
            .max()
            .orElse(1);
    for (int i = 0; i < most; i++) {
      Map<String, String> values = new LinkedHashMap<>();
      int turn = i;
      ranges()
          .forEach(
              (key, range) ->
                  values.put(
                      key,
                      range instanceof Range.Choice choice
                          ? choice.values().get(turn % choice.values().size())
                          : turn % 2 == 0 ? range.first() : range.last()));
      try {
        candidate(values, sample);
        return;
      } catch (LockstepException e) {
        failures.add(e);
      }
    }
    throw new InputException(
        "%s: no candidate that was tried can be compared: %s"
            .formatted(file, failures.get(0).getMessage()),
        failures.get(0));
  }

  @Override
  public boolean hasConfigurations() {
    return true;
  }

  @Override
  public Candidate candidate(Map<String, String> values, Shape sample) {
    Dl4jConfiguration own = Dl4jConfiguration.parse(configuration(values), sample);
    return new Candidate(trainedAs.withNetwork(id(), shows, own.network()), own.conventions());
  }

  /**
   * Returns the JSON of the {@code MultiLayerConfiguration} that Arbiter makes.
   *
   * @throws InputException if it makes none of these values
   */
  @Override
  public String configuration(Map<String, String> values) {
    ObjectNode filled = tree.deepCopy();
    leaves.forEach(
        (key, leaf) ->
            fill(
                (ObjectNode) filled.at(leaf.place()),
                leaf.json(
                    leaf.decides()
                        ? Objects.requireNonNull(values.get(key), key)
                        : leaf.range().first())));
    // Arbiter writes this class but cannot read it; it has another that does the same
    for (JsonNode dropout : filled.findParents("dropout")) {
      if (dropout.path(CLASS).asText().equals(DropoutSpace.class.getName())) {
        ((ObjectNode) dropout)
            .put(CLASS, org.deeplearning4j.arbiter.conf.dropout.DropoutSpace.class.getName());
      }
    }
    MultiLayerConfiguration configuration;
    try {
      MultiLayerSpace space = MultiLayerSpace.fromJson(filled.toString());
      for (ParameterSpace<?> leaf : space.collectLeaves()) {
        if (leaf.numParameters() > 0) {
          leaf.setIndices(0); // of one value, whatever stands at the index
        }
      }
      configuration = space.getValue(new double[1]).getMultiLayerConfiguration();
    } catch (RuntimeException e) {
      throw new InputException("Arbiter space: Arbiter makes no network of it: " + why(e), e);
    }
    configuration.setDataType(precision.type());
    configuration.getConfs().forEach(layer -> layer.setDataType(precision.type()));
    return configuration.toJson();
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
