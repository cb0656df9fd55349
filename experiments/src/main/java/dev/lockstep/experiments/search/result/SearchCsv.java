package dev.lockstep.experiments.search.result;

import dev.lockstep.experiments.search.result.SearchResult.RangeInfo;
import dev.lockstep.experiments.search.result.SearchResult.TrialInfo;
import dev.lockstep.report.CsvReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** One trial a row, in the form of RFC 4180. */
final class SearchCsv {

  private static final List<String> HEADER =
      List.of("trial", "state", "referenceScore", "candidateScore", "seconds", "reason");

  private SearchCsv() {}

  static String write(SearchResult result) {
    List<String> keys = result.search().space().stream().map(RangeInfo::key).toList();
    List<String> header = new ArrayList<>(HEADER);
    header.addAll(keys);
    StringBuilder csv = new StringBuilder(row(header));
    for (int i = 0; i < result.trials().size(); i++) {
      TrialInfo trial = result.trials().get(i);
      List<String> cells =
          new ArrayList<>(
              List.of(
                  Integer.toString(trial.number()),
                  trial.state().name(),
                  Objects.toString(trial.referenceScore(), ""),
                  Objects.toString(trial.candidateScore(), ""),
                  result.timing().trialSeconds().get(i).toString(),
                  trial.reason()));
      keys.forEach(key -> cells.add(Objects.toString(trial.values().get(key), "")));
      csv.append(row(cells));
    }
    return csv.toString();
  }

  private static String row(List<String> cells) {
    return cells.stream().map(CsvReport::text).collect(Collectors.joining(",", "", "\r\n"));
  }
}
