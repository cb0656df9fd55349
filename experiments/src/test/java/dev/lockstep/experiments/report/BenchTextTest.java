package dev.lockstep.experiments.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BenchTextTest {

  @Test
  void aRowHasBothSidesTheRatioAndItsInterval() {
    String text = BenchText.write(SampleSpeeds.result(), false, Path.of("bench", "result.json"));

    assertThat(text).startsWith("AGREE  2026-01-31, A CPU, 2 processors, JDK 17");
    assertThat(text.lines().filter(line -> line.contains("float")).findFirst().orElseThrow())
        .contains("best, 1 : 2", "29,000 : 145,000", "5.00 (4.50 … 5.50)", "75 %", "61");
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
  void thePageSaysWhatWroteItAndOnWhat() {
    String page = BenchText.markdown(SampleSpeeds.result());

    assertThat(page)
        .contains("Written by `lockstep bench`. 2026-01-31, A CPU")
        .contains("| two-layer-net-relu: 784-50-10 | training |")
        .contains("geometric mean of 5 rounds")
        .contains("95 %")
        .contains("- Missing: numpy")
        .doesNotContain("%%");
  }
}
