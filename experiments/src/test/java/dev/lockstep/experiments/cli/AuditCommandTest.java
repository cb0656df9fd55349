package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.bridge.program.Python;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that a program in Python recorded, judged from its file alone. */
class AuditCommandTest {

  private static final Path EXAMPLE = Path.of("../docs/example/my_recorded_net.py");
  private static final int COMPLETE_STEPS = 5;

  @TempDir Path temp;

  /** Runs the example, a text of it replaced by another, and returns what it recorded. */
  private Path recorded(String right, String wrong) throws IOException, InterruptedException {
    assumeTrue(Python.with("numpy").isPresent(), "skipped: no Python here has numpy");
    String source = Files.readString(EXAMPLE);
    assertThat(source).contains(right);
    Path program = Files.writeString(temp.resolve("net.py"), source.replace(right, wrong));
    Path run = temp.resolve("run.npz");
    ProcessBuilder builder =
        new ProcessBuilder(Python.with("numpy").orElseThrow(), program.toString(), run.toString());
    builder.environment().putAll(Python.environment());
    assertThat(builder.inheritIO().start().waitFor()).isZero();
    return run;
  }

  private Invocation audit(Path run, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "audit",
                run.toString(),
                "two-layer-net",
                "--output",
                temp.resolve("report").toString(),
                "-q"));
    arguments.addAll(List.of(more));
    return Invocation.of(arguments.toArray(String[]::new));
  }

  @Test
  void aRightRunAgrees() throws Exception {
    Invocation right = audit(recorded("dz1", "dz1"));
    assertThat(right.out() + right.err()).startsWith("AGREE").contains("10 observed steps");
    assertThat(right.exitCode()).isZero();
  }

  @Test
  void aWrongLineIsFoundInItsStepAndLayer() throws Exception {
    Invocation wrong = audit(recorded("(1 - z1)", "(1 - z1 + 2 * z1 * (step == 6))"));
    assertThat(wrong.out()).contains("Step 7, backward, layer sigmoid1, tensor affine1/out");
    assertThat(wrong.exitCode()).isEqualTo(1);
  }

  @Test
  void aWrongRateIsNamed() throws Exception {
    Invocation wrong = audit(recorded("p[path] -= 0.1 *", "p[path] -= 0.05 *"));
    assertThat(wrong.out())
        .contains("Step 1, update, layer affine2, tensor affine2/W")
        .contains("0.05");
    assertThat(wrong.exitCode()).isEqualTo(1);
  }

  @Test
  void whatIsNotRecordedKeepsItUndecidedUnlessItIsLeftOut() throws Exception {
    Path run = recorded("        rec(\"backward\", \"sigmoid1/out\", dz1)\n", "");
    Invocation undecided = audit(run);
    assertThat(undecided.out() + undecided.err()).contains("backward sigmoid1/out");
    assertThat(undecided.exitCode()).isEqualTo(5);
    Invocation without = audit(run, "--exclude", "sigmoid1/out");
    assertThat(without.exitCode()).isZero();
  }

  @Test
  void aRecordingThatWasCutOffIsJudgedToItsLastCompleteStep() throws Exception {
    Path run = recorded("dz1", "dz1");
    byte[] whole = Files.readAllBytes(run);
    Files.write(run, Arrays.copyOf(whole, whole.length * COMPLETE_STEPS / 10 + whole.length / 20));
    Invocation part = audit(run);
    assertThat(part.out() + part.err()).startsWith("AGREE").contains("5 observed steps");
  }

  @Test
  void whatHoldsNothingOfTheNetworkIsRefused() throws Exception {
    Path run = recorded("dz1", "dz1");
    Invocation other = Invocation.of("audit", run.toString(), "simple-convnet", "-q");
    assertThat(other.err()).contains("step 1: expected x of shape 100×1×28×28, found 100×784");
    assertThat(other.exitCode()).isEqualTo(4);
  }
}
