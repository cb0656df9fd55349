package dev.lockstep.experiments.search.result;

import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.experiments.search.result.SearchResult.Disagreement;
import dev.lockstep.experiments.search.result.SearchResult.Finalist;
import dev.lockstep.experiments.search.result.SearchResult.RangeInfo;
import dev.lockstep.experiments.search.result.SearchResult.SearchInfo;
import dev.lockstep.experiments.search.result.SearchResult.TrialInfo;
import dev.lockstep.experiments.search.trial.Trial.State;
import dev.lockstep.report.Colour;
import dev.lockstep.report.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a search found, on one screen. */
public final class SearchText {

  private static final int BEST = 10;
  private static final int DISAGREEMENTS = 3;

  private final SearchResult result;
  private final StringBuilder text = new StringBuilder();

  private SearchText(SearchResult result) {
    this.result = result;
  }

  /**
   * @param coloured whether to use the terminal's colours
   * @param report what a person opens, null if nothing was written
   */
  public static String write(SearchResult result, boolean coloured, @Nullable Path report) {
    SearchText text = new SearchText(result);
    text.line(
        "%s  %s",
        Colour.of(result.verdict()).paint(result.verdict().name(), coloured), headline(result));
    text.line("  %s", meaning(result));
    if (result.failure() != null) {
      text.line("  First: %s", result.failure().message());
    }
    text.line("");
    text.finalist();
    text.agreement();
    text.importance();
    text.failures();
    text.line("Ended      %s", result.ending());
    text.line("Time       %s", Numbers.seconds(result.timing().seconds()));
    if (report != null) {
      text.line("Report     %s", report);
    }
    return text.text.toString();
  }

  private void line(String format, Object... arguments) {
    text.append(String.format(Locale.ROOT, format, arguments)).append('\n');
  }

  /** Returns what was searched, how, and how the trials ended. */
  static String headline(SearchResult result) {
    SearchInfo search = result.search();
    Map<State, Long> states =
        result.trials().stream()
            .collect(Collectors.groupingBy(TrialInfo::state, TreeMap::new, Collectors.counting()));
    return "search %s: %s, %s, seed %d, %s, %s: %d completed, %d stopped early, %d failed"
        .formatted(
            search.id(),
            Numbers.counted(result.trials().size(), "trial"),
            search.strategy(),
            search.seed(),
            search.alignment(),
            search.precision(),
            states.getOrDefault(State.COMPLETED, 0L),
            states.getOrDefault(State.STOPPED, 0L),
            states.getOrDefault(State.FAILED, 0L));
  }

  /** Returns whether the winner depends on the implementation. */
  static String meaning(SearchResult result) {
    Agreement agreement = result.agreement();
    if (agreement == null) {
      return "No candidate could be trained: nothing was compared.";
    }
    if (agreement.identical() == agreement.trials()) {
      return "Both sides give every trial the same score: what is best does not depend on the"
          + " implementation.";
    }
    String winner =
        agreement.bestReference() == agreement.bestCandidate()
            ? "Both sides find the same trial best, %d".formatted(agreement.bestReference())
            : "What is best depends on the implementation: trial %d or %d"
                .formatted(agreement.bestReference(), agreement.bestCandidate());
    return "%s; %d of %d scores are the same, the others differ by up to %s."
        .formatted(
            winner,
            agreement.identical(),
            agreement.trials(),
            Numbers.percent(agreement.largestDifference()));
  }

  private void finalist() {
    Finalist finalist = result.finalist();
    if (finalist == null) {
      return;
    }
    TrialInfo best = result.trials().get(finalist.trial() - 1);
    String sides =
        finalist.implementations().stream()
            .map(Implementation::name)
            .collect(Collectors.joining(" | "));
    line("Best       trial %d: %s", best.number(), values(best));
    line(
        "  %s  validation %s | %s, test %s",
        sides,
        percent(best.referenceScore()),
        percent(best.candidateScore()),
        finalist.implementations().stream()
            .map(side -> Numbers.percent(side.testAccuracy()))
            .collect(Collectors.joining(" | ")));
    line("  compared on every step: %s, see %s", finalist.verdict(), finalist.report());
    line("  again: %s", best.command());
    line("");
    text.append(table().text());
    line("");
  }

  private static String percent(@Nullable Double share) {
    return share == null ? "–" : Numbers.percent(share);
  }

