package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.report.summary.SummaryBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a browser: drawn, told, reachable, and silent towards the network. */
class HtmlReportBrowserTest extends PageInBrowser {

  @ParameterizedTest
  @ValueSource(ints = {DESKTOP, PHONE})
  void everyChartIsDrawnAndSaysWhatItsTableSays(int width) throws IOException {
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

    assertSound(
        check(HtmlReport.write(ReportView.of(all.build())), width),
        6 * CHARTS_OF_A_RUN + SampleFigures.all().size() + 1);
  }

  @Test
  void aSingleRunTellsVerdictDivergenceAndCommandOnItsFirstScreen() throws IOException {
    String page = HtmlReport.write(ReportView.of(SampleRuns.differing(1)));
    Browser.Visit visit = open(write(page) + "#check", DESKTOP);
    assertSound(found(visit), CHARTS_OF_A_RUN);
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
    Browser.Visit visit = open(write(page) + "#check", DESKTOP);
    assertSound(found(visit), CHARTS_OF_A_RUN + 1);
    assertThat(visit.dom())
        .contains("test accuracy 98.34 %; nothing was compared after step 1,800")
        .contains("Accuracy of scratch alone");
  }

  @Test
  void hostileNamesAreShownAndNotRun() throws IOException {
    String hostile = "<img src=x onerror=console.log(1)></script><script>console.log(2)</script>";
    RunResult run = SampleRuns.as(hostile, SampleRuns.noticed("no <i>MNIST</i>"));
    Browser.Visit visit = open(write(HtmlReport.write(ReportView.of(run))), DESKTOP);
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
      open(write(tempted), DESKTOP);
      assertThat(requests).hasValue(0);

      String unguarded = tempted.replaceFirst("<meta http-equiv=[^>]*>", "");
      open(write(unguarded), DESKTOP);
      assertThat(requests).as("without the policy the same page does ask").hasPositiveValue();
    } finally {
      server.stop(0);
    }
  }
}
