package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.result.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the process ends with where there is no verdict: never 0, and never 1, which is one. */
class ExitCodeTest {

  @TempDir static Path temp;
  private static String data = "";

  @BeforeAll
  static void writeData() throws IOException {
    data = "idx:" + SmallData.write(Files.createDirectories(temp.resolve("digits")));
  }

  private static LockstepProcess compare(String name, List<String> options, String... more)
      throws IOException {
    List<String> all =
        new ArrayList<>(List.of("compare", "--steps", "5", "--data", data, "--output"));
    all.add(temp.resolve(name).toString());
    all.addAll(List.of(more));
    return LockstepProcess.start(temp.resolve(name + ".log"), options, all.toArray(String[]::new));
  }

  @Test
  void aCandidateThatEndsTheProcessIsNamed() throws IOException, InterruptedException {
    LockstepProcess process = compare("exits", List.of(), "--candidate", "exits", "--in-process");
    assertThat(process.exitCode()).as(process.printed()).isEqualTo(ExitCode.INTERNAL);
    assertThat(process.printed())
        .contains("UnrulyProviders", "ended the process before there was a verdict");
  }

  /** In a process of its own, as a candidate runs unless asked otherwise, it ends that alone. */
  @Test
  void aCandidateThatEndsItsOwnProcessDiffers() throws IOException, InterruptedException {
    LockstepProcess process = compare("ends", List.of(), "--candidate", "exits");
    assertThat(process.exitCode()).as(process.printed()).isEqualTo(Verdict.DIFFER.exitCode());
    assertThat(process.printed())
        .contains("Step 2: exits ended with exit status 0 in its step", "Test accuracy");
  }

  @Test
  void aStepThatDoesNotEndIsNamed() throws IOException, InterruptedException {
    LockstepProcess process =
        compare("hangs", List.of("-Dlockstep.longStepSeconds=8"), "--candidate", "hangs");
    process.awaitThat(() -> process.hasPrinted("Ctrl-C ends it"));
    process.kill();
    assertThat(process.printed()).contains("step 2 of hangs has taken more than 8 s");
  }

  @Test
  void whatACandidateThrowsWhenItIsBuiltIsItsOwnFault() throws IOException, InterruptedException {
    LockstepProcess process =
        compare("builds", List.of(), "--candidate", "fails-to-build", "--in-process");
    assertThat(process.exitCode()).as(process.printed()).isEqualTo(ExitCode.USAGE);
    assertThat(process.printed())
        .contains("fails-to-build: expected a model ready for step 1", "no weights yet")
        .doesNotContain("fault of lockstep");
  }

  @Test
  void aLocaleThatACandidateSetsIsSetBack() throws IOException, InterruptedException {
    LockstepProcess process =
        compare("locale", List.of(), "--candidate", "changes-locale", "--in-process");
    assertThat(process.exitCode()).as(process.printed()).isZero();
    assertThat(process.printed())
        .contains("set the locale of the process to ar-EG-u-nu-arab")
        .contains("seed 1: 5 steps")
        .doesNotContainPattern("[\u0660-\u0669]");
  }

  @Test
  void tooLittleMemorySaysHowToGiveMore() throws IOException, InterruptedException {
    Path file =
        Files.writeString(
            temp.resolve("wide.yaml"),
            """
            input: [784]
            layers:
              - affine: {units: 20000}
              - relu
              - affine: {units: 10}
            optimizer: {type: sgd, learningRate: 0.1}
            training: {batchSize: 20, steps: 30}
            """);
    LockstepProcess process = compare("memory", List.of("-Xmx100m"), file.toString());
    assertThat(process.exitCode()).as(process.printed()).isEqualTo(ExitCode.INTERNAL);
    assertThat(process.printed())
        .containsSubsequence("NOTICE: a run of this size needs about", "Java may use 100 MiB here")
        .contains("out of memory", "100 MiB", "LOCKSTEP_JAVA_OPTS=-Xmx")
        .doesNotContain("\tat ", "fault of lockstep");
  }
}
