package dev.lockstep.experiments.search.result;

import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.experiments.search.result.SearchResult.Disagreement;
import dev.lockstep.experiments.search.result.SearchResult.TrialInfo;
import dev.lockstep.experiments.search.trial.Trial;
import dev.lockstep.report.PageSection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a page shows of a search, beside its finalist's comparison.
 *
 * @param shows one sentence: what a reader learns from it, may be empty
 * @param best number of the finalist's trial
 * @param keys hyperparameters in the order of the space
 * @param correlations both rank correlations in words; empty if there are no scores
 * @param ending why the search ended
 */
record SearchView(
    String shows,
    int best,
    List<String> keys,
    List<Row> trials,
    @Nullable Agreement agreement,
    String correlations,
    List<Importance> importance,
    List<Disagreement> disagreements,
    String ending,
    List<Figure> figures) {

  /** A trial without its curves. */
  record Row(
      int number,
      Trial.State state,
      String reason,
      Map<String, String> values,
      @Nullable Double referenceScore,
      @Nullable Double candidateScore,
      double seconds,
      String command) {}

  /** Returns the page of a search, around the comparison of its finalist. */
  static PageSection section(SearchResult result, RunResult finalist, int best) {
    return new PageSection(
        "Search " + result.search().id(),
        result.verdict(),
        SearchText.headline(result),
        SearchText.meaning(result),
        result.command(),
        of(result, finalist, best));
  }

  private static SearchView of(SearchResult result, RunResult finalist, int best) {
    List<TrialInfo> trials = result.trials();
    List<Double> seconds = result.timing().trialSeconds();
    Agreement agreement = result.agreement();
    return new SearchView(
        result.search().shows(),
        best,
        result.search().space().stream().map(SearchResult.RangeInfo::key).toList(),
        java.util.stream.IntStream.range(0, trials.size())
            .mapToObj(i -> row(trials.get(i), seconds.get(i)))
            .toList(),
        agreement,
        agreement == null ? "" : SearchText.correlations(agreement),
        result.importance(),
        result.disagreements(),
        result.ending(),
        SearchFigures.of(
            result, finalist.side("reference").name(), finalist.side("candidate").name()));
  }

  private static Row row(TrialInfo trial, double seconds) {
    return new Row(
        trial.number(),
        trial.state(),
        trial.reason(),
        trial.values(),
        trial.referenceScore(),
        trial.candidateScore(),
        seconds,
        trial.command());
  }
}
