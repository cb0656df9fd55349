package dev.lockstep.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.report.summary.SummaryBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page in a browser: drawn, told, reachable, and silent towards the network. */
class HtmlReportBrowserTest extends PageInBrowser {

  /** One run of each kind of chart; with {@code all} one of each kind of ending too. */
  private static String page(boolean all) {
    SummaryBuilder runs = new SummaryBuilder("compare --all");
    if (all) {
      for (int seed = 1; seed <= 6; seed++) {
        runs.add(SampleRuns.as("seeds", SampleRuns.ownDraws(seed)), "seeds/seed-" + seed);
      }
      runs.add(SampleRuns.as("identical", SampleRuns.identical(1)), "identical");
      runs.add(SampleRuns.as("diverged", SampleRuns.diverged(1)), "diverged");
      runs.add(SampleRuns.as("horizon", SampleRuns.beyondTheHorizon(1)), "horizon");
    }
    runs.add(SampleRuns.as("differing", SampleRuns.differing(1)), "differing");
    runs.add(SampleRuns.as("figures", SampleRuns.with(SampleFigures.all())), "figures");
    runs.add(SampleFigures.search());
    return HtmlReport.write(ReportView.of(runs.build()));
  }

  private static int charts(boolean all) {
    return (all ? 6 : 2) * CHARTS_OF_A_RUN + CHARTS_OF_ELEMENTS + SampleFigures.all().size() + 1;
  }

  private static void unfold(Browser.Page page) {
    page.evaluate("document.querySelectorAll('details.variant').forEach(d => { d.open = true; })");
    page.settle();
  }

  @ParameterizedTest
  @CsvSource({"400, false", "400, true", "768, false", "1024, false", "1024, true", "1920, false"})
  void everyChartIsAsWideAsItsBoxAndSaysWhatItsTableSays(int width, boolean dark)
      throws IOException {
    try (Browser.Page page = open(page(false), width, dark)) {
      unfold(page);
      assertSound(page, charts(false));
    }
  }

  @Test
  void everyKindOfEndingIsDrawn() throws IOException {
    try (Browser.Page page = open(page(true))) {
      unfold(page);
      assertSound(page, charts(true));
    }
  }

  @Test
  void chartsFollowTheWindowAndThePaper() throws IOException {
    try (Browser.Page page = open(page(false))) {
      page.resize(700, HEIGHT);
      page.settle();
      unfold(page);
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
      assertSound(page, charts(false));
    }
  }

  @Test
  void aSingleRunTellsVerdictDivergenceAndCommandOnItsFirstScreen() throws IOException {
    String page = HtmlReport.write(ReportView.of(SampleRuns.differing(1)));
    Browser.Page visit = open(page);
    assertSound(visit, CHARTS_OF_A_RUN + CHARTS_OF_ELEMENTS);
    assertThat(visit.dom())
        .containsSubsequence(
            "✖ DIFFER",
            "Step 3: backward affine2/W of affine2 differs",
            "Confirmed cause, in affine2: the gradient is not divided by the batch size",
            "Where: the first divergence",
            "affine2/W, element (3, 7)",
            "What to type next",
            "<span>mlp-batchnorm-dropout</span> <span>--seed</span> <span>1</span> <span>--reproduce</span>",
            "▲ First difference: step 3, backward, affine2/W");
  }

  @Test
  void anUndecidedRunIsNeitherGoodNorBadAndSaysWhy() throws IOException {
    RunResult run = SampleRuns.undecided(1, "affine2/W was judged in no step");
    try (Browser.Page page = open(HtmlReport.write(ReportView.of(run)))) {
      assertThat(page.dom())
          .containsSubsequence(
              "class=\"verdict open\"",
              "? UNDECIDED",
              "Undecided: affine2/W was judged in no step.",
              "that is no agreement");
    }
  }

  @Test
  void theNetworkAndTheStepsOpenByKeyboard() throws IOException {
    try (Browser.Page page = open(HtmlReport.write(ReportView.of(SampleRuns.differing(1))))) {
      page.evaluate(
          """
          for (const title of ['The network', 'Layers over the steps, backward']) {
            const svg = globalThis.lockstep.frames.find(f => f.title === title).plot.querySelector('svg');
            svg.focus();
            for (const key of ['Home', 'ArrowRight', 'Enter']) svg.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true}));
          }""");
      String opened =
          page.evaluate(
                  "[...document.querySelectorAll('.layer h4')].map(h => h.textContent).join('; ')")
              .asText();
      assertThat(opened).isEqualTo("affine1; Step 2, backward");
      assertThat(
              page.evaluate("document.querySelectorAll('figure.chart .node.here').length").asInt())
          .as("layers marked as the first divergence")
          .isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"400, false", "1400, true"})
  void aLayerThatIsOpenedShowsItsTensorsElementsAndItsWeights(int width, boolean dark)
      throws IOException {
    String page = HtmlReport.write(ReportView.of(SampleRuns.differing(1)));
    try (Browser.Page visit = open(page, width, dark)) {
      assertThat(opened(visit))
          .isEqualTo("Values of affine2/W; Errors of affine2/W; Map of affine2/W");
      assertThat(visit.dom()).contains("✕ marks the worst, element (10, 14): scratch 0.0125");
      visit.evaluate(
          """
          [...document.querySelectorAll('figure.chart .node')].find(n => n.textContent.startsWith('affine1'))
            .dispatchEvent(new MouseEvent('click', {bubbles: true}))""");
      visit.settle();
      assertThat(opened(visit))
          .isEqualTo(
              "Values of affine1/W; Errors of affine1/W; Map of affine1/W; Weights of affine1 as images");
      assertSound(visit, CHARTS_OF_A_RUN + CHARTS_OF_ELEMENTS + 1);
    }
  }

