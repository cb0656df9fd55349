package dev.lockstep.experiments.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.yaml.YamlReader;
import dev.lockstep.dl4j.json.Dl4jConfiguration;
import dev.lockstep.dl4j.json.TrainedOn;
import dev.lockstep.dl4j.model.Dl4jModel;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.dl4j.model.Precision;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every part that a network may have is verified, is read back from Deeplearning4j's own JSON, and
 * stands in docs/parts.md as it is written in a file. A part that is missing fails by its name.
 */
class PartsTest {

  private static final Path DOCS = Path.of("..", "docs", "parts.md");

  @TempDir private Path directory;

  /**
   * Returns every kind of part that is computed here, by the name of its class, losses by theirs.
   */
  private static List<String> everything() {
    List<String> names = new ArrayList<>();
    for (Class<?> kind :
        List.of(
            LayerSpec.class,
            ActivationFunction.class,
            OptimizerSpec.class,
            LearningRate.Decay.class,
            InitialValues.class)) {
      records(kind)
          .filter(type -> type != LayerSpec.Open.class)
          .forEach(type -> names.add(nameOf(type)));
    }
    for (LossSpec.Type type : LossSpec.Type.known()) {
      names.add("loss " + type.id());
    }
    return names;
  }

  private static Stream<Class<?>> records(Class<?> type) {
    return type.isRecord()
        ? Stream.of(type)
        : Stream.of(type.getPermittedSubclasses()).flatMap(PartsTest::records);
  }

  private static String nameOf(Class<?> type) {
    return type.getName().substring(type.getPackageName().length() + 1).replace('$', '.');
  }

  private static void collect(Object value, Set<String> names) {
    if (value instanceof List<?> list) {
      list.forEach(element -> collect(element, names));
    } else if (value instanceof LossSpec loss) {
      names.add("loss " + loss.type().id());
    } else if (value instanceof Record made) {
      names.add(nameOf(made.getClass()));
      for (RecordComponent component : made.getClass().getRecordComponents()) {
        try {
          collect(component.getAccessor().invoke(made), names);
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(e);
        }
      }
    }
  }

  private static Set<String> partsOf(NetworkSpec network) {
    Set<String> names = new HashSet<>();
    collect(network, names);
    network.parameters().stream().map(ParameterSpec::initial).forEach(i -> collect(i, names));
    return names;
  }

  private static Stream<DynamicTest> eachIsIn(Set<String> found) {
    return everything().stream()
        .map(name -> DynamicTest.dynamicTest(name, () -> assertThat(found).contains(name)));
  }

  @TestFactory
  Stream<DynamicTest> everyPartIsVerified() {
    Set<String> verified = new HashSet<>();
    Parts.all().forEach(part -> verified.addAll(partsOf(part.network())));
    return eachIsIn(verified);
  }

  @TestFactory
  Stream<DynamicTest> everyVerifiedPartIsReadBackFromDl4jsJson() {
    return Parts.all().stream()
        .map(part -> DynamicTest.dynamicTest(part.title(), () -> readsBack(part.network())));
  }

  private void readsBack(NetworkSpec network) throws IOException {
    Path file = Files.createTempFile(directory, "network", ".zip");
    try (Dl4jModel model = Dl4jProvider.aligned(Precision.DOUBLE).create(network)) {
      model.save(file);
    }
    assertThat(Dl4jConfiguration.read(file, TrainedOn.samples(network.input())).network())
        .isEqualTo(network);
  }

  @TestFactory
  Stream<DynamicTest> everyPartIsWrittenInTheDocs() throws IOException {
    Set<String> written = new HashSet<>();
    String section = "";
    for (String line : Files.readAllLines(DOCS)) {
      if (line.startsWith("## ")) {
        section = line.substring(3);
      } else if (line.startsWith("| `")) {
        written.addAll(partsOf(network(section, line.substring(3, line.indexOf('`', 3)))));
      }
    }
    return eachIsIn(written);
  }

  /** Returns a network of a file that has one line of the docs in it. */
  private static NetworkSpec network(String section, String yaml) {
    String optimizer =
        switch (section) {
          case "Optimizers" -> yaml;
          case "Learning rates" -> "{type: sgd, learningRate: 0.1, decayed: %s}".formatted(yaml);
          default -> "{type: sgd, learningRate: 0.1}";
        };
    boolean layer = section.equals("Layers") || section.equals("Activations");
    String file =
        """
        input: [1, 12, 12]
        initial: %s
        loss: %s
        layers:
          - %s
          - affine: {units: 3}
        optimizer: %s
        training: {batchSize: 5, steps: 1}
        """
            .formatted(
                section.equals("Initial values") ? yaml : "he",
                section.equals("Losses") ? yaml : "softmaxCrossEntropy",
                layer ? yaml : "relu",
                optimizer);
    List<Experiment> experiments =
        new ExperimentFile("docs", YamlReader.parse("docs/parts.md", file), Path.of(""))
            .experiments(Map.of());
    return experiments.get(0).network();
  }
}
