package dev.lockstep.experiments.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.report.Browser;
import dev.lockstep.report.Format;
import dev.lockstep.report.PageInBrowser;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of a benchmark in a browser. */
class SpeedPageBrowserTest extends PageInBrowser {

  @ParameterizedTest
  @ValueSource(ints = {PHONE, DESKTOP})
  void speedsStandInATableAndCostsInCurves(int width) throws IOException {
    BenchResult result = SampleSpeeds.result();
    String page =
        Objects.requireNonNull(result.files(EnumSet.of(Format.HTML)).get("report.html")).get();
    try (Browser.Page open = open(page, width, false)) {
      assertSound(
          open, (int) result.cost().stream().map(BenchResult.Cost::series).distinct().count());
      assertThat(open.dom()).containsSubsequence("Speed", "What a step costs", "measured, ms");
    }
  }
}
