package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.lockstep.bridge.program.JavaCommand;
import dev.lockstep.bridge.program.Python;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.experiments.resume.DirectoryLock;
import dev.lockstep.report.Reports;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Searches as a user calls them, on a few hundred digits. */
class SearchCommandTest {

  /** How often a search is killed; ten for {@code -Dlockstep.kills=10}. */
  private static final int KILLS = Integer.getInteger("lockstep.kills", 2);

  private static final int TRIALS = 24;

  @TempDir static Path temp;
  private static String data;
  private static Path space;

  @BeforeAll
  static void writeFiles() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
    Files.writeString(
        temp.resolve("small.yaml"),
        """
        input: 784
        layers: [affine: {units: 8}, relu, affine: {units: 10}]
        optimizer: {type: sgd, learningRate: 0.1}
        training: {batchSize: 20, steps: 40}
        data: {train: 200}
        """);
    space =
        Files.writeString(
            temp.resolve("small-space.yaml"),
            """
            experiment: small.yaml
            trials: %d
            space:
              optimizer.learningRate: {logUniform: [1e-3, 1]}
              layers.affine1.units: {integer: [2, 12]}
            """
                .formatted(TRIALS));
  }

  private static String[] arguments(Path output, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of("search", space.toString(), "--data", data, "--output", output.toString()));
    all.addAll(List.of(more));
    return all.toArray(String[]::new);
  }

  private static JsonNode result(Path output) throws IOException {
    return JsonMapper.builder().build().readTree(output.resolve("result.json").toFile());
  }

  /** Returns a result without what a clock gave and what the user called it. */
  private static JsonNode comparable(Path output) throws IOException {
    ObjectNode result = (ObjectNode) result(output);
    result.remove(List.of("timing", "command"));
    return result;
  }

  /** A rate at which rounding grows to order 1 within the run, so that its end judges nothing. */
  @Test
  void aTrialComesToWhatComparePrintedForItComesTo() throws IOException {
    Path file = temp.resolve("chaotic.yaml");
    Files.writeString(
        file,
        """
        input: 784
        layers:
          - repeat:
              times: 4
              layers:
                - affine: {units: 30}
                - relu
          - affine: {units: 10}
        initial: he
        optimizer: {type: rmsProp, learningRate: 0.01}
        training: {batchSize: 20, order: drawn, steps: 5}
        """);
    Path chaotic = temp.resolve("chaotic-space.yaml");
    Files.writeString(
        chaotic,
        """
        experiment: chaotic.yaml
        trials: 1
        space:
          optimizer.learningRate: {choice: [0.01]}
        """);
    Path output = temp.resolve("chaotic");
    Invocation run =
        Invocation.of(
            "search",
            chaotic.toString(),
            "--steps",
            "700",
            "--data",
            data,
            "--output",
            output.toString(),
            "-q");
    JsonNode trial = result(output).at("/trials/0");
    List<String> words =
        new ArrayList<>(List.of(trial.at("/command").asText().replace("'", "").split(" ")));
    words.remove(0);
    words.addAll(List.of("-q", "--output", temp.resolve("compared").toString()));
    Invocation compared = Invocation.of(words.toArray(String[]::new));
    JsonNode result = result(temp.resolve("compared"));
    assertThat(result.at("/horizon").isNull()).as("the run has a horizon").isFalse();
    assertThat(trial.at("/runs/0/verdict")).as(run.out()).isEqualTo(result.at("/verdict"));
    assertThat(run.exitCode()).as(run.out() + compared.out()).isEqualTo(compared.exitCode());
  }

  @Test
  void bothSidesGiveTheSameScoresAndEveryFormatIsWritten() throws IOException {
    Path output = temp.resolve("agree");
    Invocation run =
        Invocation.of(arguments(output, "--max-trials", "6", "--format", "text,json,csv"));
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .startsWith("AGREE  search small-space: 6 trials, random, seed 1, aligned, double")
        .contains("Both sides give every trial the same score", "6 of 6 scores identical");
    assertThat(run.err()).contains("search: 6 of 6", "--resume " + output);

    JsonNode result = result(output);
    assertThat(result.at("/agreement/identical").asInt()).isEqualTo(6);
    assertThat(result.at("/finalist/coverage/compared").asLong()).isPositive();
    int best = result.at("/finalist/trial").asInt();
    for (JsonNode trial : result.at("/trials")) {
      assertThat(trial.at("/referenceScore").asDouble())
          .isLessThanOrEqualTo(result.at("/trials/" + (best - 1) + "/referenceScore").asDouble());
    }
    assertThat(Files.readAllLines(output.resolve("trials.csv"))).hasSize(7);
    assertThat(output.resolve("finalist/result.json")).isNotEmptyFile();
    try (InputStream schema =
        Objects.requireNonNull(Reports.class.getResourceAsStream("search.schema.json"))) {
      assertThat(
              JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                  .getSchema(schema)
                  .validate(result))
          .isEmpty();
    }
  }

  @Test
  void theCommandOfATrialTrainsTheSameNetworkAgain() throws IOException {
    Path output = temp.resolve("rerun");
    assertThat(Invocation.of(arguments(output, "--max-trials", "1", "-q")).exitCode()).isZero();
    JsonNode trial = result(output).at("/trials/0");
    List<String> words =
        new ArrayList<>(Arrays.asList(trial.at("/command").asText().split(" ", -1)));
    assertThat(words.subList(0, 2)).containsExactly("./lockstep", "compare");
    Path again = temp.resolve("again");
    words.addAll(List.of("--output", again.toString(), "-q"));
    Invocation run = Invocation.of(words.subList(1, words.size()).toArray(String[]::new));
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(result(again).at("/implementations/0/trainLoss").asDouble())
        .isEqualTo(trial.at("/runs/0/referenceLoss").asDouble());
  }

  @Test
  void stockIsToldApartAndExplained() throws IOException {
    Path output = temp.resolve("stock");
    Invocation run =
        Invocation.of(
            arguments(
                output,
                "--max-trials",
                "4",
                "-q",
                "--alignment",
                "stock",
                "optimizer.type=adaGrad"));
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    JsonNode result = result(output);
    assertThat(result.at("/verdict").asText()).isEqualTo("EXPLAINED");
    assertThat(result.at("/finalist/attribution/explanation")).isNotEmpty();
    assertThat(result.at("/trials/0/command").asText())
        .contains("optimizer.type=adaGrad", "--alignment stock");
  }

  @Test
  void aSearchWithoutACompletedTrialComparesNothing() throws IOException {
    Path output = temp.resolve("nothing");
    Invocation run = Invocation.of(arguments(output, "--max-trials", "2", "-q", "initial=1e200"));
    assertThat(run.exitCode()).isEqualTo(ExitCode.NOTHING_COMPARED);
    assertThat(run.out()).contains("NOTHING_COMPARED", "2 failed", "2 × ", "finite");
    assertThat(result(output).at("/finalist").isNull()).isTrue();
  }

  @Test
  void everyOptionInTheDocumentationExists() throws IOException {
    String help =
        Invocation.of("search", "--help").out() + Invocation.of("compare", "--help").out();
    List<String> options =
        Pattern.compile("--[a-z]+(-[a-z]+)*")
            .matcher(Files.readString(Path.of("../docs/search.md")))
            .results()
            .map(MatchResult::group)
            .distinct()
            .toList();
    assertThat(options).hasSizeGreaterThan(7).allMatch(help::contains);
  }

  @Test
  void whatIsWrongIsToldWithExitCodeTwo() throws IOException {
    Path output = temp.resolve("wrong");
    assertThat(Invocation.of(arguments(output, "--jobs", "0")).err())
        .contains("--jobs: expected at least 1, found 0");
    assertThat(Invocation.of(arguments(output, "--max-time", "soon")).err())
        .contains("--max-time: expected such as 90s, 15m or 2h, found 'soon'");
    assertThat(Invocation.of(arguments(output, "--format", "junit")).exitCode())
        .isEqualTo(ExitCode.USAGE);
    assertThat(Invocation.of("search", "no-such-search").err())
        .contains("nearest: mlp-shape, hyperparameters; 'lockstep list' names all");
    assertThat(output).doesNotExist();
  }

  /** The space itself sets epochs, and the experiment of the other one steps. */
  @Test
  void theLengthOfAllCandidatesMayBeSet() throws IOException {
    Path shape = temp.resolve("shape");
    Invocation run =
        Invocation.of(
            "search",
            "mlp-shape",
            "--steps",
            "3",
            "data.train=100",
            "layers.repeat1.times=1",
            "training.batchSize=20",
            "--max-trials",
            "1",
            "--data",
            data,
            "-q",
            "--output",
            shape.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(result(shape).at("/trials/0/runs/0/steps").asInt()).isEqualTo(3);
    Path small = temp.resolve("epochs");
    Invocation other =
        Invocation.of(arguments(small, "training.epochs=2", "--max-trials", "1", "-q"));
    assertThat(other.exitCode()).as(other.err()).isZero();
    assertThat(result(small).at("/trials/0/runs/0/steps").asInt()).isEqualTo(16);
  }

  /** Keys are for whoever types them again; a table tells what they choose. */
  @Test
  void theTableNamesWhatIsChosen() {
    Invocation run =
        Invocation.of(
            "search",
            "mlp-shape",
            "--steps",
            "2",
            "data.train=100",
            "training.batchSize=20",
            "--max-trials",
            "2",
            "--data",
            data,
            "--output",
            temp.resolve("named").toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(run.out().lines().filter(line -> line.startsWith("trial ")))
        .singleElement()
        .asString()
        .contains("activation", "units", "optimizer")
        .doesNotContain("repeat1");
    assertThat(run.out()).contains("\nImportance too few trials to tell\n");
  }

  /** A program is started only by who typed its name, not by a file in a directory. */
  @Test
  void aProgramIsSearchedLikeDeeplearning4j() throws IOException {
    assumeTrue(Python.with("numpy").isPresent(), "skipped: no Python here has numpy");
    Path output = temp.resolve("numpy");
    String[] command = arguments(output, "--candidate", "numpy", "--max-trials", "2", "-q");
    Invocation run = Invocation.of(command);
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(result(output).at("/finalist/implementations/1/name").asText()).isEqualTo("numpy");
    assertThat(result(output).at("/trials/0/command").asText()).contains(" --candidate numpy");
    Path ordinary = temp.resolve("not-numpy");
    assertThat(Invocation.of(arguments(ordinary, "--max-trials", "2", "-q")).exitCode()).isZero();
    assertThat(result(output).at("/trials/1/referenceScore"))
        .isEqualTo(result(ordinary).at("/trials/1/referenceScore"));

    Invocation alone = Invocation.of("search", "--resume", output.toString());
    assertThat(alone.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(alone.err()).contains("give the whole command again and add --resume");
    String[] again = Arrays.copyOf(command, command.length + 2);
    again[command.length] = "--resume";
    again[command.length + 1] = output.toString();
    Invocation whole = Invocation.of(again);
    assertThat(whole.exitCode()).as(whole.err()).isZero();
  }

  @Test
  void aWrongCandidateIsToldAndWhatNoSideKnowsIsRefused() throws IOException {
    Path output = temp.resolve("fault");
    Invocation run =
        Invocation.of(
            arguments(
                output,
                "--candidate",
                "fault:bias-gradient-after-activation",
                "layers.relu1=sigmoid",
                "--max-trials",
                "1",
                "-q"));
    assertThat(run.exitCode()).as(run.err()).isEqualTo(Verdict.DIFFER.exitCode());
    assertThat(result(output).at("/verdict").asText()).isEqualTo("DIFFER");
    Path refused = temp.resolve("refused");
    Invocation elsewhere =
        Invocation.of(arguments(refused, "--candidate", "numpy", "--master", "local[2]"));
    assertThat(elsewhere.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(elsewhere.err()).contains("use --jobs");
    Invocation unknown = Invocation.of(arguments(refused, "--candidate", "numpi"));
    assertThat(unknown.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(unknown.err()).contains("numpy");
    assertThat(refused).doesNotExist();
  }

  @Test
  void aDirectoryWithASearchIsNotOverwritten() {
    Path output = temp.resolve("twice");
    assertThat(Invocation.of(arguments(output, "--max-trials", "1", "-q")).exitCode()).isZero();
    Invocation second = Invocation.of(arguments(output, "--max-trials", "1", "-q"));
    assertThat(second.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(second.err()).contains("--resume " + output);
  }

  @Test
  void oneSearchAtATimeWorksInADirectory() throws IOException {
    Path output = temp.resolve("shared");
    assertThat(Invocation.of(arguments(output, "--max-trials", "1", "-q", "-v")).exitCode())
        .isZero();
    FileChannel other = DirectoryLock.open(output.resolve("search.json"), StandardOpenOption.WRITE);
    Invocation second = Invocation.of("search", "--resume", output.toString());
    other.close();
    assertThat(second.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(second.err()).contains("another lockstep is at work", output.toString());
    assertThat(Invocation.of("search", "--resume", output.toString(), "-q").exitCode()).isZero();
  }

  @Test
  void aResumeRefusesAChangedSpaceAndAnEmptyDirectory() throws IOException {
    Path output = temp.resolve("changed");
    Path own = Files.writeString(temp.resolve("own.yaml"), Files.readString(space));
    assertThat(
            Invocation.of(
                    "search",
                    own.toString(),
                    "--data",
                    data,
                    "--output",
                    output.toString(),
                    "--max-trials",
                    "1",
                    "-q")
                .exitCode())
        .isZero();
    Files.writeString(own, Files.readString(own).replace("[2, 12]", "[2, 13]"));
    Invocation resumed = Invocation.of("search", "--resume", output.toString());
    assertThat(resumed.exitCode()).isEqualTo(ExitCode.INPUT);
    assertThat(resumed.err())
        .contains("found another: SHA-256 of the space and its experiment was ");
    Invocation nowhere = Invocation.of("search", "--resume", temp.resolve("nowhere").toString());
    assertThat(nowhere.exitCode()).isEqualTo(ExitCode.INPUT);
  }

  @Test
  void aKilledSearchGoesOnAndEndsLikeAnUndisturbedOne() throws Exception {
    Path undisturbed = temp.resolve("undisturbed");
    assertThat(Invocation.of(arguments(undisturbed, "-q", "--strategy", "genetic")).exitCode())
        .isZero();
    Random random = new Random(1);
    for (int kill = 0; kill < KILLS; kill++) {
      Path output = temp.resolve("killed-" + kill);
      killAfter(1 + random.nextInt(TRIALS - 2), output);
      Invocation resumed = Invocation.of("search", "--resume", output.toString(), "-q");
      assertThat(resumed.exitCode()).as(resumed.err()).isZero();
      assertThat(comparable(output)).isEqualTo(comparable(undisturbed));
      assertThat(result(output).at("/command")).isEqualTo(result(undisturbed).at("/command"));
    }
  }

  private static String[] genetic(Path output) {
    return arguments(output, "-q", "--strategy", "genetic", "--jobs", "2");
  }

  /** Starts a search in a process of its own and kills it, as {@code kill -9} does. */
  private static void killAfter(int trials, Path output) throws Exception {
    List<String> command = JavaCommand.start();
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of(genetic(output)));
    File log = Files.createTempFile(temp, "killed", ".log").toFile();
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
    try {
      while (kept(output.resolve("trials")) < trials) {
        assertThat(process.isAlive()).as(Files.readString(log.toPath())).isTrue();
        process.waitFor(5, TimeUnit.MILLISECONDS);
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertThat(output.resolve("result.json")).doesNotExist();
  }

  private static long kept(Path trials) throws IOException {
    if (!Files.isDirectory(trials)) {
      return 0;
    }
    try (Stream<Path> files = Files.list(trials)) {
      return files.filter(file -> file.toString().endsWith(".json")).count();
    }
  }

  /** What every trial would fail of is said before the first, and nothing is left behind. */
  @Test
  void whatNoCandidateCanBeTrainedWithIsRefusedBeforeTheFirstTrial() throws IOException {
    refused("a batch of 5000 cannot be taken from 160 training samples", "training.batchSize=5000");
    refused(
        "a batch of 200 cannot be taken from 8 training samples",
        "training.batchSize=200",
        "--train-size",
        "10");
    refused("the network reads 100 numbers, a sample of this data set has", "input=100");
    refused("the network has 7 outputs, this data set asks for", "layers.affine2.units=7");
    Path table = temp.resolve("flowers.csv");
    Files.writeString(table, "a,b,kind\n" + "1,2,x\n2,1,y\n".repeat(40));
    Invocation run =
        Invocation.of("search", space.toString(), "--data", "table:" + table, "--output", "none");
    assertThat(run.exitCode()).as(run.err()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("the network reads 784 numbers");
  }

  /** Of several batch sizes only some must do. */
  @Test
  void aRangeWithOneThatCanBeTrainedIsSearched() throws IOException {
    Path sizes = temp.resolve("sizes-space.yaml");
    Files.writeString(
        sizes,
        "experiment: small.yaml\ntrials: 2\nspace: {training.batchSize: {choice: [5000, 20]}}\n");
    Path output = temp.resolve("sizes");
    Invocation run =
        Invocation.of(
            "search",
            sizes.toString(),
            "--data",
            data,
            "--strategy",
            "grid",
            "--steps",
            "2",
            "-q",
            "--output",
            output.toString());
    assertThat(run.exitCode()).as(run.err()).isZero();
    assertThat(result(output).findValuesAsText("state")).contains("COMPLETED", "FAILED");
  }

  @Test
  void aSideThatLacksALayerIsRefusedBeforeTheFirstTrial() {
    refused("lacks-layers: has no affine layer", "--candidate", "lacks-layers", "--in-process");
  }

  private static void refused(String why, String... more) {
    Path output = temp.resolve("refused");
    Invocation run = Invocation.of(arguments(output, more));
    assertThat(run.exitCode()).as(run.out() + run.err()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("no candidate that was tried can be compared", why);
    assertThat(output).doesNotExist();
  }
}
