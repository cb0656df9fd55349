package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.diagnosis.Cause;
import dev.lockstep.core.result.RunResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a reader needs first, in words. */
class FirstScreenTest {

  @Test
  void theReadmeTellsWhatEveryVerdictMeansAndItsExitCode() throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    assertThat(FirstScreen.verdicts())
        .isNotEmpty()
        .allSatisfy(
            row ->
                assertThat(readme)
                    .contains(
                        "| `%s` | %s | %d |"
                            .formatted(row.verdict(), row.meaning(), row.exitCode())));
  }

  @Test
  void aCauseSaysHowSureItIs() {
    assertThat(cause(new Cause("not divided by 100", Cause.Standing.CONFIRMED, "")))
        .startsWith("Confirmed cause, in affine2: not divided by 100");
    assertThat(cause(new Cause("not divided by 100", Cause.Standing.HINT, "affine1/W")))
        .startsWith(
            "Hint, in affine2: consistent with: not divided by 100; not confirmed: affine1/W");
  }

  private static String cause(Cause cause) {
    RunResult run = SampleRuns.differing(1);
    return FirstScreen.cause(
        Objects.requireNonNull(run.firstDivergence()).withDiagnosis(cause.sentence()),
        run.implementations());
  }

  @ParameterizedTest
  @CsvSource({
    "lockstep compare a --output /tmp/x --steps 3, ./lockstep compare a --steps 3",
    "lockstep compare a --output=/tmp/x, ./lockstep compare a",
    "lockstep compare a --output \"/tmp/x y\" -q, ./lockstep compare a -q",
    "./lockstep compare a, ./lockstep compare a"
  })
  void aRepeatedCommandDoesNotWriteOverTheFirst(String command, String again) {
    assertThat(FirstScreen.again(command)).isEqualTo(again);
  }

  @ParameterizedTest
  @CsvSource({
    "./lockstep compare a, true",
    "./lockstep compare a --candidate mine --classpath mine.jar, true",
    "./lockstep compare a --candidate numpy, false",
    "./lockstep compare a --candidate-command 'python3 a.py', false",
    "./lockstep compare a --reference dl4j, false",
    "./lockstep audit run.npz a, false"
  })
  void aTestIsProposedOnlyWhereOneCanBeWritten(String command, boolean can) {
    assertThat(FirstScreen.canBeWrittenAsATest(command)).isEqualTo(can);
  }
}