  private static String opened(Browser.Page page) {
    return page.evaluate(
            "globalThis.lockstep.frames.filter(f => f.figure.closest('.layer')).map(f => f.title).join('; ')")
        .asText();
  }

  @Test
  void theHorizonIsDrawnWhereItsStepIs() throws IOException {
    String page = HtmlReport.write(ReportView.of(SampleRuns.beyondTheHorizon(1)));
    try (Browser.Page visit = open(page)) {
      String beside =
          visit
              .evaluate(
                  """
                  (() => {
                    const frame = globalThis.lockstep.frames.find(f => f.title === 'Layers over the steps, forward');
                    const at = Number(frame.plot.querySelector('line.mark').getAttribute('x1'));
                    const cells = [...frame.plot.querySelectorAll('rect')].map(r => Number(r.getAttribute('x')));
                    const column = [...new Set(cells)].indexOf(at);
                    const row = frame.figure.querySelectorAll('.table-behind tbody tr')[column];
                    return row.children[1].textContent + ' of ' + frame.plot.querySelectorAll('line:not(.mark)').length;
                  })()""")
              .asText();
      assertThat(beside).as("first column past step 100, of observed steps").isEqualTo("109 of 33");
    }
  }

  @Test
  void axesStayShort() throws IOException {
    try (Browser.Page page = open(HtmlReport.write(ReportView.of(SampleRuns.agreeing(1))))) {
      String names =
          page.evaluate(
                  """
                  (() => {
                    const {scale, ticks} = globalThis.lockstep;
                    const y = scale([1e-14, 9e-14], true, 200, 0);
                    const t = ticks(y.core, y.log, 200, 42);
                    return t.values.map(t.name).join(' ');
                  })()""")
              .asText();
      assertThat(names).isEqualTo("10⁻¹⁴ 2·10⁻¹⁴ 5·10⁻¹⁴ 10⁻¹³");
    }
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
  void theSamplesAreThoseOfAllRunsOrOfNone() throws IOException {
    RunResult run = SampleRuns.agreeing(1);
    assertThat(dataOf(run)).isEqualTo("Data: mnist, 60,000 samples to train on, 10,000 to test.");
    assertThat(dataOf(run, SampleRuns.ofExperiment("another", 60_000, run)))
        .isEqualTo("Data: mnist; each experiment takes its own share.");
    assertThat(dataOf(SampleRuns.ofExperiment("five-samples", 5, run), run))
        .doesNotContainPattern("\\d");
  }

  private String dataOf(RunResult... runs) throws IOException {
    SummaryBuilder summary = new SummaryBuilder("compare --all");
    for (RunResult run : runs) {
      summary.add(run, run.experiment().id());
    }
    try (Browser.Page page = open(HtmlReport.write(ReportView.of(summary.build())))) {
      return page.evaluate(
              "[...document.querySelectorAll('#next p')].map(p => p.textContent).filter(t => t.startsWith('Data')).join()")
          .asText();
    }
  }

  /** One dot says what a table says, and its axis would show digits that nobody asked for. */
  @Test
  void aLoneAccuracyIsNoChart() throws IOException {
    RunResult run = SampleRuns.withOneAccuracy(SampleRuns.agreeing(1));
    try (Browser.Page page = open(HtmlReport.write(ReportView.of(run)))) {
      assertSound(page, CHARTS_OF_A_RUN - 1);
      assertThat(titles(page)).contains("Loss while training").doesNotContain("Accuracy");
      assertThat(page.dom()).contains("accuracy on test samples");
    }
    RunResult alone = SampleRuns.goingOnAlone(1, 1);
    try (Browser.Page page = open(HtmlReport.write(ReportView.of(alone)))) {
      assertThat(titles(page)).contains("Accuracy").doesNotContain("Accuracy of scratch alone");
      assertThat(page.dom()).contains("nothing was compared after step 1,800");
    }
  }

  private static List<String> titles(Browser.Page page) {
    return List.of(
        page.evaluate("globalThis.lockstep.frames.map(f => f.title).join(';')")
            .asText()
            .split(";"));
  }

  /** One line; what was tried to find the data is there to unfold. */
  @Test
  void aLongNoticeIsOneLineAndTheRestIsFolded() throws IOException {
    String notice =
        "MNIST is not on this machine and cannot be downloaded: this run trains on synthetic digits.\n"
            + "  https://a.example: no address known\n".repeat(8);
    RunResult run = SampleRuns.noticed(notice);
    for (int width : new int[] {PHONE, DESKTOP}) {
      try (Browser.Page page = open(HtmlReport.write(ReportView.of(run)), width, false)) {
        String seen =
            "document.querySelector('[role=alert]').innerText.trim() + '|' + document.querySelector('[role=alert]').offsetHeight";
        String[] folded = page.evaluate(seen).asText().split("[|]", -1);
        assertThat(folded[0]).startsWith("⚠ MNIST is not").doesNotContain("no address known");
        page.evaluate("document.querySelector('[role=alert] summary').click()");
        String[] open = page.evaluate(seen).asText().split("[|]", -1);
        assertThat(open[0]).contains("no address known");
        assertThat(Integer.parseInt(folded[1])).isLessThan(Integer.parseInt(open[1]) / 2);
      }
    }
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
