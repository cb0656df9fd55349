package dev.lockstep.core.experiment;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.network.Adjustments;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerException;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.plan.Augmentation;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.rounding.DeclaredTolerance;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.yaml.Fields;
import dev.lockstep.core.yaml.Key;
import dev.lockstep.core.yaml.Overrides;
import dev.lockstep.core.yaml.YamlValue;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An experiment file. Its variants are those of one axis, {@code optimizer: {sgd: …, adam: …}}, or
 * every combination of several; each is a set of changes to the file, written like those of the
 * command line.
 */
public final class ExperimentFile {

  /** The book's largest grid has 32; a thousand networks to train are a mistake. */
  private static final int MAX_VARIANTS = 1000;

  /** A length of training takes the place of the other way to say it. */
  private static final Map<String, String> LENGTHS =
      Map.of("training.steps", "training.epochs", "training.epochs", "training.steps");

  private final String id;
  private final YamlValue.Mapping file;
  private final Path directory;

  /**
   * @param id the name of the experiment
   * @param directory from which the file names other files
   */
  public ExperimentFile(String id, YamlValue.Mapping file, Path directory) {
    this.id = id;
    this.file = file;
    this.directory = directory;
  }

  public String id() {
    return id;
  }

  /** Returns the file as it is written. */
  public YamlValue.Mapping yaml() {
    return file;
  }

  /** Returns the directory from which the file names other files. */
  public Path directory() {
    return directory;
  }

  /** Returns this file under another name. */
  public ExperimentFile named(String other) {
    return new ExperimentFile(other, file, directory);
  }

  /** Returns this file with the changes that it keeps under {@code full} made. */
  public ExperimentFile full() {
    Optional<YamlValue> full = new Fields(file, "").value("full");
    return full.isEmpty() ? this : with(Fields.mapping(full.get(), "full").values());
  }

  /**
   * Returns this file with values set.
   *
   * @param overrides value by dotted key
   */
  public ExperimentFile with(Map<String, YamlValue> overrides) {
    YamlValue.Mapping changed = file;
    for (Map.Entry<String, YamlValue> override : overrides.entrySet()) {
      String other = LENGTHS.get(override.getKey());
      if (other != null && !overrides.containsKey(other)) {
        changed = Overrides.without(changed, other);
      }
      changed = Overrides.apply(changed, override.getKey(), override.getValue());
    }
    return new ExperimentFile(id, changed, directory);
  }

  /** The changes of every variant by its choices; one without changes if there are none. */
  private Map<List<String>, Map<String, YamlValue>> variants() {
    Map<List<String>, Map<String, YamlValue>> variants = new LinkedHashMap<>();
    variants.put(List.of(), Map.of());
    Optional<YamlValue> axes = new Fields(file, "").value("variants");
    if (axes.isEmpty()) {
      return variants;
    }
    for (Map.Entry<String, YamlValue> axis :
        Fields.mapping(axes.get(), "variants").values().entrySet()) {
      String path = "variants." + axis.getKey();
      Map<String, YamlValue> choices = Fields.mapping(axis.getValue(), path).values();
      variants = combine(variants, choices, path);
    }
    return variants;
  }

  private static Map<List<String>, Map<String, YamlValue>> combine(
      Map<List<String>, Map<String, YamlValue>> before,
      Map<String, YamlValue> choices,
      String path) {
    Map<List<String>, Map<String, YamlValue>> combined = new LinkedHashMap<>();
    for (Map.Entry<List<String>, Map<String, YamlValue>> old : before.entrySet()) {
      for (Map.Entry<String, YamlValue> choice : choices.entrySet()) {
        Map<String, YamlValue> overrides = new LinkedHashMap<>(old.getValue());
        overrides.putAll(Fields.mapping(choice.getValue(), path + "." + choice.getKey()).values());
        List<String> choicesMade = new ArrayList<>(old.getKey());
        choicesMade.add(choice.getKey());
        requireName(String.join("-", choicesMade), choice.getValue());
        combined.put(List.copyOf(choicesMade), overrides);
      }
    }
    if (combined.isEmpty() || combined.size() > MAX_VARIANTS) {
      throw new UsageException(
          "%s: expected 1 to %d variants, found %d".formatted(path, MAX_VARIANTS, combined.size()));
    }
    return combined;
  }

