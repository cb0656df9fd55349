package dev.lockstep.report.summary;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.Attribution;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.RunResult.DatasetInfo;
import dev.lockstep.core.result.RunResult.ExperimentInfo;
import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.result.RunResult.Timing;
import dev.lockstep.core.result.Setting;
import dev.lockstep.core.result.Solo;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.result.Worst;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.report.statistics.PairedStatistics;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What several runs found together: experiments, their variants, and seeds.
 *
 * @param command that started them
 * @param verdict the worst of all runs
 * @param dataset of the first run
 * @param environment of the first run
 * @param runs in the order in which they were made
 * @param statistics of every experiment and variant that ran with several seeds
 * @param variants the runs of one experiment and variant taken together over their seeds
 * @param figures over several variants
 */
public record Summary(
    int schemaVersion,
    String command,
    Verdict verdict,
    DatasetInfo dataset,
    Map<String, String> environment,
    List<Run> runs,
    List<SeedStatistics> statistics,
    List<Variant> variants,
    List<Figure> figures) {

  private static final int NAMES_IN_TITLE = 4;

  /**
   * Returns what was run: the experiments, with a variant where there is but one run, or how many
   * they are.
   */
  public String title() {
    if (runs.size() == 1) {
      return runs.get(0).title();
    }
    List<String> names = runs.stream().map(Run::experiment).distinct().toList();
    return names.size() > NAMES_IN_TITLE
        ? Numbers.counted(names.size(), "experiment")
        : String.join(", ", names);
  }

  /** Returns whether statistics over seeds are all that there is to judge by. */
  public boolean drewApart() {
    return runs.stream().anyMatch(Run::drewApart)
        && runs.stream().allMatch(run -> run.drewApart() || run.verdict().exitCode() == 0);
  }

  /** Returns the same with figures over several variants. */
  public Summary with(List<Figure> more) {
    return new Summary(
        schemaVersion, command, verdict, dataset, environment, runs, statistics, variants, more);
  }

  /** Returns how many runs came to each verdict, the worst first. */
  public Map<Verdict, Long> verdicts() {
    Map<Verdict, Long> counts = new TreeMap<>(Comparator.reverseOrder());
    runs.forEach(run -> counts.merge(run.verdict(), 1L, Long::sum));
    return counts;
  }

  /** Returns the first run whose verdict is the worst, null if that verdict is a good one. */
  public @Nullable Run failed() {
    return verdict.exitCode() == 0 || drewApart()
        ? null
        : runs.stream().filter(run -> run.verdict() == verdict).findFirst().orElse(null);
  }

  /**
   * One run, in short.
   *
   * @param path of the folder with its own result, relative to the summary's, with slashes; empty
   *     for the same folder
   * @param errorOverFloor the largest of each phase, of the readings that judge
   * @param solo how the reference went on alone, null if it did not: none of it was compared
   */
  public record Run(
      String experiment,
      String variant,
      long seed,
      String path,
      Verdict verdict,
      String undecided,
      @Nullable Failure failure,
      List<Implementation> implementations,
      Coverage coverage,
      @Nullable Long horizon,
      @Nullable FirstDivergence firstDivergence,
      @Nullable Attribution attribution,
      Map<Phase, Worst> worst,
      Map<Phase, Double> errorOverFloor,
      @Nullable Solo solo,
      Timing timing) {

    public static Run of(RunResult result, String path) {
      return new Run(
          result.experiment().id(),
          result.experiment().variant(),
          result.experiment().seed(),
          path,
          result.verdict(),
          result.undecided(),
          result.failure(),
          result.implementations(),
          result.coverage(),
          result.horizon(),
          result.firstDivergence(),
          result.attribution(),
          result.worst(),
          TensorOutcome.largestErrorOverFloor(result),
          result.solo(),
          result.timing());
    }

    /** Returns whether each side drew for itself, so that nothing could be compared. */
    public boolean drewApart() {
      return verdict == Verdict.NOTHING_COMPARED && coverage.steps() == 0 && undecided.isEmpty();
    }

    /** Returns the verdict's name, a dash where the seeds together are judged and not this run. */
    public String verdictOrDash() {
      return drewApart() ? "–" : verdict.name();
    }

    /** Returns the experiment, with the variant after a slash where there is one. */
    public String title() {
      return variant.isEmpty() ? experiment : experiment + "/" + variant;
    }
  }

  /**
   * The runs of one experiment and variant over their seeds.
   *
   * @param experiment of the first seed
   * @param verdict the worst
   * @param horizon the earliest, null if no run came there
   * @param configuration what the sides have differently first
   * @param loss thinned where there are many variants
   * @param drift without the single layers where there are many variants
   * @param layers what each layer's largest differences are
   */
  public record Variant(
      ExperimentInfo experiment,
      List<Long> seeds,
      Verdict verdict,
      @Nullable Long horizon,
      List<Setting> configuration,
      List<LossBand> loss,
      List<AccuracyBand> accuracy,
      List<LayerDifferences> layers,
      List<Drift> drift,
      List<Figure> figures) {}

  /**
   * What several seeds say about one experiment and variant.
   *
   * @param condition under which all of it holds
   */
  public record SeedStatistics(
      String experiment,
      String variant,
      List<Long> seeds,
      String condition,
      List<Measure> measures) {

    /** Returns the experiment, with the variant after a slash where there is one. */
    public String title() {
      return variant.isEmpty() ? experiment : experiment + "/" + variant;
    }
  }

  /**
   * One measure over several seeds.
   *
   * @param words what the values say, the plainest first
   */
  public record Measure(String name, List<String> words, PairedStatistics values) {}

  /** Where the runs of several seeds lie; all three are equal for one seed. */
  public record Band(double low, double mean, double high) {}

  /** The losses of {@link dev.lockstep.core.result.Curves.LossPoint} over seeds. */
  public record LossBand(long step, Band reference, Band candidate) {}

  /** The accuracies of {@link dev.lockstep.core.result.Curves.AccuracyPoint} over seeds. */
  public record AccuracyBand(
      long step,
      Band referenceTrain,
      Band candidateTrain,
      Band referenceTest,
      Band candidateTest) {}

  /**
   * The largest differences of a layer.
   *
   * @param tensors for which it answers, in each phase, in the order in which a step computes them
   */
  public record LayerDifferences(String layer, List<TensorDifference> tensors) {}

  /**
   * The reading of a tensor, in one phase, that says most: one that failed, then one that was
   * judged, then the one that lies furthest above its noise floor.
   *
   * @param judged whether it takes part in the verdict
   * @param failed whether it speaks against the candidate
   */
  public record TensorDifference(
      Phase phase,
      String tensor,
      long step,
      Reading reading,
      double maxAbs,
      double errorOverFloor,
      boolean judged,
      boolean failed) {}

  /**
   * How difference and floor go over the steps.
   *
   * @param layer empty for all layers of the phase together
   * @param points at most {@value DriftCollector#POINTS}: of neighbouring steps the largest
   */
  public record Drift(Phase phase, String layer, Reading reading, List<DriftPoint> points) {}

  /**
   * The largest difference of one step, of all tensors and seeds.
   *
   * @param tensor that has it
   * @param maxAbs the largest absolute difference
   * @param floor of the same tensor
   * @param errorOverFloor the largest, which may be another tensor's
   * @param judged whether any of them takes part in the verdict
   * @param failed whether any of them speaks against the candidate
   */
  public record DriftPoint(
      long step,
      String tensor,
      double maxAbs,
      double floor,
      double errorOverFloor,
      boolean judged,
      boolean failed) {}
}
