package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The numbers on the chapters' pages are those that the commands give. */
class ChapterNumbersTest {

  private static final boolean WHOLE = Boolean.getBoolean("lockstep.pages");

  /**
   * As a share of the images. Another processor's matrix product rounds otherwise, and after
   * thousands of steps a few of 1,000 images on the border fall to the other side.
   */
  private static final double ACCURACY = 0.003;

  /** Three decimals are printed, and the same processors move the last of them. */
  private static final double LOSS = 0.0015;

  private static final String BATCH_NORM = "| std | with | without |";

  @TempDir static Path temp;

  @BeforeEach
  void needsData() {
    assumeTrue(
        System.getenv("LOCKSTEP_DATA") != null,
        "LOCKSTEP_DATA is not set: the printed runs need true MNIST");
  }

  private static void needsMinutes() {
    assumeTrue(WHOLE, "takes minutes: with -Plong, or -Dlockstep.pages=true");
  }

  /** The rows of a table, each cell as it is written. */
  private record PageTable(List<String> head, List<List<String>> rows) {

    /** Returns the table of a page that has such a head. */
    static PageTable of(String page, String head) throws IOException {
      List<List<String>> lines =
          Files.readString(Path.of("..", "docs", page))
              .lines()
              .dropWhile(line -> !line.equals(head))
              .takeWhile(line -> line.startsWith("|"))
              .map(line -> Stream.of(line.substring(1).split("\\|")).map(String::strip).toList())
              .toList();
      assertThat(lines).as(page + " has a table " + head).hasSizeGreaterThan(2);
      return new PageTable(lines.get(0), lines.subList(2, lines.size()));
    }
  }

  private static double number(String cell) {
    return Double.parseDouble(cell.replace(",", ""));
  }

  /** One comparison and the result of each of its runs. */
  private record Compared(Path directory, JsonNode result) {

    static Compared of(String... words) throws IOException {
      Path directory = temp.resolve(String.join("_", words).replaceAll("[^A-Za-z0-9.-]", "_"));
      if (!Files.exists(directory)) {
        List<String> command = new ArrayList<>(List.of("compare"));
        command.addAll(List.of(words));
        command.addAll(
            List.of("--data", "mnist", "-q", "--format", "json", "--output", directory.toString()));
        Invocation run = Invocation.of(command.toArray(String[]::new));
        assertThat(run.exitCode()).as(run.err()).isZero();
      }
      return new Compared(directory, read(directory));
    }

    private static JsonNode read(Path directory) throws IOException {
      return JsonMapper.builder().build().readTree(directory.resolve("result.json").toFile());
    }

    /** Returns every run, seed by seed of variant after variant. */
    List<JsonNode> runs() throws IOException {
      List<JsonNode> runs = new ArrayList<>();
      for (JsonNode run : result.path("runs")) {
        runs.add(read(directory.resolve(run.at("/path").asText())));
      }
      return runs.isEmpty() ? List.of(result) : runs;
    }
  }

  private static JsonNode point(JsonNode run, String curve, int step) {
    return StreamSupport.stream(run.at("/curves/" + curve).spliterator(), false)
        .filter(point -> point.at("/step").asInt() == step)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no %s at step %d".formatted(curve, step)));
  }

  private static double accuracy(JsonNode run, String of) {
    return run.at("/implementations/0/" + of + "Accuracy").asDouble();
  }

  @Test
  void bookFunctionsOfChapters3And4() throws IOException {
    assertThat(Files.readString(Path.of("..", "docs", "chapter-3.md")))
        .contains("largest difference is 2.2e-16")
        .contains("from Java 24 on, whose tanh is another one, half of that");
    assertThat(Compared.of("activations").result().at("/worst/forward/maxAbs").asDouble())
        .isEqualTo(Math.ulp(1.0) / (Runtime.version().feature() >= 24 ? 2 : 1));
    assertThat(Files.readString(Path.of("..", "docs", "chapter-4.md")))
        .contains("lie within 7.3e-12 of the formula");
    assertThat(Compared.of("gradient-field").result().at("/worst/forward/maxAbs").asDouble())
        .isBetween(7.25e-12, 7.35e-12);
  }

