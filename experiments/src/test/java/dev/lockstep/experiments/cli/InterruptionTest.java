package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lockstep.experiments.resume.RunDirectory;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** However a comparison is stopped, it can be gone on with to the result it would have had. */
class InterruptionTest {

  /** How often a comparison is killed; the profile {@code long} sets 50. */
  private static final int KILLS = Integer.getInteger("lockstep.kills", 5);

  /** A checkpoint between every two steps, so that kills meet them. */
  private static final List<String> MANY_CHECKPOINTS = List.of("-Dlockstep.checkpoint.millis=0");

  private static final int SIGINT = 2;

  @TempDir static Path temp;
  private static String data = "";
  private static Map<String, JsonNode> undisturbed = Map.of();
  private static long millis;

  @BeforeAll
  static void undisturbedRun() throws IOException, InterruptedException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
    Path output = temp.resolve("undisturbed");
    LockstepProcess process = compare(output);
    process.awaitThat(() -> hasBegun(output));
    long start = System.nanoTime();
    assertThat(process.exitCode()).as(process.printed()).isZero();
    millis = (System.nanoTime() - start) / 1_000_000;
    undisturbed = LockstepProcess.results(output);
    assertThat(undisturbed).hasSize(3);
  }

  /** Two runs, so that a kill may find one finished, one begun, one not yet begun. */
  private static LockstepProcess compare(Path output) throws IOException {
    return LockstepProcess.start(
        temp.resolve(output.getFileName() + ".log"),
        MANY_CHECKPOINTS,
        "compare",
        "two-layer-net",
        "--seeds",
        "1..2",
        "--steps",
        "40",
        "training.batchSize=20",
        "--data",
        data,
        "--output",
        output.toString());
  }

  private static LockstepProcess start(Path output, String... args) throws IOException {
    List<String> all = new ArrayList<>(List.of("compare"));
    all.addAll(List.of(args));
    all.addAll(List.of("training.batchSize=20", "--data", data, "--output", output.toString()));
    return LockstepProcess.start(
        temp.resolve(output.getFileName() + ".log"), MANY_CHECKPOINTS, all.toArray(String[]::new));
  }

  /** Runs a command to its end and returns what it came to. */
  private static Map<String, JsonNode> undisturbed(String name, String... args)
      throws IOException, InterruptedException {
    Path output = temp.resolve(name);
    LockstepProcess process = start(output, args);
    assertThat(process.exitCode()).as(process.printed()).isZero();
    return LockstepProcess.results(output);
  }

  private static void assertResumes(Path output, Map<String, JsonNode> expected)
      throws IOException, InterruptedException {
    LockstepProcess resumed = resume(output);
    assertThat(resumed.exitCode()).as(resumed.printed()).isZero();
    LockstepProcess.assertSame(expected, LockstepProcess.results(output));
    try (Stream<Path> left = Files.walk(output)) {
      assertThat(left.map(path -> String.valueOf(path.getFileName())))
          .noneMatch(name -> name.endsWith(".part") || name.startsWith("checkpoint"));
    }
  }

  private static LockstepProcess resume(Path output) throws IOException {
    return LockstepProcess.start(
        temp.resolve(output.getFileName() + ".resumed.log"),
        MANY_CHECKPOINTS,
        "compare",
        "--resume",
        output.toString());
  }

  private static boolean hasBegun(Path output) {
    return output.resolve("session.json").toFile().length() > 0;
  }

  private static boolean isWriting(Path output, String file) {
    try (Stream<Path> files = Files.walk(output)) {
      return files.anyMatch(path -> String.valueOf(path.getFileName()).startsWith("." + file));
    } catch (IOException | java.io.UncheckedIOException e) {
      return false; // a part that was renamed while the files were listed
    }
  }

  static Stream<Integer> kills() {
    return Stream.iterate(0, kill -> kill + 1).limit(KILLS);
  }

  @ParameterizedTest
  @MethodSource("kills")
  void killedAtARandomMoment(int kill) throws IOException, InterruptedException {
    Path output = temp.resolve("killed-" + kill);
    LockstepProcess process = compare(output);
    process.awaitThat(() -> hasBegun(output));
    long moment = System.nanoTime() + new Random(kill).nextLong(millis) * 1_000_000;
    String[] files = {"", "checkpoint.npz", "result.json", "report.html"};
    String file = files[kill % files.length];
    process.awaitThat(
        () ->
            (file.isEmpty() || file.startsWith("checkpoint"))
                ? System.nanoTime() - moment > 0 && (file.isEmpty() || isWriting(output, file))
                : isWriting(output, file));
    process.kill();

    assertResumes(output, undisturbed);
  }

  /** What is said of all members together needs the answers of those that were done already. */
  @Test
  void killedAmongTheMembersOfAnEnsemble() throws IOException, InterruptedException {
    Path file =
        Files.writeString(
            temp.resolve("members.yaml"),
            """
            figures: [ensemble, loss]
            variants:
              member:
                a: {member: 1}
                b: {member: 2}
            input: [784]
            layers:
              - affine: {units: 20}
              - relu
              - affine: {units: 10}
            optimizer: {type: sgd, learningRate: 0.1}
            training: {batchSize: 20, steps: 30}
            """,
            StandardCharsets.UTF_8);
    Map<String, JsonNode> expected = undisturbed("all-members", file.toString());
    Path output = temp.resolve("killed-members");
    LockstepProcess process = start(output, file.toString(), "--jobs", "1");
    process.awaitThat(() -> Files.exists(output.resolve("members/b/seed-1/checkpoint.npz")));
    process.kill();
    assertThat(output.resolve("members/a/seed-1/result.json")).exists();
    assertThat(output.resolve("result.json")).doesNotExist();

    assertResumes(output, expected);
    assertThat(Objects.requireNonNull(expected.get("result.json")).at("/figures/0/id").asText())
        .isEqualTo("ensemble-1");
  }

  /** The search for an explanation runs the training again, which must not be taken for the run. */
  @Test
  void killedWithADifferenceToExplain() throws IOException, InterruptedException {
    String[] args = {
      "two-layer-net", "--alignment", "stock", "optimizer.type=adam", "--steps", "20"
    };
    Map<String, JsonNode> expected = undisturbed("explained", args);
    assertThat(Objects.requireNonNull(expected.get("result.json")).at("/verdict").asText())
        .isEqualTo("EXPLAINED");
    Path output = temp.resolve("killed-explained");
    LockstepProcess process = start(output, args);
    process.awaitThat(() -> process.hasPrinted("looking for what explains the difference"));
    process.kill();
    assertThat(output.resolve("checkpoint.npz")).exists();
    assertThat(output.resolve("result.json")).doesNotExist();

    assertResumes(output, expected);
  }

  /** Where each side draws for itself there are no checkpoints: a run is whole or begun anew. */
  @Test
  void interruptedWhereEachSideDraws() throws IOException, InterruptedException {
    assumeTrue(noticesInterrupts(), "this process ignores SIGINT, and so do its children");
    String[] args = {
      "two-layer-net", "--alignment", "stock", "--own-draws", "--seeds", "1..6", "--steps", "400"
    };
    Path output = temp.resolve("interrupted-apart");
    LockstepProcess process = start(output, args);
    process.awaitThat(() -> Files.exists(output.resolve("two-layer-net/seed-1/result.json")));
    process.interrupt();
    assertThat(process.exitCode()).as(process.printed()).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(process.printed()).contains("./lockstep compare --resume " + output);
    for (JsonNode run : LockstepProcess.results(output).values()) {
      assertThat(run.at("/experiment/steps")).isEqualTo(run.at("/experiment/plannedSteps"));
    }

    LockstepProcess resumed = resume(output);
    int exitCode = resumed.exitCode();
    Path undisturbed = temp.resolve("apart");
    LockstepProcess other = start(undisturbed, args);
    assertThat(exitCode).as(resumed.printed()).isEqualTo(other.exitCode());
    LockstepProcess.assertSame(
        LockstepProcess.results(undisturbed), LockstepProcess.results(output));
  }

  @Test
  void interruptedByCtrlC() throws IOException, InterruptedException {
    assumeTrue(noticesInterrupts(), "this process ignores SIGINT, and so do its children");
    Path output = temp.resolve("interrupted");
    LockstepProcess process = compare(output);
    Path checkpoint = output.resolve("two-layer-net/seed-1/checkpoint.npz");
    process.awaitThat(() -> Files.exists(checkpoint));
    process.interrupt();
    assertThat(process.exitCode()).as(process.printed()).isEqualTo(ExitCode.INTERRUPTED);
    assertThat(process.printed()).contains("interrupted", "./lockstep compare --resume " + output);
    JsonNode whole = Objects.requireNonNull(LockstepProcess.results(output).get("result.json"));
    assertThat(whole.at("/verdict").asText()).as("not all was run").isEqualTo("UNDECIDED");
    JsonNode stopped =
        Objects.requireNonNull(
            LockstepProcess.results(output).get("two-layer-net/seed-1/result.json"));
    assertThat(stopped.at("/experiment/steps").asInt())
        .isBetween(1, stopped.at("/experiment/plannedSteps").asInt() - 1);

    LockstepProcess resumed = resume(output);
    assertThat(resumed.exitCode()).as(resumed.printed()).isZero();
    LockstepProcess.assertSame(undisturbed, LockstepProcess.results(output));
  }

  private static boolean noticesInterrupts() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.isReadable(status)) {
      return false;
    }
    return Files.readAllLines(status, StandardCharsets.UTF_8).stream()
        .filter(line -> line.startsWith("SigIgn:"))
        .map(line -> new BigInteger(line.substring(line.indexOf(':') + 1).strip(), 16))
        .noneMatch(ignored -> ignored.testBit(SIGINT - 1));
  }

  @Test
  void twoInOneDirectory() throws IOException, InterruptedException {
    Path output = Files.createDirectories(temp.resolve("shared"));
    RunDirectory first = RunDirectory.begin(output, List.of("compare"), Map.of(), notice -> {});
    LockstepProcess second = compare(output);
    assertThat(second.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(second.printed()).contains("another lockstep is at work", output.toString());
    first.close();
    assertThat(output).as("the first did nothing").doesNotExist();
  }

  @Test
  void aFinishedComparisonIsShownAgain() throws IOException {
    Path output = temp.resolve("undisturbed");
    Invocation again = Invocation.of("compare", "--resume", output.toString(), "-q");
    assertThat(again.exitCode()).as(again.err()).isZero();
    assertThat(again.out()).startsWith("AGREE");
    LockstepProcess.assertSame(undisturbed, LockstepProcess.results(output));
  }
}
