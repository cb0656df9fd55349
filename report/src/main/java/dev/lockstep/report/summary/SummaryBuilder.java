package dev.lockstep.report.summary;

import dev.lockstep.core.result.Curves.AccuracyPoint;
import dev.lockstep.core.result.Curves.LossPoint;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.result.Setting;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.report.statistics.PairedStatistics;
import dev.lockstep.report.statistics.PairedStatistics.Better;
import dev.lockstep.report.statistics.StatisticsWording;
import dev.lockstep.report.summary.Summary.AccuracyBand;
import dev.lockstep.report.summary.Summary.Band;
import dev.lockstep.report.summary.Summary.LossBand;
import dev.lockstep.report.summary.Summary.Measure;
import dev.lockstep.report.summary.Summary.Run;
import dev.lockstep.report.summary.Summary.SeedStatistics;
import dev.lockstep.report.summary.Summary.Variant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Gathers runs into a {@link Summary}; keeps of each only what the summary shows. */
public final class SummaryBuilder {

  /** With more variants the page would grow past reading: each run's own page has the layers. */
  private static final int DETAILED_VARIANTS = 8;

  /** What a curve keeps where there are more variants than that. */
  private static final int FEW_POINTS = 100;

  private final String command;
  private final List<Run> runs = new ArrayList<>();
  private final Map<String, VariantBuilder> variants = new LinkedHashMap<>();
  private final List<Figure> figures = new ArrayList<>();
  private Verdict verdict = Verdict.AGREE;
  private @Nullable RunResult first;

  /** Whether no one number of images is that of all runs. */
  private boolean sizesDiffer;

  /**
   * @param command that started the runs
   */
  public SummaryBuilder(String command) {
    this.command = command;
  }

  /**
   * Adds a run.
   *
   * @param path of the folder with its own result, relative to the summary's, with slashes
   */
  public SummaryBuilder add(RunResult result, String path) {
    first = first == null ? result : first;
    sizesDiffer |=
        result.dataset().train() != first.dataset().train()
            || result.dataset().test() != first.dataset().test();
    verdict = verdict.or(result.verdict());
    runs.add(Run.of(result, path));
    variants
        .computeIfAbsent(result.experiment().title(), title -> new VariantBuilder(result))
        .add(result);
    return this;
  }

  /** Says that runs are missing that came to no result, which leaves the whole undecided. */
  public SummaryBuilder incomplete() {
    verdict = verdict.or(Verdict.UNDECIDED);
    return this;
  }

  /** Adds a figure over several variants. */
  public SummaryBuilder add(Figure figure) {
    figures.add(figure);
    return this;
  }

  /**
   * Returns what was gathered.
   *
   * @throws IllegalStateException if no run was added
   */
  public Summary build() {
    if (first == null) {
      throw new IllegalStateException("a summary needs at least one run");
    }
    List<SeedStatistics> statistics =
        variants.values().stream().flatMap(variant -> variant.statistics().stream()).toList();
    return new Summary(
        RunResult.SCHEMA_VERSION,
        command,
        runs.stream().anyMatch(Run::drewApart) ? judged(statistics) : verdict,
        sizesDiffer ? first.dataset().withoutSizes() : first.dataset(),
        first.environment(),
        List.copyOf(runs),
        statistics,
        variants.values().stream()
            .map(variant -> variant.build(variants.size() <= DETAILED_VARIANTS))
            .toList(),
        List.copyOf(figures));
  }

  /**
   * Where both sides drew for themselves no run can be judged by its tensors: the test accuracies
   * over the seeds are, against the margin fixed before.
   */
  private Verdict judged(List<SeedStatistics> statistics) {
    Set<String> apart =
        runs.stream().filter(Run::drewApart).map(Run::title).collect(Collectors.toSet());
    Verdict judged =
        runs.stream()
            .filter(run -> !run.drewApart())
            .map(Run::verdict)
            .reduce(Verdict.AGREE, Verdict::or);
    for (String title : apart) {
      judged =
          judged.or(
              statistics.stream()
                  .filter(seeds -> seeds.title().equals(title))
                  .findFirst()
                  .map(seeds -> seeds.measures().get(0).values().verdict(apart.size()))
                  .orElse(Verdict.NOTHING_COMPARED));
    }
    return judged;
  }

  private static final class VariantBuilder {
    private final RunResult.ExperimentInfo experiment;
    private final List<Setting> configuration;
    private final List<Long> seeds = new ArrayList<>();
    private final TreeMap<Long, List<LossPoint>> losses = new TreeMap<>();
    private final TreeMap<Long, List<AccuracyPoint>> accuracies = new TreeMap<>();
    private final List<List<Implementation>> sides = new ArrayList<>();
    private final DriftCollector drift = new DriftCollector();
    private final List<Figure> figures = new ArrayList<>();

