package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DoctorCommandTest {

  @TempDir Path temp;

  @Test
  void everythingIsLookedAtAndNothingIsWritten() {
    Path output = temp.resolve("reports");
    Invocation run = Invocation.of("doctor", "--output", output.toString());
    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .contains("Java", "heap", "processors", "OMP_NUM_THREADS", "Deeplearning4j", "1 + 1 = 2")
        .contains(
            "matrix product",
            "numpy side",
            "pytorch side",
            "MNIST",
            "output",
            "cache",
            "locale",
            "proxies",
            "terminal")
        .contains("A comparison can run here.");
    assertThat(output).doesNotExist();
  }

  @Test
  void whereNothingCanBeWrittenNoComparisonRuns() throws IOException {
    Path file = Files.writeString(temp.resolve("file"), "in the way");
    Invocation run = Invocation.of("doctor", "--output", file.resolve("reports").toString());
    assertThat(run.exitCode()).isEqualTo(ExitCode.INPUT);
    assertThat(run.out()).contains("missing", "name another: --output", "No comparison can run");
  }
}
