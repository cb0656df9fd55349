package dev.lockstep.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.report.ResultJson;
import dev.lockstep.report.ResultSchema;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BenchTextTest {

  @Test
  void aRowHasBothSidesTheRatioAndItsInterval() {
    String text = BenchText.write(SampleSpeeds.result(), false, Path.of("bench", "result.json"));

    assertThat(text).startsWith("AGREE  2026-01-31, A CPU, 2 processors, JDK 17");
    assertThat(text.lines().filter(line -> line.contains("float")).findFirst().orElseThrow())
        .contains("best, 2 : 1", "145,000 : 29,000", "5.00 (4.50 … 5.50)", "75 %", "61");
    assertThat(text.lines().filter(line -> line.startsWith("depth")))
        .last()
        .asString()
        .containsSubsequence("2", "32,000,000", "3.125", "2.500", "1.25");
    assertThat(text).contains("Missing    numpy: no python3 on the path", "result.json");
  }

  @Test
  void withoutAPairThereIsNoRatio() {
    String text = BenchText.write(SampleSpeeds.result(), false, Path.of("result.json"));

    String alone =
        text.lines().filter(line -> line.contains("numerical gradient")).findFirst().orElseThrow();
    assertThat(alone).contains("1,235").doesNotContain(" : ").contains("–");
  }

  @Test
  void theWrittenResultKeepsToTheSchema() throws IOException {
    assertThat(ResultSchema.problems(ResultJson.write(SampleSpeeds.result()))).isEmpty();
  }
}
