package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.lockstep.report.ResultSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerifyCommandTest {

  @TempDir Path temp;

  private Invocation verify(String... more) {
    String[] args = {"verify", "-q", "--output", temp.resolve("out").toString()};
    String[] all = new String[args.length + more.length];
    System.arraycopy(args, 0, all, 0, args.length);
    System.arraycopy(more, 0, all, args.length, more.length);
    return Invocation.of(all);
  }

  @Test
  void agreesAndWritesAllNumbers() throws IOException {
    Invocation run =
        verify("--include", "^(layer affine|initial xavier, affine|convention adam-epsilon)$");

    assertThat(run.exitCode()).as(run.out() + run.err()).isZero();
    assertThat(run.out())
        .startsWith("AGREE  1 part")
        .contains("\nAGREE  ")
        .doesNotContain("NOT OK");
    String json = Files.readString(temp.resolve("out/result.json"));
    assertThat(ResultSchema.problems(json)).isEmpty();
    JsonNode result = JsonMapper.builder().build().readTree(json);
    assertThat(result.at("/verdict").asText()).isEqualTo("AGREE");
    assertThat(result.at("/parts")).isNotEmpty();
    assertThat(result.at("/parts/0/worst").fieldNames())
        .toIterable()
        .containsExactly("forward", "loss", "backward", "update");
    assertThat(result.at("/initialValues")).hasSize(3);
    assertThat(result.at("/conventions/0/id").asText()).isEqualTo("adam-epsilon");
    assertThat(temp.resolve("out")).isDirectoryContaining("glob:**result.json");
  }

  @Test
  void verboseShowsEveryPhase() {
    assertThat(verify("-v", "--include", "^layer affine$").out())
        .contains("forward", "backward", "error ÷ floor", "dl4j in float");
  }

  @Test
  void nothingChosenIsNothingCompared() {
    Invocation run = verify("--include", "nosuch");

    assertThat(run.exitCode()).isEqualTo(5);
    assertThat(run.err()).contains("--include");
    assertThat(temp.resolve("out")).doesNotExist();
  }

  @Test
  void whatItCannotWriteIsRefusedBeforeAnythingRuns() {
    Invocation run = verify("--format", "csv");

    assertThat(run.exitCode()).isEqualTo(2);
    assertThat(run.err()).contains("text, json", "csv");
  }

  @Test
  void aMalformedChoiceIsAUsageError() {
    assertThat(verify("--include", "(").exitCode()).isEqualTo(2);
  }

  @Test
  void helpNamesTheFormatsThatAreWritten() {
    assertThat(Invocation.of("verify", "--help").out().replaceAll("\\s", ""))
        .contains("(default:text,json)");
  }
}
