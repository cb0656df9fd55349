package dev.lockstep.experiments.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.experiment.ExperimentFile;
import dev.lockstep.core.yaml.YamlReader;
import dev.lockstep.core.yaml.YamlValue;
import dev.lockstep.experiments.catalogue.Catalogue;
import dev.lockstep.experiments.search.space.Spaces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The published schemas and page are those of the readers, and say no to the same files. */
class FileSchemaTest {

  private static final Path DOCS = Path.of("..", "docs");

  /** With {@code -Dlockstep.docs=write} the files are written anew in place of compared. */
  private static void isPublished(String name, String text) throws IOException {
    if ("write".equals(System.getProperty("lockstep.docs"))) {
      Files.writeString(DOCS.resolve(name), text);
    }
    assertThat(Files.readString(DOCS.resolve(name)))
        .as(
            "after a change: ./mvnw test -pl experiments -am -Dtest=FileSchemaTest -Dlockstep.docs=write")
        .isEqualTo(text);
  }

  @Test
  void schemasAndPageAreThoseOfTheReaders() throws IOException {
    isPublished("experiment.schema.json", FileSchema.text(FileSchema.experiment()));
    isPublished("space.schema.json", FileSchema.text(FileSchema.space()));
    isPublished("experiment-file.md", FilePage.text());
  }

  static Stream<String> bundled() {
    return Stream.concat(Catalogue.ids().stream(), Catalogue.faultNetworks().stream());
  }

