package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.lockstep.experiments.catalogue.Catalogue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Every option and every key of an experiment with values that make no sense: whatever is said is
 * said in words, and nothing is a fault of lockstep.
 */
class WrongInputsTest {

  private static final List<String> WRONG = List.of("nonsense", "-1", "");

  /** Values of options that are written to, or ask for more than a short run. */
  private static final Set<String> LEFT_OUT =
      Set.of("--output", "--master", "--spark", "--all", "--help", "--version");

  private static final Pattern PLACE = Pattern.compile(".*(FILE|DIR|JAR).*");

  @TempDir static Path temp;
  private static String data = "";

  @BeforeAll
  static void writeData() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
  }

  /** What makes a run short, should a value be accepted. */
  private static Map<String, List<String>> shortRuns() {
    return Map.of(
        "compare",
        List.of("two-layer-net", "training.batchSize=20", "--data", data, "--steps", "1"),
        "search",
        List.of(
            "mlp-shape",
            "training.batchSize=20",
            "--data",
            data,
            "--steps",
            "1",
            "--max-trials",
            "1"),
        "verify",
        List.of("--include", "layer affine, dense"),
        "data",
        List.of("info", "--data", data),
        "predict",
        List.of("nowhere.npz", "nowhere.png"),
        "audit",
        List.of("nowhere.npz", "two-layer-net"),
        "diff",
        List.of("nowhere", "nowhere"),
        "index",
        List.of("nowhere"),
        "list",
        List.of("experiments"),
        "completion",
        List.of("bash"));
  }

  /** Commands with options that can be tried; to measure or to examine a machine takes long. */
  static Stream<String> commands() {
    return Stream.of(
        "compare",
        "search",
        "verify",
        "data",
        "predict",
        "audit",
        "diff",
        "index",
        "list",
        "completion");
  }

  /** Those and the others, and one that there is not. */
  static Stream<String> words() {
    return Stream.concat(commands(), Stream.of("help", "bench", "doctor", "trian"));
  }

  @ParameterizedTest
  @MethodSource("commands")
  void everyOption(String command) {
    List<String> rest = shortRuns().getOrDefault(command, List.of());
    for (OptionSpec option :
        Objects.requireNonNull(Main.commandLine().getSubcommands().get(command))
            .getCommandSpec()
            .options()) {
      String name = option.longestName();
      if (option.arity().max() == 0 || LEFT_OUT.contains(name)) {
        continue;
      }
      for (String wrong : WRONG) {
        boolean place = PLACE.matcher(option.paramLabel()).matches();
        run(
            command,
            rest,
            name,
            place ? temp.resolve("nowhere/" + wrong + ".x").toString() : wrong);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("words")
  void everyWord(String command) throws IOException {
    Path empty = Files.createDirectories(temp.resolve("empty"));
    Path garbage = Files.write(temp.resolve("garbage.yaml"), new byte[] {1, 2, (byte) 0xff, 0});
    Path list = Files.writeString(temp.resolve("list.yaml"), "[1, 2]");
    for (String word :
        List.of(
            "nonsense",
            "no=thing",
            "=",
            "a.b.c=1",
            empty.toString(),
            garbage.toString(),
            list.toString(),
            temp.resolve("nowhere.yaml").toString())) {
      said(command, word);
      said(command, word, word);
      said(command, "-q", "--nonsense", word);
    }
  }

  @Test
  void everyKeyOfAnExperiment() throws IOException {
    Set<String> keys = new LinkedHashSet<>();
    for (String id : List.of("two-layer-net", "mlp-batchnorm-dropout", "simple-convnet")) {
      keys(new YAMLMapper().readTree(Catalogue.text(id)), "", keys);
    }
    keys.addAll(
        List.of(
            "layers.affine1.units",
            "layers.affine1.initial",
            "layers.affine1",
            "layers",
            "data.source",
            "data.target",
            "data.split.test",
            "data.missing",
            "training.augmentation.shift",
            "weightDecay",
            "l1",
            "clipping.norm",
            "biasRate",
            "tolerance.backward",
            "variants"));
    assertThat(keys).hasSizeGreaterThan(20);
    for (String key : keys) {
      for (String wrong : List.of("nonsense", "-1", "{a: b}")) {
        said(
            "compare",
            "two-layer-net",
            "-q",
            "--data",
            data,
            "--steps",
            "1",
            "--output",
            temp.resolve("out").toString(),
            key + "=" + wrong);
      }
    }
  }

  /** Whoever reads a file that we wrote may find it damaged. */
  @Test
  void everyFileThatWeWrote() throws IOException {
    Path run = temp.resolve("run");
    Path search = temp.resolve("search");
    Invocation written =
        Invocation.of(
            "compare",
            "two-layer-net",
            "training.batchSize=20",
            "--data",
            data,
            "--steps",
            "2",
            "-q",
            "--output",
            run.toString());
    assertThat(written.exitCode()).as(written.err()).isZero();
    Invocation searched =
        Invocation.of(
            "search",
            "mlp-shape",
            "training.batchSize=20",
            "--data",
            data,
            "--steps",
            "2",
            "--max-trials",
            "1",
            "-q",
            "--output",
            search.toString());
    assertThat(searched.exitCode()).as(searched.err()).isZero();
    damage(run, List.of("diff", run.toString(), run.toString()));
    damage(run, List.of("index", run.toString()));
    damage(run, List.of("compare", "-q", "--resume", run.toString()));
    damage(search.resolve("trials"), List.of("search", "-q", "--resume", search.toString()));
  }

  private static void damage(Path directory, List<String> command) throws IOException {
    List<Path> files;
    try (Stream<Path> all = Files.walk(directory)) {
      files = all.filter(file -> file.toString().endsWith(".json")).toList();
    }
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      String whole = Files.readString(file);
      for (String damaged :
          List.of(
              "",
              "{",
              "[]",
              "{\"nonsense\": 1}",
              whole.replaceFirst(": *\"\\w*\"", ": [1]"),
              whole.replaceFirst("\"(AGREE|COMPLETED)\"", "\"NONSENSE\""))) {
        Files.writeString(file, damaged);
        said(command.toArray(String[]::new));
      }
      Files.writeString(file, whole);
    }
  }

  private static void keys(JsonNode node, String path, Set<String> keys) {
    node.properties()
        .forEach(
            field -> {
              String key = path + field.getKey();
              keys.add(key);
              if (field.getValue().isObject()) {
                keys(field.getValue(), key + ".", keys);
              }
            });
  }

  private static void run(String command, List<String> rest, String option, String value) {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(rest);
    int given = all.indexOf(option);
    if (given >= 0) {
      all.subList(given, given + 2).clear();
    }
    all.addAll(List.of("-q", option, value));
    if (Set.of("compare", "search", "verify").contains(command)) {
      all.addAll(List.of("--output", temp.resolve("out").toString()));
    }
    said(all.toArray(String[]::new));
  }

  private static void said(String... args) {
    Invocation run = Invocation.of(args);
    String what = String.join(" ", args) + "\n" + run.err();
    assertThat(run.exitCode()).as(what).isNotEqualTo(ExitCode.INTERNAL);
    PlainWords.assertIn(run.err());
    if (run.exitCode() == ExitCode.USAGE || run.exitCode() == ExitCode.INPUT) {
      assertThat(run.err()).as(what).startsWith("lockstep: ");
    }
  }
}
