package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On a terminal: how a command is interrupted there, and what it draws. */
class TerminalTest {

  private static final int SIGNAL = 128;
  private static final int SIGTERM = 15;

  /** Ample for a process that ends at once, and far less than what it would have run. */
  private static final int AT_ONCE_SECONDS = 20;

  @TempDir static Path temp;
  private static String data = "";

  @BeforeAll
  static void writeData() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
  }

  private static Pty start(Path output, int columns, String... args) throws IOException {
    List<String> all = new ArrayList<>(Arrays.asList(args));
    all.addAll(List.of("--output", output.toString()));
    return Pty.start(
        temp.resolve(output.getFileName() + ".log"),
        columns,
        List.of(),
        all.toArray(String[]::new));
  }

  private static Pty compare(Path output, int columns) throws IOException {
    return start(
        output,
        columns,
        "compare",
        "two-layer-net",
        "training.batchSize=20",
        "--steps",
        "100000",
        "--data",
        data);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aComparisonThatIsInterruptedIsReportedAndCanBeGoneOnWith(boolean ctrlC)
      throws IOException, InterruptedException {
    Path output = temp.resolve("compare-" + ctrlC);
    try (Pty pty = compare(output, 100)) {
      pty.awaitThat(() -> pty.shows(" left, step "));
      if (ctrlC) {
        pty.ctrlC();
      } else {
        pty.terminate();
      }
      assertThat(pty.exitCode())
          .as(pty.shown())
          .isEqualTo(ctrlC ? ExitCode.INTERRUPTED : SIGNAL + SIGTERM);
      assertThat(pty.shown()).contains("To go on: ./lockstep compare --resume " + output);
    }
    JsonNode result = Objects.requireNonNull(LockstepProcess.results(output).get("result.json"));
    assertThat(result.at("/experiment/steps").asInt())
        .isBetween(1, result.at("/experiment/plannedSteps").asInt() - 1);
    assertThat(output.resolve("checkpoint.npz")).exists();
    assertThat(output.resolve("report.html")).exists();
  }

  /** Each of two runs at work has a line, below one that says how many have ended. */
  @Test
  void runsAtTheSameTimeAreSeenAtTheSameTime() throws IOException, InterruptedException {
    Path output = temp.resolve("two");
    try (Pty pty =
        start(
            output,
            100,
            "compare",
            "two-layer-net",
            "--seeds",
            "1..3",
            "--jobs",
            "2",
            "--steps",
            "100000",
            "--data",
            data)) {
      Pattern together =
          Pattern.compile(
              "0 of 3 done[^\\n]*\\n[^\\n]*[12]/3 [^\\n]* step \\d[^\\n]*\\n[^\\n]*[12]/3 [^\\n]* step \\d");
      pty.awaitThat(() -> together.matcher(pty.shown()).find());
      assertThat(pty.shown()).contains("compare: 3 runs, 2 at a time (--jobs)");
      assertThat(pty.shown()).doesNotContain("3/3 two-layer");
      pty.ctrlC();
      assertThat(pty.exitCode()).as(pty.shown()).isEqualTo(ExitCode.INTERRUPTED);
    }
  }

  /** The candidate's step never ends, so the first Ctrl-C can only wait. */
  @Test
  void aSecondCtrlCEndsAtOnce() throws IOException, InterruptedException {
    Path output = temp.resolve("twice");
    try (Pty pty =
        start(output, 100, "compare", "--candidate", "hangs", "--steps", "3", "--data", data)) {
      pty.awaitThat(() -> pty.shows("step 1 of 3"));
      Thread.sleep(1000);
      pty.ctrlC();
      pty.awaitThat(() -> pty.shows("again to end at once"));
      assertThat(pty.endsWithin(1)).isFalse();
      pty.ctrlC();
      assertThat(pty.endsWithin(AT_ONCE_SECONDS)).as(pty.shown()).isTrue();
      assertThat(pty.exitCode()).isEqualTo(ExitCode.INTERRUPTED);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void verifyEndsAtOnceAndLeavesNothing(boolean ctrlC) throws IOException, InterruptedException {
    Path output = temp.resolve("verify-" + ctrlC);
    try (Pty pty = start(output, 100, "verify")) {
      pty.awaitThat(() -> pty.shows("verify: "));
      assertEndsAtOnce(pty, ctrlC, "begin anew");
    }
    assertThat(output).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void benchEndsAtOnceWithItsProcessesAndLeavesNothing(boolean ctrlC)
      throws IOException, InterruptedException {
    Path output = temp.resolve("bench-" + ctrlC);
    try (Pty pty = start(output, 100, "bench", "--quick")) {
      pty.awaitThat(() -> pty.shows("round 1") && pty.grandchildren().findAny().isPresent());
      List<ProcessHandle> measuring = pty.grandchildren().toList();
      assertEndsAtOnce(pty, ctrlC, "begin anew");
      for (ProcessHandle process : measuring) {
        process.onExit().join();
      }
    }
    assertThat(output).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aSearchSaysHowToGoOn(boolean ctrlC) throws IOException, InterruptedException {
    Path output = temp.resolve("search-" + ctrlC);
    try (Pty pty =
        start(output, 100, "search", "mlp-shape", "--max-trials", "40", "--data", data)) {
      pty.awaitThat(() -> pty.shows("search: 1 of 40"));
      assertEndsAtOnce(pty, ctrlC, "To go on: ./lockstep search --resume " + output);
    }
    try (Stream<Path> trials = Files.list(output.resolve("trials"))) {
      assertThat(trials).isNotEmpty();
    }
  }

  private static void assertEndsAtOnce(Pty pty, boolean ctrlC, String said)
      throws IOException, InterruptedException {
    if (ctrlC) {
      pty.ctrlC();
    } else {
      pty.terminate();
    }
    assertThat(pty.endsWithin(AT_ONCE_SECONDS)).as(pty.shown()).isTrue();
    assertThat(pty.exitCode()).isEqualTo(ctrlC ? ExitCode.INTERRUPTED : SIGNAL + SIGTERM);
    assertThat(pty.shown()).contains("interrupted", said);
  }

  /** However narrow the window, the remaining time is there, and nothing wraps. */
  @ParameterizedTest
  @ValueSource(ints = {44, 100, 200})
  void theRemainingTimeIsNeverCutOff(int columns) throws IOException, InterruptedException {
    Path output = temp.resolve("columns-" + columns);
    try (Pty pty = compare(output, columns)) {
      Pattern estimate = Pattern.compile("\\d+ %, \\d+:\\d\\d(:\\d\\d)? left");
      pty.awaitThat(() -> estimate.matcher(pty.shown()).find());
      pty.ctrlC();
      pty.exitCode();
      String drawn = pty.shown();
      assertThat(drawn).containsPattern(estimate);
      assertThat(drawn.split("\r|\n|\u001b\\[[JK]|\u001b\\[\\?7[hl]"))
          .filteredOn(line -> line.contains(" left"))
          .allSatisfy(line -> assertThat(line.length()).isLessThan(columns));
    }
  }

  /** However narrow the window, no word and no number goes on in the next line. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "compare two-layer-net training.batchSize=20 --steps 3 --seeds 1..2",
        "compare two-layer-net training.batchSize=20 --steps 3 --candidate fault:bias-gradient-after-activation",
        "search mlp-shape training.batchSize=20 --steps 2 --max-trials 2",
        "list conventions",
        "doctor",
        "compare --help",
        "compare tow-layer-net"
      })
  void noLineIsWiderThanTheWindow(String words) throws IOException, InterruptedException {
    int columns = 44;
    Path log = temp.resolve("narrow-%s.log".formatted(words.replaceAll("\\W+", "-")));
    List<String> args = new ArrayList<>(List.of(words.split(" ")));
    if (words.matches("(compare|search) .*=.*")) {
      args.addAll(List.of("--data", data, "-q", "--output", log + ".d"));
    }
    try (Pty pty = Pty.start(log, columns, List.of(), args.toArray(String[]::new))) {
      pty.exitCode();
      List<String> lines =
          pty.shown()
              .replaceAll("\u001b\\[[0-9;?]*[a-zA-Z]", "")
              .replace("\r", "")
              .lines()
              .filter(line -> !line.matches("Script (started|done) on .*"))
              .toList();
      assertThat(lines).hasSizeGreaterThan(2);
      assertThat(lines)
          .filteredOn(line -> line.strip().contains(" "))
          .filteredOn(line -> !line.matches(".*\\b(lockstep|mvnw) [a-z-].*")) // a command is whole
          .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(columns));
    }
  }

  /** What is copied from the window must be a script still. */
  @Test
  void aScriptIsLeftAsItIs() throws IOException, InterruptedException {
    try (Pty pty = Pty.start(temp.resolve("script.log"), 44, List.of(), "completion", "fish")) {
      assertThat(pty.exitCode()).isZero();
      assertThat(pty.shown().replace("\r", ""))
          .contains(Invocation.of("completion", "fish").out().strip());
    }
  }
}
