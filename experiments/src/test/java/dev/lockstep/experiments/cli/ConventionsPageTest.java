package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.bridge.program.Python;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.ledger.Conventions;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The convention ledger as a page, and what it says of PyTorch measured there. */
class ConventionsPageTest {

  @TempDir Path temp;

  @Test
  void isWrittenByTheCommand() throws IOException {
    Invocation run = Invocation.of("list", "conventions", "--markdown");
    assertThat(run.exitCode()).isZero();
    assertThat(run.out())
        .as("after a change: ./lockstep list conventions --markdown > docs/conventions.md")
        .isEqualTo(Files.readString(Path.of("../docs/conventions.md")));
  }

  @Test
  void isAPageOfConventionsAlone() {
    Invocation run = Invocation.of("list", "losses", "--markdown");
    assertThat(run.exitCode()).isEqualTo(ExitCode.USAGE);
    assertThat(run.err()).contains("--markdown: expected with conventions, found with losses");
  }

  @Test
  void saysOfPyTorchWhatPyTorchDoes() throws IOException, InterruptedException {
    assumeTrue(Python.with("torch").isPresent(), "skipped: no Python here has torch");
    Path program = temp.resolve("pytorch_conventions.py");
    try (InputStream in =
        Objects.requireNonNull(
            ConventionsPageTest.class.getResourceAsStream("pytorch_conventions.py"))) {
      Files.copy(in, program);
    }
    ProcessBuilder builder =
        new ProcessBuilder(Python.with("torch").orElseThrow(), program.toString())
            .redirectErrorStream(true);
    builder.environment().putAll(Python.environment());
    Process process = builder.start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said.lines())
        .containsExactlyInAnyOrderElementsOf(
            Conventions.all().stream().map(Convention::id).toList());
  }
}
