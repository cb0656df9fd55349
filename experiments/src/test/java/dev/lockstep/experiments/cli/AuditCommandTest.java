package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.bridge.program.Python;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
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
        .contains("Step 1, update, layer affine1, tensor affine1/W")
        .contains("as if the learning rate were 0.05 in place of 0.1")
        .contains("update affine1/W: recorded at net.py:55");
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

  @Test
  void aWrongGradientIsHeldAgainstTheSlopeOfTheReferencesLoss() throws Exception {
    Invocation wrong = audit(recorded("(1 - z1)", "(1 + z1)"), "--reference", "dl4j");
    assertThat(wrong.out())
        .contains("Step 1, backward, layer sigmoid1, tensor affine1/out")
        .contains("a recorded run cannot be asked for the slope of its loss")
        .containsPattern("gradient and slope of the loss: dl4j (\\S+) and \\1 ±");
    assertThat(wrong.exitCode()).isEqualTo(1);
  }

  @Test
  void aRunWithNothingToCompareIsNoAgreement() throws Exception {
    Invocation selected = audit(recorded("dz1", "dz1"), "--include", "nothing");
    assertThat(selected.err()).contains("nothing to compare");
    assertThat(selected.exitCode()).isEqualTo(5);
    Path none = recorded("range(10)", "range(0)");
    Invocation empty = audit(none);
    assertThat(empty.out())
        .startsWith("NOTHING_COMPARED")
        .contains("no complete step was recorded");
    assertThat(empty.exitCode()).isEqualTo(5);
    Path unseen = recorded("rec(\"forward\"", "len([]) and rec(\"forward\"");
    Invocation forward = audit(unseen, "--phase", "forward");
    assertThat(forward.out())
        .startsWith("NOTHING_COMPARED")
        .contains("holds none of the tensors that are to be compared");
    assertThat(forward.exitCode()).isEqualTo(5);
  }

  @Test
  void whatIsDamagedOrMissingIsToldInWords() throws Exception {
    Path run = recorded("dz1", "dz1");
    byte[] whole = Files.readAllBytes(run);
    byte[] damaged = whole.clone();
    damaged[whole.length / 2] ^= 1;
    Files.write(run, damaged);
    Invocation flipped = audit(run);
    assertThat(flipped.err()).contains("run.npz: entry step-", "the file is damaged", "CRC");
    assertThat(flipped.exitCode()).isEqualTo(4);
    Files.write(run, "no archive".getBytes(StandardCharsets.UTF_8));
    assertThat(audit(run).err()).contains("expected a run that lockstep.record wrote");
    assertThat(audit(temp.resolve("none.npz")).err()).contains("found no such file");
  }

  @Test
  void aStateThatIsNotWholeNamesWhatIsMissing() throws Exception {
    Invocation partial =
        audit(recorded("rec.state(p)", "rec.state({k: p[k] for k in list(p)[:3]})"));
    assertThat(partial.err()).contains("step 1: expected affine2/b in the state before it");
    assertThat(partial.exitCode()).isEqualTo(4);
  }

  @Test
  void whatCompareRecordsOfEitherSideIsJudgedAlike() {
    for (String role : List.of("candidate", "reference")) {
      Path run = temp.resolve(role + ".npz");
      Invocation compared =
          Invocation.of(
              "compare",
              "mlp-batchnorm-dropout",
              "--data",
              "synthetic",
              "--train-size",
              "200",
              "--test-size",
              "50",
              "training.batchSize=20",
              "--steps",
              "4",
              "--record",
              run.toString(),
              "--record-side",
              role,
              "--output",
              temp.resolve("live").toString(),
              "-q");
      assertThat(compared.out() + compared.err()).startsWith("AGREE");
      Invocation audited =
          Invocation.of(
              "audit",
              run.toString(),
              "mlp-batchnorm-dropout",
              "--output",
              temp.resolve("audit").toString(),
              "-q");
      assertThat(audited.out() + audited.err()).startsWith("AGREE").contains("4 observed steps");
    }
  }
}
