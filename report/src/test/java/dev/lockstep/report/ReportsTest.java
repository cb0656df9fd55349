package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lockstep.core.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportsTest {

  @TempDir Path directory;

  @Test
  void writesTheFilesThatAreAskedForAndNothingElse() throws IOException {
    List<Path> written =
        Reports.write(
            directory.resolve("new/folder"),
            EnumSet.of(Format.TEXT, Format.JSON, Format.HTML),
            SampleRuns.agreeing(1));

    assertThat(written)
        .containsExactly(
            directory.resolve("new/folder/result.json"),
            directory.resolve("new/folder/report.html"));
    try (Stream<Path> files = Files.list(directory.resolve("new/folder"))) {
      assertThat(files).containsExactlyInAnyOrderElementsOf(written);
    }
  }

  /** Who reads a page without scripts is sent to a file that is there. */
  @Test
  void aPageWithoutScriptsNamesOnlyWhatWasWritten() throws IOException {
    List<Path> written =
        Reports.write(directory, EnumSet.of(Format.JSON, Format.HTML), SampleRuns.agreeing(1));
    assertThat(filesNamedWithoutScripts(Files.readString(written.get(1))))
        .containsExactly("result.json")
        .allSatisfy(name -> assertThat(directory.resolve(name)).exists());

    Page index = new Page("Runs", "w", true, "h", "m", List.of(), List.of());
    assertThat(filesNamedWithoutScripts(HtmlReport.write(index))).isEmpty();
    assertThat(filesNamedWithoutScripts(HtmlReport.writeLive(index, 1))).isEmpty();
  }

  private static List<String> filesNamedWithoutScripts(String page) {
    Matcher said = Pattern.compile("(?s)<noscript>(.*?)</noscript>").matcher(page);
    assertThat(said.find()).isTrue();
    return Pattern.compile("[\\w-]+\\.(json|md|html|csv|xml)\\b")
        .matcher(said.group(1))
        .results()
        .map(MatchResult::group)
        .toList();
  }

  @Test
  void replacesAnOlderReport() throws IOException {
    Reports.write(directory, EnumSet.of(Format.JSON), SampleRuns.agreeing(1));
    Reports.write(directory, EnumSet.of(Format.JSON), SampleRuns.differing(2));

    JsonNode result = new ObjectMapper().readTree(directory.resolve("result.json").toFile());
    assertThat(result.at("/verdict").asText()).isEqualTo("DIFFER");
    assertThat(result.at("/firstDivergence/tensor").asText()).isEqualTo("affine2/W");
    assertThat(result.at("/firstDivergence/errorOverFloor").asDouble()).isEqualTo(0.001 / 0x1p-52);
  }

  @Test
  void saysWhatIsWrongWithADirectoryThatCannotBeWritten() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    assertThatThrownBy(() -> Reports.write(file, EnumSet.of(Format.JSON), SampleRuns.agreeing(1)))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("--output");
  }
}
