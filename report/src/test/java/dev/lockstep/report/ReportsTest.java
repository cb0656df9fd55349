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