  @Test
  void lossesOfFiveSamples() throws IOException {
    assertThat(Files.readString(Path.of("..", "docs", "chapter-5.md")).replace('\n', ' '))
        .contains("falls from 2.507 over 2.309, 2.153 and 2.026 to 1.922");
    JsonNode run = Compared.of("five-samples").result();
    List<Double> losses =
        Stream.of(1, 2, 3, 4, 5)
            .map(step -> point(run, "loss", step).at("/reference").asDouble())
            .toList();
    assertThat(losses)
        .usingElementComparator((a, b) -> Math.abs(a - b) < LOSS ? 0 : Double.compare(a, b))
        .containsExactly(2.507, 2.309, 2.153, 2.026, 1.922);
  }

  @Test
  void accuraciesOfTwoLayerNet() throws IOException {
    int steps = WHOLE ? 10_000 : 600;
    JsonNode run = Compared.of("two-layer-net", "--steps", Integer.toString(steps)).result();
    PageTable table =
        PageTable.of("chapter-5.md", "| step | two-layer-net, train | two-layer-net, test |");
    int checked = 0;
    for (List<String> row : table.rows()) {
      int step = (int) number(row.get(0));
      if (step <= steps) {
        JsonNode point = point(run, "accuracy", step);
        assertThat(point.at("/referenceTrain").asDouble())
            .isCloseTo(number(row.get(1)), within(ACCURACY));
        assertThat(point.at("/referenceTest").asDouble())
            .isCloseTo(number(row.get(2)), within(ACCURACY));
        checked++;
      }
    }
    assertThat(checked).isEqualTo(WHOLE ? table.rows().size() : 1);
  }

  @Test
  void stepsAtWhichThePlainNetworkLeavesTheFiniteNumbers() throws IOException {
    List<List<String>> rows = PageTable.of("chapter-6.md", BATCH_NORM).rows();
    List<JsonNode> runs = Compared.of("batch-norm", "--steps", "8").runs();
    for (int i = 0; i < rows.size(); i++) {
      JsonNode without = runs.get(2 * i + 1);
      String cell = rows.get(i).get(2);
      if (cell.startsWith("not finite")) {
        assertThat(without.at("/verdict").asText()).isEqualTo("DIVERGED_ALIKE");
        assertThat(cell).isEqualTo("not finite at step " + without.at("/experiment/steps").asInt());
      } else {
        assertThat(without.at("/verdict").asText()).isEqualTo("AGREE");
      }
    }
  }

