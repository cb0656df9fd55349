package dev.lockstep.experiments.search.result;

import dev.lockstep.core.result.Attribution;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.RunResult.DatasetInfo;
import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.experiments.search.trial.Trial;
import dev.lockstep.report.Format;
import dev.lockstep.report.HtmlReport;
import dev.lockstep.report.ResultJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a search found.
 *
 * @param command that started it, also after a resume
 * @param verdict the worst of all trials and of the finalist; of the finalist alone where
 *     Deeplearning4j computes its own formulas
 * @param failure null where the verdict is none
 * @param ending why the search ended
 * @param finalist the reference's best, trained once more and tested; null if no trial was
 *     completed
 * @param agreement of the two sides; null if no trial has scores
 * @param importance of each hyperparameter, the most important first
 * @param disagreements trials to which the sides give different scores, the largest difference
 *     first
 * @param timing what a clock gave: two equal searches differ in nothing else
 */
public record SearchResult(
    int schemaVersion,
    String command,
    Verdict verdict,
    @Nullable Failure failure,
    SearchInfo search,
    DatasetInfo dataset,
    Map<String, String> environment,
    String ending,
    List<TrialInfo> trials,
    @Nullable Finalist finalist,
    @Nullable Agreement agreement,
    List<Importance> importance,
    List<Disagreement> disagreements,
    Timing timing) {

  /** Raised whenever a field of the written form changes its meaning or goes away. */
  static final int SCHEMA_VERSION = 1;

  /**
   * What was searched and how.
   *
   * @param shows one sentence: what a reader learns from it, may be empty
   * @param trials asked for
   * @param block candidates are chosen in blocks of this size
   * @param validation the share of the training images that scores are taken on
   * @param trainImages that the finalist is trained on
   * @param validationImages that its score is taken on
   */
  public record SearchInfo(
      String id,
      String shows,
      String experiment,
      String strategy,
      long seed,
      int repeats,
      int trials,
      int block,
      boolean earlyStopping,
      double validation,
      int trainImages,
      int validationImages,
      String alignment,
      String precision,
      List<RangeInfo> space) {}

  /**
   * What one key may be.
   *
   * @param kind {@code uniform}, {@code logUniform}, {@code integer} or {@code choice}
   * @param values lowest and highest, or every choice
   */
  public record RangeInfo(String key, String kind, List<String> values) {}

  /**
   * A trial.
   *
   * @param referenceScore null if it failed
   * @param candidateScore null if it failed
   * @param verdict null if it never came to training
   * @param command that trains this candidate again and compares every step; empty if
   *     Deeplearning4j made no network of its values
   */
  public record TrialInfo(
      int number,
      Trial.State state,
      String reason,
      Map<String, String> values,
      @Nullable Double referenceScore,
      @Nullable Double candidateScore,
      @Nullable Verdict verdict,
      String command,
      List<Trial.Run> runs) {

    static TrialInfo of(Trial trial, String command) {
      return new TrialInfo(
          trial.number(),
          trial.state(),
          trial.reason(),
          trial.values(),
          trial.hasScores() ? trial.referenceScore() : null,
          trial.hasScores() ? trial.candidateScore() : null,
          trial.verdict(),
          command,
          trial.runs());
    }
  }

  /**
   * The best trial, compared step by step as {@code compare} does, on the test images.
   *
   * @param trial its number
   * @param implementations both sides; their test accuracy is on the test images
   * @param attribution which conventions explain a stock comparison's difference
   * @param report where its own report is, within the search's
   */
  public record Finalist(
      int trial,
      Verdict verdict,
      @Nullable Failure failure,
      List<Implementation> implementations,
      Coverage coverage,
      @Nullable Attribution attribution,
      String report) {}

  /**
   * @param classifiedDifferently validation images that the two sides take for different digits
   *     after the last step of the first seed
   */
  public record Disagreement(
      int trial,
      double referenceScore,
      double candidateScore,
      int classifiedDifferently,
      String why) {}

  /**
   * What a clock gave.
   *
   * @param seconds of the whole search; after a resume, of its last part
   * @param trialSeconds of every trial in order
   */
  public record Timing(double seconds, List<Double> trialSeconds) {}

  /**
   * Returns the files that there are of it, by name.
   *
   * @param compared the finalist on the test images; null if no trial was completed, and then there
   *     is no page
   */
  public Map<String, Supplier<String>> files(Set<Format> formats, @Nullable RunResult compared) {
    Map<String, Supplier<String>> files = new LinkedHashMap<>();
    if (formats.contains(Format.JSON)) {
      files.put(Format.JSON.fileName(), () -> ResultJson.write(this));
    }
    if (formats.contains(Format.CSV)) {
      files.put("trials.csv", () -> SearchCsv.write(this));
    }
    Finalist best = finalist();
    if (formats.contains(Format.HTML) && compared != null && best != null) {
      files.put(
          Format.HTML.fileName(),
          () -> HtmlReport.write(compared, SearchView.section(this, compared, best.trial())));
    }
    return files;
  }
}
