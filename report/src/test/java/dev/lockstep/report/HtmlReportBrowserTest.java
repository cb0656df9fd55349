package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.report.summary.Summary;
import dev.lockstep.report.summary.SummaryBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page in a browser: drawn, told, reachable, and silent towards the network. */
class HtmlReportBrowserTest extends PageInBrowser {

  private static Summary everything() {
    SummaryBuilder all = new SummaryBuilder("compare --all");
    for (int seed = 1; seed <= 6; seed++) {
      all.add(SampleRuns.as("seeds", SampleRuns.ownDraws(seed)), "seeds/seed-" + seed);
    }
    all.add(SampleRuns.as("identical", SampleRuns.identical(1)), "identical");
    all.add(SampleRuns.as("diverged", SampleRuns.diverged(1)), "diverged");
    all.add(SampleRuns.as("horizon", SampleRuns.beyondTheHorizon(1)), "horizon");
    all.add(SampleRuns.as("differing", SampleRuns.differing(1)), "differing");
    all.add(SampleRuns.as("figures", SampleRuns.with(SampleFigures.all())), "figures");
    all.add(SampleFigures.search());

    return all.build();
  }

  @ParameterizedTest
  @CsvSource({
    "400, false",
    "400, true",
    "768, false",
    "1024, false",
    "1024, true",
    "1400, false",
    "1920, false"
  })
  void everyChartIsAsWideAsItsBoxAndSaysWhatItsTableSays(int width, boolean dark)
      throws IOException {
    try (Browser.Page page = open(HtmlReport.write(ReportView.of(everything())), width, dark)) {
      page.evaluate(
          "document.querySelectorAll('details.variant').forEach(d => { d.open = true; })");
      page.settle();
      assertSound(page, 6 * CHARTS_OF_A_RUN + SampleFigures.all().size() + 1);
    }
  }

  @Test
  void chartsFollowTheWindowAndThePaper() throws IOException {
    try (Browser.Page page = open(HtmlReport.write(ReportView.of(everything())))) {
      page.resize(700, HEIGHT);
      page.settle();
      page.evaluate(
          "document.querySelectorAll('details.variant').forEach(d => { d.open = true; })");
      page.settle();
      assertSound(page, 6 * CHARTS_OF_A_RUN + SampleFigures.all().size() + 1);
      page.evaluate(
          """
          addEventListener('beforeprint', () => {
            globalThis.onPaper = [...document.querySelectorAll('.plot-frame svg, .scroll')]
              .filter(box => box.clientWidth && box.scrollWidth > box.clientWidth + 1 || box.getBoundingClientRect().right > 700)
              .map(box => box.getAttribute('aria-label'));
          })""");
      assertThat(page.print()).startsWith("%PDF".getBytes(StandardCharsets.US_ASCII));
      page.settle();
      assertThat(page.evaluate("globalThis.onPaper")).as("cut off on paper").isEmpty();
      assertSound(page, 6 * CHARTS_OF_A_RUN + SampleFigures.all().size() + 1);
    }
  }

  @Test
  void aSingleRunTellsVerdictDivergenceAndCommandOnItsFirstScreen() throws IOException {
    String page = HtmlReport.write(ReportView.of(SampleRuns.differing(1)));
    Browser.Page visit = open(page);
    assertSound(visit, CHARTS_OF_A_RUN);
    assertThat(visit.dom())
        .containsSubsequence(
            "✖ DIFFER",
            "Step 3: backward affine2/W of affine2 differs",
            "First divergence",
            "index (3, 7)",
            "Diagnosis: the gradient is not divided by the batch size",
            "./lockstep compare mlp-batchnorm-dropout --seed 1");
    assertThat(visit.dom()).contains("▲ first difference: step 3, backward, affine2/W");
  }

  @Test
  void whatTheReferenceDidAloneIsDrawnAndSaidToBeUncompared() throws IOException {
    String page = HtmlReport.write(ReportView.of(SampleRuns.goingOnAlone(1)));
    Browser.Page visit = open(page);
    assertSound(visit, CHARTS_OF_A_RUN + 1);
    assertThat(visit.dom())
        .contains("test accuracy 98.34 %; nothing was compared after step 1,800")
        .contains("Accuracy of scratch alone");
  }

  @Test
  void hostileNamesAreShownAndNotRun() throws IOException {
    String hostile = "<img src=x onerror=console.log(1)></script><script>console.log(2)</script>";
    RunResult run = SampleRuns.as(hostile, SampleRuns.noticed("no <i>MNIST</i>"));
    Browser.Page visit = open(HtmlReport.write(ReportView.of(run)));
    assertThat(visit.console()).isEmpty();
    assertThat(visit.dom())
        .contains("<h1>mlp-batchnorm-dropout/&lt;img src=x")
        .contains("role=\"alert\">⚠ no &lt;i&gt;MNIST&lt;/i&gt;");
  }

  @Test
  void noRequestLeavesThePageEvenIfItTried() throws IOException {
    AtomicInteger requests = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    server.start();
    try {
      String image =
          "<img src=\"http://127.0.0.1:%d/x.png\">".formatted(server.getAddress().getPort());
      String page = HtmlReport.write(ReportView.of(SampleRuns.agreeing(1)));
      String tempted = page.replace("<div id=\"page\">", image + "<div id=\"page\">");
      open(tempted);
      assertThat(requests).hasValue(0);

      String unguarded = tempted.replaceFirst("<meta http-equiv=[^>]*>", "");
      open(unguarded);
      assertThat(requests).as("without the policy the same page does ask").hasPositiveValue();
    } finally {
      server.stop(0);
    }
  }
}
