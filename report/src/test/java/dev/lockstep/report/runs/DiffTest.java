package dev.lockstep.report.runs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.core.InputException;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.report.PageData;
import dev.lockstep.report.ResultJson;
import dev.lockstep.report.SampleRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two finished runs held against each other: each kind of difference is told rightly. */
class DiffTest {

  @TempDir Path directory;

  private Path write(String name, String json) throws IOException {
    Path run = Files.createDirectories(directory.resolve(name));
    Files.writeString(run.resolve("result.json"), json);
    return run;
  }

  private Path write(String name, RunResult run) throws IOException {
    return write(name, ResultJson.write(run));
  }

  private Path changed(String name, RunResult run, Consumer<ObjectNode> change) throws IOException {
    ObjectNode json = (ObjectNode) new ObjectMapper().readTree(ResultJson.write(run));
    change.accept(json);
    return write(name, json.toString());
  }

  @Test
  void aRunIsIdenticalWithItself() throws IOException {
    Path run = write("a", SampleRuns.agreeing(1));
    Diff diff = Diff.of(run, run);
    assertThat(diff.text()).startsWith("identical: ").doesNotContain("Configuration", "Results");
    assertThat(diff.exitCode()).isZero();
  }

  @Test
  void anotherSeedDiffersAndTheSeedIsNamedFirst() throws IOException {
    Diff diff = Diff.of(write("a", SampleRuns.agreeing(1)), write("b", SampleRuns.agreeing(2)));
    assertThat(diff.text())
        .startsWith("differs: ")
        .containsSubsequence("Configuration", "seed", "Results");
    assertThat(diff.exitCode()).isEqualTo(1);
  }

  @Test
  void anotherMachineWithTheSameNumbersIsIdenticalAndTheMachineIsTold() throws IOException {
    RunResult run = SampleRuns.agreeing(1);
    Path other =
        changed("b", run, json -> ((ObjectNode) json.at("/environment")).put("jdk", "25.0.1"));
    Diff diff = Diff.of(write("a", run), other);
    assertThat(diff.text()).startsWith("identical: ").containsPattern("jdk +17.0.15\\+6 +25.0.1");
    assertThat(diff.exitCode()).isZero();
  }

  @Test
  void theLastBitsOfALossAreNoise() throws IOException {
    RunResult run = SampleRuns.agreeing(1);
    Path other = changed("b", run, json -> nudge(json, 1e-15));
    Diff diff = Diff.of(write("a", run), other);
    assertThat(diff.text()).startsWith("same within noise floor: ");
    assertThat(diff.exitCode()).isZero();

    Path further = changed("c", run, json -> nudge(json, 1e-6));
    assertThat(Diff.of(write("a", run), further).text()).startsWith("differs: ");
  }

  private static void nudge(ObjectNode json, double by) {
    ObjectNode point = (ObjectNode) json.at("/curves/loss/1");
    point.put("candidate", point.path("candidate").asDouble() + by);
  }

  @Test
  void anUndecidedRunIsNotTheSameAsOneThatAgreesWithTheSameNumbers() throws IOException {
    Path agreeing = write("a", SampleRuns.agreeing(1));
    Path undecided = write("b", SampleRuns.undecided(1, "affine2/W was judged in no step"));
    Diff diff = Diff.of(agreeing, undecided);
    assertThat(diff.text())
        .startsWith("differs: ")
        .containsPattern("verdict +AGREE +UNDECIDED")
        .containsPattern("undecided because +– +affine2/W was judged in no step");
    assertThat(diff.exitCode()).isEqualTo(1);
    assertThat(Diff.of(undecided, undecided).text()).startsWith("identical: ");
  }

  @Test
  void aFaultyCandidateDiffersWithItsFirstDivergence() throws IOException {
    Diff diff = Diff.of(write("a", SampleRuns.agreeing(1)), write("b", SampleRuns.differing(1)));
    assertThat(diff.text())
        .startsWith("differs: ")
        .containsPattern("verdict +AGREE +DIFFER")
        .containsPattern("first divergence +– +step 3, backward, affine2/W");
    assertThat(diff.exitCode()).isEqualTo(1);
  }

  @Test
  void runsOfOnePlaceOnlyAreNamedAndAreNoAgreement() throws IOException {
    write("a/seed-1", SampleRuns.agreeing(1));
    write("a/seed-2", SampleRuns.agreeing(2));
    write("b/seed-1", SampleRuns.agreeing(1));
    Diff diff = Diff.of(directory.resolve("a"), directory.resolve("b"));
    assertThat(diff.text()).contains("only in " + directory.resolve("a") + ": seed-2");
    assertThat(diff.exitCode()).isEqualTo(1);
  }

  @Test
  void aPlaceWithoutARunIsRefused() throws IOException {
    Path run = write("a", SampleRuns.agreeing(1));
    write("summary", ResultJson.write(SampleRuns.summary(2)));
    assertThatThrownBy(() -> Diff.of(run, directory.resolve("summary")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("compare writes one");
    assertThatThrownBy(() -> Diff.of(run, directory.resolve("nowhere")))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void namesOnThePageAreDataAndNotMarkup() throws IOException {
    String hostile = "</script><script>alert(1)</script>";
    Diff diff =
        Diff.of(
            write("a", SampleRuns.agreeing(1)),
            write("b", SampleRuns.as(hostile, SampleRuns.agreeing(1))));
    String page = diff.html("./lockstep diff a b");
    assertThat(page).doesNotContain("<script>alert");
    assertThat(PageData.of(page).toString()).contains(hostile);
  }

  @Test
  void anIndexHasEveryRunAndNothingElse() throws IOException {
    write("a", SampleRuns.agreeing(1));
    write("deep/b", SampleRuns.differing(2));
    write("deep", ResultJson.write(SampleRuns.summary(2)));
    String page = RunIndex.html(directory, "./lockstep index reports");
    JsonNode index = PageData.of(page);
    assertThat(index.at("/headline").asText()).isEqualTo("1 AGREE, 1 DIFFER.");
    assertThat(index.at("/sections/0/blocks/0/rows").findValuesAsText("text"))
        .contains("a", "deep/b");
    assertThat(index.at("/sections/0/blocks/0/rows")).hasSize(2);
    assertThat(index.at("/sections/1/blocks/0/figures/0/panels/0/series")).hasSize(2);
  }
}