  /** Names of experiments and variants become names of folders. */
  private static void requireName(String name, YamlValue value) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
      throw new UsageException(
          "%s: a name consists of letters, digits, '.', '_' and '-', found '%s'"
              .formatted(value.where(), name));
    }
  }

  /**
   * Returns every variant, ready to run.
   *
   * @param overrides of the command line, which win over those of a variant
   * @throws UsageException naming file, line and key of what is wrong
   */
  public List<Experiment> experiments(Map<String, YamlValue> overrides) {
    List<Experiment> experiments = new ArrayList<>();
    variants()
        .forEach(
            (made, changes) -> experiments.add(with(changes).with(overrides).experiment(made)));
    return experiments;
  }

  private Experiment experiment(List<String> choices) {
    return Fields.read(file, "", fields -> read(fields, id, choices, directory));
  }

  static Experiment read(Fields fields, String id, List<String> choices, Path directory) {
    fields.value("variants", Key.Kind.MAPPING);
    fields.value("full", Key.Kind.MAPPING);
    fields.optionalInteger("seconds");
    fields.value("training", Key.Kind.MAPPING);
    String chapter = fields.text("chapter", "");
    String shows = fields.text("shows", "");
    Optional<Data> data = fields.inner("data", block -> data(block, directory));
    Optional<Integer> compared = fields.optionalInteger("compared");
    int seed = fields.integer("seed", 1);
    int member = fields.integer("member", 0);
    boolean mayDiverge = fields.truth("mayDiverge", false);
    Experiment.Gradient gradient =
        fields.choice(
            "gradient",
            List.of(Experiment.Gradient.values()),
            Experiment.Gradient::id,
            Experiment.Gradient.BACKPROPAGATION);
    Optional<DeclaredTolerance> tolerance = fields.inner("tolerance", ExperimentFile::tolerance);
    Optional<Double> margin = fields.optionalNumber("margin");
    Optional<Path> initialState = fields.text("initialState").map(directory::resolve);
    Set<FigureKind> figures = EnumSet.noneOf(FigureKind.class);
    figures.addAll(fields.choices("figures", List.of(FigureKind.values()), FigureKind::id));
    compared.ifPresent(steps -> requireAtLeastOne(fields, "compared", steps));
    NetworkSpec network = network(fields);
    TrainingSpec training = fields.requiredInner("training", ExperimentFile::training);
    return new Experiment(
        id,
        choices,
        chapter,
        shows,
        network,
        training,
        compared.map(Integer::longValue).orElse(null),
        data.map(Data::spec).orElse(DataSpec.FOUND),
        data.flatMap(Data::train).orElse(null),
        data.flatMap(Data::test).orElse(null),
        seed,
        member,
        mayDiverge,
        gradient,
        tolerance.orElse(null),
        margin.orElse(null),
        initialState.orElse(null),
        figures);
  }

  /** What the {@code data} block says, and how many samples of each part are used. */
  private record Data(DataSpec spec, Optional<Integer> train, Optional<Integer> test) {}

  static Data data(Fields block, Path directory) {
    Optional<Integer> train = block.optionalInteger("train");
    Optional<Integer> test = block.optionalInteger("test");
    DataSpec spec = DataReader.read(block, directory);
    train.ifPresent(size -> requireAtLeastOne(block, "train", size));
    test.ifPresent(size -> requireAtLeastOne(block, "test", size));
    return new Data(spec, train, test);
  }

  static DeclaredTolerance tolerance(Fields fields) {
    return new DeclaredTolerance(fields.number("parameters"), fields.number("accuracy"));
  }

  private static void requireAtLeastOne(Fields fields, String key, int value) {
    if (value < 1) {
      throw Fields.expected("at least 1", fields.required(key), fields.name(key));
    }
  }

  private static NetworkSpec network(Fields fields) {
    YamlValue inputLengths = fields.required("input", Key.Kind.INTEGERS);
    InitialValues initial = NetworkReader.initial(fields, new InitialValues.He(), "he");
    List<YamlValue> layerList = fields.list("layers");
    LossSpec loss = NetworkReader.loss(fields);
    double weightDecay = fields.number("weightDecay", 0);
    OptimizerSpec optimizer = fields.requiredInner("optimizer", NetworkReader::optimizer);
    Adjustments adjustments = NetworkReader.adjustments(fields);
    fields.done();
    Shape input = input(inputLengths);
    LayerReader reader = new LayerReader(initial);
    List<LayerSpec> layers = reader.layers(layerList, "layers", "");
    try {
      return new NetworkSpec(input, layers, loss, weightDecay, optimizer, adjustments);
    } catch (LayerException e) {
      throw new UsageException(
          "%s: %s: %s".formatted(reader.where(e.layer()), e.layer(), e.getMessage()), e);
    }
  }

  private static Shape input(YamlValue value) {
    List<YamlValue> lengths =
        value instanceof YamlValue.Sequence sequence ? sequence.values() : List.of(value);
    int[] shape = lengths.stream().mapToInt(v -> Fields.integer(v, "input")).toArray();
    try {
      Shape input = Shape.of(shape);
      if (input.size() > 0) {
        return input;
      }
    } catch (IllegalArgumentException e) {
      throw new UsageException(value.where() + ": input: " + e.getMessage(), e);
    }
    throw Fields.expected("lengths of at least 1", value, "input");
  }

  static TrainingSpec training(Fields training) {
    int batchSize = training.integer("batchSize");
    TrainingSpec.Order order =
        training.choice(
            "order",
            List.of(TrainingSpec.Order.values()),
            TrainingSpec.Order::id,
            TrainingSpec.Order.DRAWN);
    Optional<Integer> steps = training.optionalInteger("steps");
    Optional<Integer> epochs = training.optionalInteger("epochs");
    Augmentation augmentation =
        training.inner("augmentation", ExperimentFile::augmentation).orElse(Augmentation.NONE);
    training.done();
    if (steps.isPresent() == epochs.isPresent()) {
      throw new UsageException(
          training.where()
              + ": training: expected either steps or epochs, found "
              + (steps.isPresent() ? "both" : "neither"));
    }
    if (steps.isPresent() && steps.get() < 1) {
      throw new IllegalArgumentException("steps: expected at least 1, found " + steps.get());
    }
    TrainingSpec.Length length =
        steps.isPresent()
            ? new TrainingSpec.Length.Steps(steps.get())
            : new TrainingSpec.Length.Epochs(epochs.orElseThrow());
    return new TrainingSpec(batchSize, order, length, augmentation);
  }

  static Augmentation augmentation(Fields fields) {
    return new Augmentation(
        fields.number("shift", 0),
        fields.number("rotation", 0),
        fields.number("scaling", 0),
        fields.number("elastic", 0));
  }
}
