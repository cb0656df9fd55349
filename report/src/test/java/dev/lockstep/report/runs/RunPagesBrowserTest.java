package dev.lockstep.report.runs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.report.Browser;
import dev.lockstep.report.PageInBrowser;
import dev.lockstep.report.ResultJson;
import dev.lockstep.report.SampleRuns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages over finished runs in a browser. */
class RunPagesBrowserTest extends PageInBrowser {

  private static final String HOSTILE = "<img src=x onerror=console.log(1)>";

  private void write(Path directory, String name, dev.lockstep.core.result.RunResult run)
      throws IOException {
    Path folder = Files.createDirectories(directory.resolve(name));
    Files.writeString(folder.resolve("result.json"), ResultJson.write(run));
  }

  @ParameterizedTest
  @ValueSource(ints = {PHONE, DESKTOP})
  void anIndexSortsFiltersAndRunsNoName(int width, @TempDir Path runs) throws IOException {
    write(runs, "b", SampleRuns.agreeing(2));
    write(runs, "a", SampleRuns.differing(1));
    write(runs, "c", SampleRuns.as(HOSTILE, SampleRuns.agreeing(3)));
    try (Browser.Page page = open(RunIndex.html(runs, "./lockstep index reports"), width, false)) {
      assertSound(page, 1);
      String names =
          "[...document.querySelectorAll('#runs tbody tr')].filter(r => !r.hidden).map(r => r.cells[0].textContent).join(' ')";
      assertThat(page.evaluate(names).asText()).isEqualTo("a b c");
      page.evaluate("document.querySelectorAll('#runs .sort')[3].click()");
      assertThat(page.evaluate(names).asText()).as("by verdict").isEqualTo("b c a");
      page.evaluate(
          """
          const box = document.querySelector('#runs input');
          box.value = 'differ step';
          box.dispatchEvent(new Event('input'));""");
      assertThat(page.evaluate(names).asText()).as("with the words").isEqualTo("a");
      assertThat(page.dom()).contains("&lt;img src=x onerror");
    }
  }

  /** Statistics over their seeds judge, which are not in this list. */
  @Test
  void runsThatDrewForThemselvesHaveNoVerdictOfTheirOwn(@TempDir Path runs) throws IOException {
    for (String name : List.of("a", "b")) {
      write(runs, name, SampleRuns.agreeing(1));
      Path file = runs.resolve(name).resolve("result.json");
      ObjectMapper json = new ObjectMapper();
      ObjectNode result = (ObjectNode) json.readTree(file.toFile());
      result.put("verdict", "NOTHING_COMPARED");
      ((ObjectNode) result.get("coverage")).put("steps", 0);
      json.writeValue(file.toFile(), result);
    }
    write(runs, "c", SampleRuns.agreeing(1));
    try (Browser.Page page =
        open(RunIndex.html(runs, "./lockstep index reports"), DESKTOP, false)) {
      assertThat(page.dom())
          .contains(
              "✔ 3 runs", "1 AGREE, 2 in which each side drew for itself, judged over their seeds.")
          .doesNotContain("NOTHING_COMPARED");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {PHONE, DESKTOP})
  void aDiffTellsItsOutcomeFirst(int width, @TempDir Path runs) throws IOException {
    write(runs, "a", SampleRuns.agreeing(1));
    write(runs, "b", SampleRuns.differing(1));
    Diff diff = Diff.of(runs.resolve("a"), runs.resolve("b"));
    try (Browser.Page page = open(diff.html("./lockstep diff a b"), width, true)) {
      assertThat(page.console()).isEmpty();
      assertThat(page.dom())
          .containsSubsequence(
              "✖ differs", "What to type next", "Configuration", "Results", "first divergence");
    }
  }
}