  private static String values(TrialInfo trial) {
    return trial.values().entrySet().stream()
        .map(entry -> entry.getKey() + "=" + value(entry.getValue()))
        .collect(Collectors.joining(" "));
  }

  /** Returns a value with as many digits as people read. */
  static String value(String text) {
    try {
      return Numbers.rounded(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      return text;
    }
  }

  /** Returns the best trials of the reference. */
  private Table table() {
    List<String> keys = result.importance().stream().map(Importance::key).toList();
    List<String> header = new ArrayList<>(List.of("trial", "reference", "candidate"));
    keys.forEach(key -> header.add(name(key)));
    return new Table(
        header,
        result.trials().stream()
            .filter(trial -> trial.state() == State.COMPLETED)
            .sorted(
                Comparator.comparing(
                        TrialInfo::referenceScore,
                        Comparator.nullsLast(Comparator.<Double>reverseOrder()))
                    .thenComparing(TrialInfo::number))
            .limit(BEST)
            .map(trial -> cells(trial, keys))
            .toList());
  }

  private static List<String> cells(TrialInfo trial, List<String> keys) {
    List<String> cells =
        new ArrayList<>(
            List.of(
                Integer.toString(trial.number()),
                percent(trial.referenceScore()),
                percent(trial.candidateScore())));
    keys.forEach(key -> cells.add(value(String.valueOf(trial.values().get(key)))));
    return cells;
  }

  private void agreement() {
    Agreement agreement = result.agreement();
    if (agreement == null) {
      return;
    }
    line(
        "Ranking    %s; %d of the best %d shared; %d of %d scores identical",
        correlations(agreement),
        agreement.shared(),
        agreement.best(),
        agreement.identical(),
        agreement.trials());
    for (Disagreement disagreement :
        result.disagreements().stream().limit(DISAGREEMENTS).toList()) {
      line(
          "  trial %d: %s | %s, %s classified differently; %s",
          disagreement.trial(),
          Numbers.percent(disagreement.referenceScore()),
          Numbers.percent(disagreement.candidateScore()),
          Numbers.counted(disagreement.classifiedDifferently(), "image"),
          disagreement.why());
    }
  }

  /** Returns both rank correlations with their intervals. */
  static String correlations(Agreement agreement) {
    var spearman = agreement.spearman();
    var kendall = agreement.kendall();
    return spearman == null || kendall == null
        ? "no correlation: a side gives all trials the same score"
        : "Spearman %s (95 %%: %s … %s), Kendall %s (%s … %s)"
            .formatted(
                Numbers.rounded(spearman.value()),
                Numbers.rounded(spearman.interval().low()),
                Numbers.rounded(spearman.interval().high()),
                Numbers.rounded(kendall.value()),
                Numbers.rounded(kendall.interval().low()),
                Numbers.rounded(kendall.interval().high()));
  }

  private void importance() {
    if (result.agreement() == null || result.importance().isEmpty()) {
      return;
    }
    String told =
        result.importance().stream()
            .filter(i -> i.share() != null)
            .map(i -> name(i.key()) + " " + Numbers.rounded(i.share()))
            .collect(Collectors.joining(", "));
    String untold =
        result.importance().stream()
            .filter(i -> i.share() == null)
            .map(i -> name(i.key()))
            .collect(Collectors.joining(", "));
    if (told.isEmpty()) {
      line("Importance too few trials to tell");
      return;
    }
    line(
        "Importance %s (share of the variance of ranks, Kruskal–Wallis η²)%s",
        told, untold.isEmpty() ? "" : "; too few trials to tell: " + untold);
  }

  private String name(String key) {
    List<RangeInfo> ranges = SearchFigures.ranges(result);
    return ranges.stream()
        .filter(range -> range.key().equals(key))
        .findFirst()
        .map(range -> SearchFigures.name(range, ranges))
        .orElse(key);
  }

  private void failures() {
    Map<String, Integer> reasons = new LinkedHashMap<>();
    for (TrialInfo trial : result.trials()) {
      if (trial.state() == State.FAILED) {
        reasons.merge(trial.reason(), 1, Integer::sum);
      }
    }
    reasons.entrySet().stream()
        .limit(DISAGREEMENTS)
        .forEach(reason -> line("Failed     %d × %s", reason.getValue(), reason.getKey()));
    if (reasons.size() > DISAGREEMENTS) {
      line("Failed     %d further reasons, see the report", reasons.size() - DISAGREEMENTS);
    }
  }
}