    /** Whether the figures are of a run that differs: where one does, its layers are shown. */
    private boolean figuresDiffer;

    private Verdict verdict = Verdict.AGREE;
    private @Nullable Long horizon;

    VariantBuilder(RunResult result) {
      this.experiment = result.experiment();
      this.configuration =
          result.configuration().stream()
              .sorted(Comparator.comparing(Setting::differs).reversed())
              .toList();
    }

    void add(RunResult result) {
      seeds.add(result.experiment().seed());
      verdict = verdict.or(result.verdict());
      Long reached = result.horizon();
      if (reached != null) {
        horizon = horizon == null ? reached : Long.valueOf(Math.min(horizon, reached));
      }
      for (LossPoint point : result.curves().loss()) {
        losses.computeIfAbsent(point.step(), step -> new ArrayList<>()).add(point);
      }
      for (AccuracyPoint point : result.curves().accuracy()) {
        accuracies.computeIfAbsent(point.step(), step -> new ArrayList<>()).add(point);
      }
      sides.add(result.implementations());
      drift.add(result.readings());
      boolean differs = result.firstDivergence() != null;
      if (figures.isEmpty() || (differs && !figuresDiffer)) {
        figures.clear();
        figures.addAll(result.figures());
        figuresDiffer = differs;
      }
    }

    Variant build(boolean detailed) {
      return new Variant(
          experiment,
          List.copyOf(seeds),
          verdict,
          horizon,
          configuration,
          losses(detailed),
          accuracies.entrySet().stream().map(e -> accuracyBand(e.getKey(), e.getValue())).toList(),
          drift.layers(experiment.layers()),
          drift.drift().stream().filter(d -> detailed || d.layer().isEmpty()).toList(),
          figures.stream().filter(figure -> detailed || !figure.ofLayer()).toList());
    }

    /** Returns what the seeds say, nothing if there is but one. */
    Optional<SeedStatistics> statistics() {
      if (seeds.size() < 2) {
        return Optional.empty();
      }
      return Optional.of(
          new SeedStatistics(
              experiment.id(),
              experiment.variant(),
              List.copyOf(seeds),
              StatisticsWording.CONDITION,
              List.of(
                  measure(
                      "test accuracy",
                      Better.HIGHER,
                      Implementation::testAccuracy,
                      experiment.equivalenceMargin()),
                  measure("training accuracy", Better.HIGHER, Implementation::trainAccuracy, null),
                  measure(
                      "loss of the last batch", Better.LOWER, Implementation::trainLoss, null))));
    }

    private Measure measure(
        String name,
        Better better,
        ToDoubleFunction<Implementation> value,
        @Nullable Double margin) {
      PairedStatistics statistics =
          PairedStatistics.of(name, better, values(value, 0), values(value, 1), margin);
      List<Implementation> names = sides.get(0);
      return new Measure(
          name,
          StatisticsWording.of(name, names.get(0).name(), names.get(1).name(), statistics),
          statistics);
    }

    private List<Double> values(ToDoubleFunction<Implementation> value, int side) {
      return sides.stream().map(both -> value.applyAsDouble(both.get(side))).toList();
    }

    private List<LossBand> losses(boolean detailed) {
      int every = detailed ? 1 : (losses.size() + FEW_POINTS - 1) / FEW_POINTS;
      List<Long> steps = new ArrayList<>(losses.keySet());
      List<LossBand> bands = new ArrayList<>();
      for (int i = 0; i < steps.size(); i++) {
        if ((steps.size() - 1 - i) % every == 0) {
          bands.add(lossBand(steps.get(i), losses.getOrDefault(steps.get(i), List.of())));
        }
      }
      return bands;
    }

    private static LossBand lossBand(long step, List<LossPoint> points) {
      return new LossBand(
          step, band(points, LossPoint::reference), band(points, LossPoint::candidate));
    }

    private static AccuracyBand accuracyBand(long step, List<AccuracyPoint> points) {
      return new AccuracyBand(
          step,
          band(points, AccuracyPoint::referenceTrain),
          band(points, AccuracyPoint::candidateTrain),
          band(points, AccuracyPoint::referenceTest),
          band(points, AccuracyPoint::candidateTest));
    }

    private static <T> Band band(List<T> points, ToDoubleFunction<T> value) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      double sum = 0;
      for (T point : points) {
        double x = value.applyAsDouble(point);
        low = Math.min(low, x);
        high = Math.max(high, x);
        sum += x;
      }
      // The mean of equal numbers is that number, whatever their sum was rounded to.
      return new Band(low, low == high ? low : sum / points.size(), high);
    }
  }
}
