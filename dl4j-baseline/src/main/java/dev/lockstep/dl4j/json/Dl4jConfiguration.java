package dev.lockstep.dl4j.json;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerException;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.dl4j.book.ClippedBinaryCrossEntropy;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.ledger.Conventions;
import dev.lockstep.dl4j.model.Dl4jModel;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.dl4j.model.Network;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.dl4j.translate.Findings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.lossfunctions.impl.LossBinaryXENT;
import org.nd4j.shade.jackson.databind.JsonNode;

/**
 * A user's own Deeplearning4j network: a specification, which the other side is built from, and the
 * conventions that the network leaves to DL4J's way, with which {@link #provider} builds the same
 * network here. Layers keep DL4J's names.
 *
 * @param network with the book's formulas for what DL4J's settings ask for
 * @param conventions where the network's own formulas differ from those
 * @param json DL4J's own description
 * @param saved what a zip holds of training so far; null: no weights
 */
public record Dl4jConfiguration(
    NetworkSpec network,
    Set<Convention> conventions,
    Precision precision,
    long seed,
    String json,
    @Nullable ModelState saved) {

  /** How a zip begins. */
  private static final byte[] ZIP = {'P', 'K', 3, 4};

  private static final String CONFIGURATION = "configuration.json";

  /** Of a configuration within a zip, in bytes: the largest of the model zoo has 200,000. */
  private static final int LARGEST = 1 << 24;

  /**
   * Returns the network that a user of DL4J has of an experiment's: of DL4J's own parts alone.
   *
   * @throws UsageException if DL4J does not have all of them, naming what it lacks
   */
  public static Dl4jConfiguration of(NetworkSpec network, Precision precision) {
    Set<Convention> conventions = Conventions.ofPartsAlone();
    List<String> lacking = new ArrayList<>();
    for (LayerSpec layer : network.allLayers()) {
      if (layer instanceof LayerSpec.Dropout dropout && !dropout.inverted()) {
        lacking.add(layer.name() + " (DL4J's dropout is inverted)");
      } else if (layer instanceof LayerSpec.Activation activation
          && activation.function() instanceof ActivationFunction.Step) {
        lacking.add(layer.name() + " (DL4J has no step function)");
      }
    }
    if (!lacking.isEmpty()) {
      throw new UsageException(
          "expected a network whose parts Deeplearning4j has, found " + String.join(", ", lacking));
    }
    try (Dl4jModel model = new Dl4jProvider(precision, conventions, 0).create(network)) {
      String json = model.json();
      String ofDl4j =
          json.replace(ClippedBinaryCrossEntropy.class.getName(), LossBinaryXENT.class.getName());
      ClassAllowList.ALL_OF_DL4J.check(ofDl4j);
      return new Dl4jConfiguration(network, conventions, precision, 0, ofDl4j, null);
    }
  }

  /** Returns a provider of the user's network. */
  public Dl4jProvider provider() {
    return new Dl4jProvider(precision, conventions, seed);
  }

  /**
   * Reads a file that holds what {@code MultiLayerConfiguration.toJson()} or {@code
   * ComputationGraphConfiguration.toJson()} gives, or a zip that {@code ModelSerializer} wrote,
   * with weights and, if they are in it, the updater's state.
   *
   * @throws InputException if the file cannot be read, or as {@link #parse} does; names the file
   */
  public static Dl4jConfiguration read(Path file, TrainedOn on) {
    String json = json(file);
    try {
      Dl4jConfiguration own = parse(json, on);
      return isZip(file) ? own.withStateIn(file) : own;
    } catch (IOException e) {
      throw new InputException(
          file
              + ": expected weights that DL4J's ModelSerializer wrote, found that "
              + Reasons.of(e),
          e);
    } catch (InputException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    }
  }

  /**
   * Returns the JSON of a network's configuration.
   *
   * @param file as for {@link #read}
   * @throws InputException if there is none that can be read; names the file
   */
  public static String json(Path file) {
    try {
      return text(file);
    } catch (InputException e) {
      throw new InputException(file + ": " + e.getMessage(), e);
    } catch (CharacterCodingException | ZipException e) {
      throw new InputException(
          file
              + ": expected the JSON of a DL4J network, or a zip that DL4J's ModelSerializer wrote,"
              + " found that "
              + (e instanceof ZipException ? "the zip is damaged" : Reasons.of(e)),
          e);
    } catch (IOException e) {
      throw new InputException(
          file + ": expected what DL4J's toJson() wrote, found that " + Reasons.of(e), e);
    }
  }

  private static boolean isZip(Path file) throws IOException {
    try (InputStream stream = Files.newInputStream(file)) {
      return Arrays.equals(stream.readNBytes(ZIP.length), ZIP);
    }
  }

  /** Returns the same with what a zip holds of its training. */
  private Dl4jConfiguration withStateIn(Path zip) throws IOException {
    Model restored = SavedNetwork.read(zip, json, network);
    if (restored == null) {
      return this;
    }
    try (Dl4jModel model = provider().adopt(network, restored)) {
      return new Dl4jConfiguration(network, conventions, precision, seed, json, model.state());
    }
  }

  /**
   * Writes this network with a state of {@link #network}, as DL4J's {@code ModelSerializer} does
   * and reads it.
   *
   * @throws InputException if the file cannot be written
   */
  public void save(Path zip, ModelState state) {
    try (Dl4jModel model = provider().adopt(network, SavedNetwork.build(json))) {
      model.restore(state);
      model.save(zip);
    }
  }

  private static String text(Path file) throws IOException {
    if (!isZip(file)) {
      return Files.readString(file);
    }
    try (ZipFile zip = new ZipFile(file.toFile())) {
      ZipEntry entry = zip.getEntry(CONFIGURATION);
      if (entry == null) {
        throw new InputException(
            "expected a zip that DL4J's ModelSerializer wrote, with %s in it, found %s"
                .formatted(CONFIGURATION, zip.stream().map(ZipEntry::getName).toList()));
      }
      try (InputStream stream = zip.getInputStream(entry)) {
        byte[] json = stream.readNBytes(LARGEST + 1);
        if (json.length > LARGEST) {
          throw new InputException(
              "expected a configuration of at most %d bytes, found more".formatted(LARGEST));
        }
        return new String(json, StandardCharsets.UTF_8);
      }
    }
  }

  /** Returns whether a specification has words for all parts of a network. */
  public static boolean isKnown(String json) {
    JsonNode tree = ClassAllowList.DL4J.parse(json);
    try {
      return ClassAllowList.DL4J.allowsAll(tree) && Reading.of(tree).findings().allKnown();
    } catch (InputException e) {
      return true; // what DL4J itself cannot read is told by whoever reads it
    }
  }

  /**
   * Reads a configuration. No object is made of any class that is not known here.
   *
   * @throws InputException listing every part that is not known, or saying what does not fit
   */
  public static Dl4jConfiguration parse(String json, TrainedOn on) {
    JsonNode tree = ClassAllowList.DL4J.check(json);
    on.epochs().toSteps(tree);
    Reading reading = Reading.of(tree);
    Shape sample = on.sample();
    Findings findings = reading.findings();
    LayerReader reader = reading.layers();
    Settings settings = reading.settings();
    findings.requireNothingUnknown();
    boolean images = reader.wantsImages() || !reader.expectedInputs().isEmpty();
    NetworkSpec network;
    try {
      network =
          new NetworkSpec(
              images ? sample : Shape.of(sample.size()),
              settings.layers(),
              only(reading.loss(), on.loss()),
              reading.weightDecay(),
              reading.optimizer(),
              reading.training().adjustments());
    } catch (LayerException e) {
      throw new InputException(
          "DL4J configuration, for samples of %s: %s: %s"
              .formatted(sample, e.layer(), e.getMessage()),
          e);
    } catch (IllegalArgumentException e) {
      throw new InputException("DL4J configuration: " + e.getMessage(), e);
    }
    requireShapes(reader.expectedInputs(), network.inputShapes(), "takes an input of");
    requireShapes(reader.expectedParameters(), parameterShapes(network), "is");
    return new Dl4jConfiguration(
        network,
        findings.conventions(),
        settings.precision(),
        settings.seed(),
        tree.toString(),
        null);
  }

  private static LossSpec only(@Nullable LossSpec own, @Nullable LossSpec given) {
    if (own == null && given == null) {
      throw new InputException(
          "DL4J configuration: it ends without an output layer, so that its program gives it"
              + " gradients; say by which loss it is to be trained, as in loss=meanSquared");
    }
    if (own != null && given != null) {
      throw new InputException(
          "DL4J configuration: expected no loss besides its own, %s, found %s"
              .formatted(own.type().id(), given.type().id()));
    }
    return own == null ? Objects.requireNonNull(given) : own;
  }

  /**
   * @throws InputException if it is the JSON of something else
   */
  public static void requireNetwork(JsonNode tree) {
    if (!tree.has("vertices") && !tree.has("confs")) {
      throw new InputException(
          "expected the JSON of a DL4J network, with confs or vertices, found an object with "
              + String.join(", ", (Iterable<String>) tree::fieldNames));
    }
  }

  /** Returns whether a configuration, already checked, is a graph's. */
  static boolean isGraph(String json) {
    return ClassAllowList.DL4J.parse(json).has("vertices");
  }

  /** What a configuration says once. */
  private record Settings(List<LayerSpec> layers, Precision precision, long seed) {}

  /** All that a configuration says by itself, whatever the data. */
  private record Reading(
      Settings settings,
      LayerReader layers,
      Training training,
      double weightDecay,
      OptimizerSpec optimizer,
      @Nullable LossSpec loss,
      Findings findings) {

    /**
     * @param tree that names no class but those that are known
     */
    static Reading of(JsonNode tree) {
      requireNetwork(tree);
      Findings findings = new Findings();
      Training training = new Training(findings);
      LayerReader reader = new LayerReader(findings, training);
      Settings settings;
      try {
        settings =
            tree.has("vertices")
                ? readGraph(tree.toString(), reader, findings)
                : readSequence(tree.toString(), reader, findings);
      } catch (InputException e) {
        throw e;
      } catch (RuntimeException e) {
        throw new InputException("DL4J configuration: DL4J cannot read it: " + e.getMessage(), e);
      }
      LossSpec loss = reader.loss();
      try {
        double decay = training.weightDecay();
        return new Reading(settings, reader, training, decay, training.optimizer(), loss, findings);
      } catch (IllegalArgumentException e) {
        throw new InputException("DL4J configuration: " + e.getMessage(), e);
      }
    }
  }

  private static Settings readSequence(String json, LayerReader reader, Findings findings) {
    MultiLayerConfiguration sequence = Network.named(json);
    findings.require(
        "the network", "backpropType", sequence.getBackpropType(), BackpropType.Standard);
    List<LayerSpec> layers = new ArrayList<>();
    List<@Nullable InputPreProcessor> reshapes = new ArrayList<>();
    for (int i = 0; i < sequence.getConfs().size(); i++) {
      reshapes.add(sequence.getInputPreProcess(i));
    }
    boolean image = LayerReader.startsWithImages(sequence.getConfs(), reshapes);
    for (int i = 0; i < reshapes.size(); i++) {
      image = reader.read(sequence.getConf(i), reshapes.get(i), image, layers);
    }
    return new Settings(
        layers, precision(sequence.getDataType(), findings), sequence.getConf(0).getSeed());
  }

  private static Settings readGraph(String json, LayerReader reader, Findings findings) {
    ComputationGraphConfiguration graph = ComputationGraphConfiguration.fromJson(json);
    findings.require("the network", "backpropType", graph.getBackpropType(), BackpropType.Standard);
    List<LayerSpec> layers = new GraphReader(graph, reader, findings).read();
    return new Settings(
        layers,
        precision(graph.getDataType(), findings),
        graph.getDefaultConfiguration().getSeed());
  }

  private static Precision precision(DataType type, Findings findings) {
    for (Precision precision : Precision.values()) {
      if (precision.type() == type) {
        return precision;
      }
    }
    findings.unknown("the network", "data type " + type);
    return Precision.DOUBLE;
  }

  private static Map<String, Shape> parameterShapes(NetworkSpec network) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    network.parameters().forEach(parameter -> shapes.put(parameter.path(), parameter.shape()));
    return shapes;
  }

  private static void requireShapes(
      Map<String, Shape> said, Map<String, Shape> found, String relation) {
    said.forEach(
        (name, shape) -> {
          Shape before = Objects.requireNonNull(found.get(name), name);
          if (!shape.equals(before)) {
            throw new InputException(
                "DL4J configuration: %s %s %s, but what comes before it gives %s; is the data of"
                        .formatted(name, relation, shape, before)
                    + " the shape that the network was made for?");
          }
        });
  }
}
