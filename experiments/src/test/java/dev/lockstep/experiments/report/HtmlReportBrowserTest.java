package dev.lockstep.experiments.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.experiments.search.result.SearchResult;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The page in a browser: drawn, told, reachable, and silent towards the network. */
class HtmlReportBrowserTest {

  private static final int DESKTOP = 1400;
  private static final int HEIGHT = 900;

  /** Loss, accuracy, and a chart of differences for each of the four phases. */
  private static final int CHARTS_OF_A_RUN = 6;

  /** Best so far, side against side, two slices, parallel coordinates, the best curves. */
  private static final int CHARTS_OF_A_SEARCH = 6;

  @TempDir static Path scratch;

  private static Browser browser;

  private static String check;

  @BeforeAll
  static void start() throws IOException {
    Optional<Path> found = Browser.find();
    assumeTrue(found.isPresent(), "skipped: no Chromium on this machine's path");
    browser = Browser.start(found.get(), scratch);
    try (InputStream in = HtmlReportBrowserTest.class.getResourceAsStream("check.js")) {
      check = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @AfterAll
  static void stop() {
    if (browser != null) {
      browser.close();
    }
  }

  private Browser.Page open(String page, int width, boolean dark) throws IOException {
    Path file = Files.createTempFile(scratch, "report", ".html");
    return browser.open(Files.writeString(file, page).toUri().toString(), width, HEIGHT, dark);
  }

  private Browser.Page open(String page) throws IOException {
    return open(page, DESKTOP, false);
  }

  /** The page is opened at its width and never resized. */
  private static void assertSound(Browser.Page page, int charts) {
    JsonNode found = page.evaluate(check);
    assertThat(page.console()).as("what the page left on the console").isEmpty();
    assertThat(found.at("/charts").asInt()).isEqualTo(charts);
    assertThat(found.at("/marks").asInt()).isGreaterThan(charts);
    assertThat(found.at("/empty")).as("charts without data").isEmpty();
    assertThat(found.at("/misfits")).as("drawings not as wide as their box").isEmpty();
    assertThat(found.at("/wrong")).as("charts that do not show their table").isEmpty();
    assertThat(found.at("/collisions")).as("labels that overlap or are cut").isEmpty();
    assertThat(found.at("/silent")).as("charts that no keyboard reads out").isEmpty();
    assertThat(found.at("/unsaid")).as("tables that scroll and do not say so").isEmpty();
    assertThat(found.at("/wide").asInt()).as("pixels beside the window").isZero();
    assertThat(found.at("/resources").asInt()).as("files asked for").isZero();
  }

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

  @ParameterizedTest
  @ValueSource(ints = {400, DESKTOP})
  void aSearchShowsItsFinalistItsTrialsAndBothRankings(int width) throws IOException {
    RunResult finalist = SampleRuns.agreeing(1);
    SearchResult search = SampleSearch.result(finalist);
    int best = Objects.requireNonNull(search.finalist()).trial();
    String page = HtmlReport.write(ReportView.of(search, finalist, best));
    Browser.Page visit = open(page, width, false);
    assertSound(visit, CHARTS_OF_A_RUN + CHARTS_OF_A_SEARCH);
    assertThat(visit.dom())
        .contains(
            "<h1>Search hyperparameters",
            "Both sides find the same trial best, " + best,
            "Do both sides rank alike?",
            "38 of 39 scores identical",
            "The finalist: trial " + best,
            "optimizer.learningRate="
                + search.trials().get(best - 1).values().get("optimizer.learningRate"),
            "The search",
            "the loss was not finite",
            "Where the sides disagree");
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