  @ParameterizedTest
  @MethodSource("bundled")
  void everyBundledExperimentIsValid(String id) {
    YamlValue.Mapping file = Catalogue.find(id).yaml();
    assertThat(refusals("experiment.schema.json", file)).isEmpty();
    assertThat(refusals("experiment.schema.json", Catalogue.find(id).full().yaml())).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"hyperparameters", "mlp-shape"})
  void everyBundledSearchIsValid(String id) throws IOException {
    try (var in = Objects.requireNonNull(Spaces.class.getResourceAsStream(id + ".yaml"))) {
      YamlValue.Mapping file =
          YamlReader.parse(
              id, new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8));
      assertThat(refusals("space.schema.json", file)).isEmpty();
    }
  }

  /** Every block of YAML in the documentation that is a whole experiment or search. */
  @Test
  void everyExampleOfTheDocumentationIsValid() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Path.of("..", "README.md")));
    try (Stream<Path> files = Files.list(DOCS)) {
      files.filter(file -> file.toString().endsWith(".md")).forEach(pages::add);
    }
    int examples = 0;
    for (Path page : pages) {
      Matcher block =
          Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(Files.readString(page));
      while (block.find()) {
        YamlValue value = YamlReader.parseValue(page.toString(), block.group(1));
        if (value instanceof YamlValue.Mapping file && file.values().containsKey("layers")) {
          assertThat(refusals("experiment.schema.json", file)).as(page.toString()).isEmpty();
          new ExperimentFile("example", file, Path.of("")).experiments(Map.of());
          examples++;
        } else if (value instanceof YamlValue.Mapping file && file.values().containsKey("space")) {
          assertThat(refusals("space.schema.json", file)).as(page.toString()).isEmpty();
          examples++;
        }
      }
    }
    assertThat(examples).isGreaterThanOrEqualTo(3);
  }

  /** A right file, line by line; a wrong one has another line in place of one of these. */
  private static final List<String> RIGHT =
      """
      input: [1, 28, 28]
      layers:
        - conv:
            filters: 4
            size: 3
            pad: 1
        - relu
        - dropout:
            ratio: 0.5
        - residual:
            branches:
              - - batchNorm:
                    per: channel
              - []
        - affine:
            units: 10
            initial: he
      loss: softmaxCrossEntropy
      weightDecay: 0.1
      optimizer:
        type: momentum
        learningRate: 0.1
        momentum: 0.9
      training:
        steps: 5
        batchSize: 10
      figures: [loss]
      seed: 1
      """
          .lines()
          .toList();

  @Test
  void theRightFileIsTakenByBoth() {
    YamlValue.Mapping file = YamlReader.parse("mine.yaml", String.join("\n", RIGHT));
    assertThat(refusals("experiment.schema.json", file)).isEmpty();
    new ExperimentFile("mine", file, Path.of("")).experiments(Map.of());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1|input: [1, 0, 28]",
        "1|input: wide",
        "4|      filters: 0",
        "5|      size: large",
        "4|      filter: 4",
        "6|      pad: -1",
        "7|  - rellu",
        "9|      ratio: 1",
        "9|      ratio: -0.1",
        "13|              per: pixel",
        "13|              momentum: 1.5",
        "16|      units: 2.5",
        "16|      unit: 10",
        "17|      initial: hee",
        "17|      initial: -1",
        "18|loss: softmax",
        "19|weightDecay: -1",
        "19|weightDecai: 0.1",
        "21|  type: adamm",
        "22|  learningRate: fast",
        "23|  beta1: 0.9",
        "23|  momentum: 1",
        "25|  step: 5",
        "25|  steps: 0",
        "26|  batchSize: 0",
        "27|figures: [looss]",
        "28|seed: one",
        "28|sed: 1"
      })
  void aWrongFileIsRefusedAtTheSameLineByBoth(String mistake) {
    int line = Integer.parseInt(mistake.substring(0, mistake.indexOf('|')));
    List<String> lines = new ArrayList<>(RIGHT);
    lines.set(line - 1, mistake.substring(mistake.indexOf('|') + 1));
    YamlValue.Mapping file = YamlReader.parse("mine.yaml", String.join("\n", lines));

    UsageException refused =
        catchThrowableOfType(
            UsageException.class,
            () -> new ExperimentFile("mine", file, Path.of("")).experiments(Map.of()));

    assertThat(refused).as(mistake).isNotNull();
    assertThat(refused.getMessage()).startsWith("mine.yaml:" + line + ":");
    assertThat(refusals("experiment.schema.json", file))
        .as(refused.getMessage())
        .containsExactly("mine.yaml:" + line);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2|validation: 1",
        "2|validatoin: 0.2",
        "3|trials: 0",
        "5|  weightDecay: {uniformly: [0, 1]}",
        "5|  weightDecay: {logUniform: [0, 1]}",
        "5|  weightDecay: {uniform: [0]}",
        "5|  weightDecay: {choice: []}",
        "5|  weightDecay: {integer: [1, two]}",
        "5|  weightDecay: 0.1"
      })
  void aWrongSearchIsRefusedAtTheSameLineByBoth(String mistake, @TempDir Path directory)
      throws IOException {
    int line = Integer.parseInt(mistake.substring(0, mistake.indexOf('|')));
    List<String> lines =
        new ArrayList<>(
            List.of(
                "experiment: hyperparameters",
                "validation: 0.2",
                "trials: 10",
                "space:",
                "  weightDecay: {uniform: [0, 1]}"));
    Path file = directory.resolve("mine.yaml");
    assertThat(
            refusals("space.schema.json", YamlReader.parse("mine.yaml", String.join("\n", lines))))
        .isEmpty();
    lines.set(line - 1, mistake.substring(mistake.indexOf('|') + 1));
    Files.write(file, lines);

    UsageException refused =
        catchThrowableOfType(UsageException.class, () -> Spaces.find(file.toString()));

    assertThat(refused).as(mistake).isNotNull();
    assertThat(refused.getMessage()).startsWith("mine.yaml:" + line + ":");
    assertThat(refusals("space.schema.json", YamlReader.read(file)))
        .as(refused.getMessage())
        .containsExactly("mine.yaml:" + line);
  }

  private static final Map<String, JsonSchema> PUBLISHED = new ConcurrentHashMap<>();

  private static JsonSchema published(String name) {
    try {
      return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7)
          .getSchema(new ObjectMapper().readTree(DOCS.resolve(name).toFile()));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** Returns where the published schema finds fault with a file. */
  private static Set<String> refusals(String schema, YamlValue.Mapping file) {
    Set<String> places = new TreeSet<>();
    for (ValidationMessage message :
        PUBLISHED.computeIfAbsent(schema, FileSchemaTest::published).validate(json(file))) {
      YamlValue at = file;
      JsonNodePath path = message.getInstanceLocation();
      for (int i = 0; i < path.getNameCount(); i++) {
        at = inside(at, path.getElement(i).toString());
      }
      if (message.getType().equals("additionalProperties")) {
        at = inside(at, message.getProperty());
      }
      places.add(at.where());
    }
    return places;
  }

  private static YamlValue inside(YamlValue value, String key) {
    return value instanceof YamlValue.Mapping mapping
        ? Objects.requireNonNull(mapping.values().get(key))
        : ((YamlValue.Sequence) value).values().get(Integer.parseInt(key));
  }

  /** As an editor sees it: numbers and truths by how they look, all else a text. */
  private static JsonNode json(YamlValue value) {
    if (value instanceof YamlValue.Mapping mapping) {
      ObjectNode object = JsonNodeFactory.instance.objectNode();
      mapping.values().forEach((key, inner) -> object.set(key, json(inner)));
      return object;
    }
    if (value instanceof YamlValue.Sequence sequence) {
      ArrayNode array = JsonNodeFactory.instance.arrayNode();
      sequence.values().forEach(inner -> array.add(json(inner)));
      return array;
    }
    String text = ((YamlValue.Scalar) value).text();
    if (text.isEmpty()) {
      return JsonNodeFactory.instance.nullNode();
    }
    if (text.matches("true|false")) {
      return JsonNodeFactory.instance.booleanNode(text.equals("true"));
    }
    if (text.matches("-?[0-9]+")) {
      return JsonNodeFactory.instance.numberNode(Long.parseLong(text));
    }
    return text.matches("-?[0-9.]+(e[-+]?[0-9]+)?")
        ? JsonNodeFactory.instance.numberNode(Double.parseDouble(text))
        : JsonNodeFactory.instance.textNode(text);
  }
}