  @Test
  void accuraciesWithAndWithoutBatchNormalization() throws IOException {
    needsMinutes();
    List<List<String>> rows = PageTable.of("chapter-6.md", BATCH_NORM).rows();
    List<JsonNode> runs = Compared.of("batch-norm").runs();
    for (int i = 0; i < rows.size(); i++) {
      for (int column = 1; column <= 2; column++) {
        String cell = rows.get(i).get(column);
        if (!cell.startsWith("not finite")) {
          assertThat(accuracy(runs.get(2 * i + column - 1), "train"))
              .isCloseTo(number(cell), within(ACCURACY));
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'| weight decay, 601 steps | training images | test images | gap |', weight-decay",
    "'| dropout, 903 steps | training images | test images | gap |', dropout"
  })
  void gapsOfOverfitting(String head, String experiment) throws IOException {
    needsMinutes();
    List<List<String>> rows = PageTable.of("chapter-6.md", head).rows();
    List<JsonNode> runs = Compared.of(experiment, "--seeds", "1..3").runs();
    for (int i = 0; i < rows.size(); i++) {
      List<JsonNode> seeds = runs.subList(3 * i, 3 * i + 3);
      assertRange(seeds.stream().map(run -> accuracy(run, "train")), rows.get(i).get(1));
      assertRange(seeds.stream().map(run -> accuracy(run, "test")), rows.get(i).get(2));
      assertRange(
          seeds.stream().map(run -> accuracy(run, "train") - accuracy(run, "test")),
          rows.get(i).get(3));
    }
  }

  private static void assertRange(Stream<Double> found, String cell) {
    List<Double> sorted = found.sorted().toList();
    String[] ends = cell.split("–", -1);
    assertThat(sorted.get(0)).isCloseTo(number(ends[0]), within(ACCURACY));
    assertThat(sorted.get(sorted.size() - 1))
        .isCloseTo(number(ends[ends.length - 1]), within(ACCURACY));
  }

  @Test
  void accuraciesOfBothColumns() throws IOException {
    needsMinutes();
    String head = "| experiment | steps | published | scratch | dl4j |";
    for (List<String> row : PageTable.of("README.md", head).rows()) {
      String[] name = row.get(0).replace("`", "").split(", ", -1);
      String variant = name.length > 1 ? name[1].toLowerCase(Locale.ROOT) : "";
      JsonNode run =
          Compared.of(name[0]).runs().stream()
              .filter(r -> r.at("/experiment/variant").asText().equals(variant))
              .findFirst()
              .orElseThrow();
      JsonNode point = point(run, "accuracy", (int) number(row.get(1)));
      assertThat(point.at("/referenceTest").asDouble())
          .isCloseTo(number(row.get(3)), within(ACCURACY));
      assertThat(point.at("/candidateTest").asDouble())
          .isCloseTo(number(row.get(4)), within(ACCURACY));
    }
  }

  @Test
  void anEnsembleAndHalfPrecision() throws IOException {
    needsMinutes();
    for (String[] table :
        new String[][] {
          {"ensemble", "| asked | test accuracy |"},
          {"half-precision", "| computed | test accuracy |"}
        }) {
      JsonNode values = Compared.of(table[0]).result().at("/figures/0/values");
      List<List<String>> rows = PageTable.of("chapter-8.md", table[1]).rows();
      assertThat(rows).hasSize(values.size());
      for (int i = 0; i < rows.size(); i++) {
        assertThat(values.get(i).get(0).asDouble())
            .isCloseTo(number(rows.get(i).get(1)), within(ACCURACY));
      }
    }
  }

  /**
   * A table with one row for each variant, in their order: "test accuracy" and "loss at step N" say
   * what a column holds, and a number alone is a loss at that step.
   */
  @ParameterizedTest
  @CsvSource(
      delimiterString = ";",
      value = {
        "chapter-8.md; | network | loss at step 300 | test accuracy |; residual-depth",
      })
  void variants(String page, String head, String command) throws IOException {
    check(page, head, command);
  }

  /** The same, of commands that take minutes. */
  @ParameterizedTest
  @CsvSource(
      delimiterString = ";",
      value = {
        "chapter-6.md; | optimizer | loss at step 100 | 500 | 1,000 | 2,000 | test accuracy |;"
            + " optimizers",
        "chapter-6.md; | initial values | loss at step 500 | 1,000 | 2,000 | test accuracy |;"
            + " weight-init",
      })
  void variantsOfLongRuns(String page, String head, String command) throws IOException {
    needsMinutes();
    check(page, head, command);
  }

  private static void check(String page, String head, String command) throws IOException {
    List<JsonNode> runs = Compared.of(command.split(" ")).runs();
    PageTable table = PageTable.of(page, head);
    for (int row = 0; row < table.rows().size(); row++) {
      JsonNode run = runs.get(row);
      for (int column = 1; column < table.head().size(); column++) {
        String name = table.head().get(column);
        String cell = table.rows().get(row).get(column);
        if (name.equals("test accuracy")) {
          assertThat(accuracy(run, "test")).isCloseTo(number(cell), within(ACCURACY));
        } else {
          int step = (int) number(name.replace("loss at step ", ""));
          assertThat(point(run, "loss", step).at("/reference").asDouble())
              .isCloseTo(number(cell), within(LOSS));
        }
      }
    }
  }
}
