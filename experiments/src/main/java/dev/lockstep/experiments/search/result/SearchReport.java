package dev.lockstep.experiments.search.result;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.RunResult.DatasetInfo;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.experiments.compare.CompareSettings.Alignment;
import dev.lockstep.experiments.search.result.SearchResult.Disagreement;
import dev.lockstep.experiments.search.result.SearchResult.Finalist;
import dev.lockstep.experiments.search.result.SearchResult.RangeInfo;
import dev.lockstep.experiments.search.result.SearchResult.SearchInfo;
import dev.lockstep.experiments.search.result.SearchResult.TrialInfo;
import dev.lockstep.experiments.search.space.Range;
import dev.lockstep.experiments.search.space.SearchSpace;
import dev.lockstep.experiments.search.strategy.Strategy;
import dev.lockstep.experiments.search.trial.HeldOut;
import dev.lockstep.experiments.search.trial.SearchSettings;
import dev.lockstep.experiments.search.trial.Trial;
import dev.lockstep.experiments.search.trial.Trials.Kept;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Brings what a search found together. */
public final class SearchReport {

  /** Where the finalist's own report goes, within the search's directory. */
  public static final String FINALIST = "finalist";

  private static final int DISAGREEMENTS = 20;

  private final SearchSpace space;
  private final SearchSettings settings;
  private final Dataset dataset;
  private final Rerun rerun;

  public SearchReport(SearchSpace space, SearchSettings settings, Dataset dataset, Rerun rerun) {
    this.space = space;
    this.settings = settings;
    this.dataset = dataset;
    this.rerun = rerun;
  }

  /** Returns the completed trial that the reference scores highest, the earliest of equal ones. */
  public static Optional<Trial> best(List<Trial> trials) {
    return trials.stream()
        .filter(trial -> trial.state() == Trial.State.COMPLETED)
        .max(
            Comparator.comparingDouble(Trial::referenceScore)
                .thenComparing(Trial::number, Comparator.reverseOrder()));
  }

  /**
   * @param ending why the search ended
   * @param finalist its comparison on the test images; null if no trial was completed
   * @param images that it was trained and scored on
   */
  public SearchResult of(
      String command,
      List<Kept> kept,
      String ending,
      @Nullable RunResult finalist,
      HeldOut images,
      Map<String, String> environment,
      double seconds) {
    List<Trial> trials = kept.stream().map(Kept::trial).toList();
    List<Trial> scored = trials.stream().filter(Trial::hasScores).toList();
    return new SearchResult(
        SearchResult.SCHEMA_VERSION,
        command,
        verdict(trials, finalist),
        failure(trials, finalist),
        info(images),
        DatasetInfo.of(dataset, images.train().size(), dataset.test().size()),
        environment,
        ending,
        trials.stream().map(t -> TrialInfo.of(t, rerun.command(t))).toList(),
        best(trials).map(best -> finalist(best, finalist)).orElse(null),
        scored.isEmpty() ? null : Agreement.of(scored),
        Importance.of(space.ranges(), scored),
        disagreements(scored),
        new SearchResult.Timing(seconds, kept.stream().map(Kept::seconds).toList()));
  }

  private boolean isStock() {
    return settings.alignment() == Alignment.STOCK;
  }

  private Verdict verdict(List<Trial> trials, @Nullable RunResult finalist) {
    if (finalist == null) {
      return Verdict.NOTHING_COMPARED;
    }
    Verdict worst = finalist.verdict();
    if (!isStock()) {
      for (Trial trial : trials) {
        Verdict verdict = trial.verdict();
        // A candidate that leaves the finite numbers on both sides is no difference between them.
        worst = verdict == null || verdict == Verdict.DIVERGED_ALIKE ? worst : worst.or(verdict);
      }
    }
    return worst;
  }

  private @Nullable Failure failure(List<Trial> trials, @Nullable RunResult finalist) {
    if (finalist == null) {
      return null;
    }
    if (!isStock()) {
      for (Trial trial : trials) {
        for (Trial.Run run : trial.runs()) {
          if (run.difference() != null) {
            return new Failure(
                Failure.Kind.DIFFERENCE,
                "trial %d, seed %d: %s".formatted(trial.number(), run.seed(), run.difference()));
          }
        }
      }
    }
    return finalist.failure();
  }

  private static @Nullable Finalist finalist(Trial best, @Nullable RunResult result) {
    return result == null
        ? null
        : new Finalist(
            best.number(),
            result.verdict(),
            result.failure(),
            result.implementations(),
            result.coverage(),
            result.attribution(),
            FINALIST);
  }

  private SearchInfo info(HeldOut images) {
    return new SearchInfo(
        space.id(),
        space.shows(),
        space.experiment(),
        settings.strategy().id(),
        settings.seed(),
        settings.repeats(),
        settings.trials(),
        Strategy.BLOCK,
        settings.earlyStopping(),
        space.validation(),
        images.train().size(),
        images.validation().size(),
        settings.alignment().id(),
        settings.precision().id(),
        space.ranges().entrySet().stream().map(e -> info(e.getKey(), e.getValue())).toList());
  }

  private static RangeInfo info(String key, Range range) {
    return range instanceof Range.Choice choice
        ? new RangeInfo(key, range.kind(), choice.values())
        : new RangeInfo(key, range.kind(), List.of(range.first(), range.last()));
  }

  private List<Disagreement> disagreements(List<Trial> scored) {
    return scored.stream()
        .filter(trial -> Agreement.difference(trial) > 0)
        .sorted(
            Comparator.comparingDouble(Agreement::difference)
                .reversed()
                .thenComparing(Trial::number))
        .limit(DISAGREEMENTS)
        .map(this::disagreement)
        .toList();
  }

  private Disagreement disagreement(Trial trial) {
    Trial.Run run = trial.runs().get(0);
    String difference = run.difference();
    String why =
        isStock()
            ? "Deeplearning4j computes its own formulas: the finalist's report says which matter"
            : difference == null
                ? "rounding: the two names of these images lie within it of each other"
                : difference;
    return new Disagreement(
        trial.number(),
        trial.referenceScore(),
        trial.candidateScore(),
        run.last().classifiedDifferently(),
        why);
  }
}
