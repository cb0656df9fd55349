package dev.lockstep.experiments.search.result;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.result.RunResult;
import dev.lockstep.report.Browser;
import dev.lockstep.report.HtmlReport;
import dev.lockstep.report.PageInBrowser;
import dev.lockstep.report.SampleRuns;
import java.io.IOException;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The page of a search in a browser. */
class SearchPageBrowserTest extends PageInBrowser {

  /** Best so far, side against side, two slices, parallel coordinates, the best curves. */
  private static final int CHARTS_OF_A_SEARCH = 6;

  /** Best so far, side against side, six slices, parallel coordinates, the best curves. */
  private static final int CHARTS_OF_SHAPES = 10;

  @ParameterizedTest
  @ValueSource(ints = {DESKTOP, PHONE})
  void choicesAreDrawnByTheirNames(int width) throws IOException {
    RunResult finalist = SampleRuns.agreeing(1);
    SearchResult search = SampleSearch.ofShapes(finalist);
    String page = HtmlReport.write(finalist, SearchView.section(search, finalist, 1));
    Browser.Page visit = open(page, width, false);
    assertSound(visit, CHARTS_OF_A_RUN + CHARTS_OF_SHAPES);
    assertThat(visit.dom()).contains(">adaGrad, 0.01</text>", ">sigmoid</text>");
  }

  @ParameterizedTest
  @ValueSource(ints = {DESKTOP, PHONE})
  void aSearchShowsItsFinalistItsTrialsAndBothRankings(int width) throws IOException {
    RunResult finalist = SampleRuns.agreeing(1);
    SearchResult search = SampleSearch.result(finalist);
    int best = Objects.requireNonNull(search.finalist()).trial();
    String page = HtmlReport.write(finalist, SearchView.section(search, finalist, best));
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
}
