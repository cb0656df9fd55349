package dev.lockstep.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SpeedPageTest {

  private static final String PAGE = SpeedPage.write(SampleSpeeds.result());

  private static List<String> linesWith(String part, String text) {
    return text.lines().filter(line -> line.contains(part)).toList();
  }

  @Test
  void saysWhatWroteItAndOnWhat() {
    assertThat(PAGE)
        .contains("written by `lockstep bench`")
        .contains("Measured on 2026-01-31, A CPU, 2 processors, JDK 17")
        .contains("geometric mean of 5 rounds")
        .contains("95 %")
        .contains("- Missing: numpy")
        .doesNotContain("%%");
  }

  @Test
  void beginsWithTrainingInShortAColumnForEachSide() {
    String inShort = PAGE.substring(PAGE.indexOf(SpeedPage.BEGIN), PAGE.indexOf(SpeedPage.END));

    assertThat(linesWith("| network", inShort))
        .containsExactly("| network | threads | scratch | dl4j, float | pytorch | dl4j |");
    assertThat(linesWith("784-50-10", inShort))
        .containsExactly(
            "| two-layer-net-relu: 784-50-10 | best | 145,000 | 29,000 (5.00 ×) | 111,538 (1.30 ×) | – |",
            "| simple-convnet: 784-50-10 | one thread | 145,000 | – | – | 620 |");
    assertThat(inShort).doesNotContain("numerical");
  }

  @Test
  void plotsWhatAStepCostsAndWhatItWasExpectedTo() {
    assertThat(PAGE)
        .contains(
            """
            ```mermaid
            xychart-beta
                title "Growing depth"
                x-axis "hidden layers" [1, 2]
                y-axis "milliseconds per step" 0 --> 3.125
                bar [1.250, 2.500]
                line [1.000, 3.125]
            ```
            """)
        .contains("| depth | 2 | 32,000,000 | 3.125 | 2.500 | 1.25 |")
        .contains("12,800 million a second");
  }
}
