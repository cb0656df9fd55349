package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.diagnosis.Cause;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.report.summary.SummaryBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Collectors;
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

  @Test
  void everyVerdictSaysWhatToTypeNext() {
    assertThat(next(SampleRuns.undecided(1, "affine2/W was judged in no step")))
        .isEqualTo(
            "./lockstep compare mlp-batchnorm-dropout --seed 1 --observe-every 1; ./lockstep compare mlp-batchnorm-dropout --seed 1");
    assertThat(
            next(
                "./lockstep compare two-layer-net --own-draws --seeds 1..3 --steps 60",
                SampleRuns.undecided(1, "3 seeds are too few")))
        .startsWith("./lockstep compare two-layer-net --own-draws --steps 60 --seeds 1..10; ");
    assertThat(next(SampleRuns.explained(1))).contains("./lockstep list conventions");
    assertThat(next(SampleRuns.differing(1)))
        .startsWith("./lockstep compare")
        .contains("--reproduce; ")
        .contains(" --fail-fast; ");
    assertThat(
            next("lockstep compare a --candidate-command 'python3 a.py'", SampleRuns.differing(1)))
        .isEqualTo(
            "./lockstep compare a --candidate-command 'python3 a.py' --fail-fast; ./lockstep compare a --candidate-command 'python3 a.py'");
  }

  private static String next(RunResult run) {
    return next(run.command(), run);
  }

  private static String next(String command, RunResult run) {
    return FirstScreen.next(new SummaryBuilder(command).add(run, "").build()).stream()
        .map(Page.Next::command)
        .collect(Collectors.joining("; "));
  }

  @Test
  void aReaderIsToldWhichSideIsWrongOrWhyThatIsNotKnown() {
    assertThat(
            FirstScreen.where(
                    new SummaryBuilder("compare").add(SampleRuns.differing(1), "").build().failed())
                .stream()
                .filter(fact -> fact.get(0).equals("which side is wrong")))
        .hasSize(1)
        .allSatisfy(fact -> assertThat(fact.get(1)).contains("finite differences"));
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
