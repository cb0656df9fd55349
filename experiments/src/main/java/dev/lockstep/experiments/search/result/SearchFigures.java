package dev.lockstep.experiments.search.result;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.result.Curves.AccuracyPoint;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.Figure.Axis;
import dev.lockstep.core.result.Figure.Lines;
import dev.lockstep.core.result.Figure.ParallelCoordinates;
import dev.lockstep.core.result.Figure.Scatter;
import dev.lockstep.core.result.Figure.Series;
import dev.lockstep.experiments.search.result.SearchResult.RangeInfo;
import dev.lockstep.experiments.search.result.SearchResult.TrialInfo;
import dev.lockstep.experiments.search.trial.Trial;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;

/** The pictures of a search. */
final class SearchFigures {

  /** The book's grid shows the twenty best. */
  private static final int BEST_CURVES = 20;

  /** Braces, and the names of values. */
  private static final Pattern NAMES = Pattern.compile("[{}]|\\w+: ");

  private static final int COLUMNS = 5;
  private static final int HIGHLIGHTED = 10;

  private final List<RangeInfo> ranges;
  private final List<TrialInfo> trials;
  private final List<TrialInfo> scored;
  private final List<TrialInfo> best;
  private final String reference;
  private final String candidate;

  private SearchFigures(SearchResult result, String reference, String candidate) {
    this.ranges = ranges(result);
    this.trials = result.trials();
    this.scored = trials.stream().filter(trial -> trial.referenceScore() != null).toList();
    this.best =
        scored.stream()
            .filter(trial -> trial.state() == Trial.State.COMPLETED)
            .sorted(
                Comparator.comparingDouble(SearchFigures::reference)
                    .reversed()
                    .thenComparing(TrialInfo::number))
            .toList();
    this.reference = reference;
    this.candidate = candidate;
  }

  /**
   * @param reference the name of the one side
   * @param candidate the name of the other
   */
  static List<Figure> of(SearchResult result, String reference, String candidate) {
    SearchFigures figures = new SearchFigures(result, reference, candidate);
    List<Figure> all = new ArrayList<>();
    all.add(figures.bestSoFar());
    all.add(figures.sides());
    figures.ranges.forEach(range -> all.add(figures.slice(range)));
    if (!figures.ranges.isEmpty()) {
      all.add(figures.parallelCoordinates());
    }
    all.add(figures.bestCurves());
    return all;
  }

  private static double reference(TrialInfo trial) {
    return Objects.requireNonNullElse(trial.referenceScore(), Double.NaN);
  }

  private static double candidate(TrialInfo trial) {
    return Objects.requireNonNullElse(trial.candidateScore(), Double.NaN);
  }

  private Figure bestSoFar() {
    return new Lines(
        "best-so-far",
        "Best so far",
        "The highest validation accuracy up to each trial, on either side by itself.",
        Axis.linear("trial", ""),
        Axis.linear("validation accuracy", "share"),
        1,
        List.of(
            new Lines.Panel(
                "",
                List.of(
                    bestSoFar(reference, SearchFigures::reference),
                    bestSoFar(candidate, SearchFigures::candidate)))));
  }

  private Series bestSoFar(String side, ToDoubleFunction<TrialInfo> score) {
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    double highest = 0;
    for (TrialInfo trial : scored) {
      highest = Math.max(highest, score.applyAsDouble(trial));
      x.add((double) trial.number());
      y.add(highest);
    }
    return new Series(side, x, y);
  }

  private Figure sides() {
    return new Scatter(
        "sides",
        "Both sides' scores of each trial",
        "On the diagonal both sides give a trial the same score.",
        Axis.linear("validation accuracy, " + reference, "share"),
        Axis.linear("validation accuracy, " + candidate, "share"),
        List.of(
            new Scatter.Group(
                "trials",
                scored.stream()
                    .map(t -> new Scatter.Point(reference(t), candidate(t), "trial " + t.number()))
                    .toList())));
  }

  private Figure slice(RangeInfo range) {
    return new Scatter(
        "slice-" + range.key().replaceAll("[^A-Za-z0-9]", "-"),
        "Score by " + name(range),
        range.key() + " of every trial with a score; the other hyperparameters vary as well.",
        axis(range),
        Axis.linear("validation accuracy", "share"),
        List.of(
            slice(range, reference, SearchFigures::reference),
            slice(range, candidate, SearchFigures::candidate)));
  }

  private Scatter.Group slice(RangeInfo range, String side, ToDoubleFunction<TrialInfo> score) {
    return new Scatter.Group(
        side,
        scored.stream()
            .map(
                trial ->
                    new Scatter.Point(
                        position(range, trial),
                        score.applyAsDouble(trial),
                        "trial " + trial.number()))
            .toList());
  }

  private Axis axis(RangeInfo range) {
    return switch (range.kind()) {
      case "logUniform" -> Axis.logarithmic(name(range), "");
      case "choice" ->
          Axis.of(name(range), range.values().stream().map(SearchFigures::brief).toList());
      default -> Axis.linear(name(range), "");
    };
  }

  /** Returns what the trials differ in. */
  static List<RangeInfo> ranges(SearchResult result) {
    return result.search().space().stream().filter(range -> range.values().size() > 1).toList();
  }

  private String name(RangeInfo range) {
    return name(range, ranges);
  }

  /** Returns the last word of a key, or what it chooses, as far as no other is called the same. */
  static String name(RangeInfo range, List<RangeInfo> ranges) {
    String name = lastWord(range);
    return ranges.stream().filter(other -> lastWord(other).equals(name)).count() == 1
        ? name
        : range.key();
  }

  private static String lastWord(RangeInfo range) {
    List<String> activations =
        ActivationFunction.all().stream().map(ActivationFunction::id).toList();
    return activations.containsAll(range.values())
        ? "activation"
        : range.key().substring(range.key().lastIndexOf('.') + 1);
  }

  /** Writes {@code {type: sgd, learningRate: 0.1}} as {@code sgd, 0.1}: an axis has little room. */
  private static String brief(String choice) {
    return NAMES.matcher(choice).replaceAll("");
  }

  private static double position(RangeInfo range, TrialInfo trial) {
    String value = Objects.requireNonNull(trial.values().get(range.key()));
    return range.kind().equals("choice")
        ? 1 + range.values().indexOf(value)
        : Double.parseDouble(value);
  }

  private Figure parallelCoordinates() {
    List<Axis> axes = new ArrayList<>(ranges.stream().map(this::axis).toList());
    axes.add(Axis.linear("validation accuracy", "share"));
    List<TrialInfo> highlighted = best.subList(0, Math.min(HIGHLIGHTED, best.size()));
    return new ParallelCoordinates(
        "trials",
        "All trials",
        "One line for each trial with a score, the ten best highlighted.",
        axes,
        scored.stream()
            .map(
                trial ->
                    new ParallelCoordinates.Item(
                        "trial " + trial.number(), values(trial), highlighted.contains(trial)))
            .toList());
  }

  private List<Double> values(TrialInfo trial) {
    List<Double> values = new ArrayList<>();
    ranges.forEach(range -> values.add(position(range, trial)));
    values.add(reference(trial));
    return values;
  }

  private Figure bestCurves() {
    return new Lines(
        "best-curves",
        "The best trials' curves",
        "Accuracy on training and validation images, the best trial first.",
        Axis.linear("step", ""),
        Axis.linear("accuracy", "share"),
        COLUMNS,
        best.stream().limit(BEST_CURVES).map(this::curves).toList());
  }

  private Lines.Panel curves(TrialInfo trial) {
    List<AccuracyPoint> points = trial.runs().get(0).accuracy();
    return new Lines.Panel(
        "trial " + trial.number(),
        List.of(
            curve("training, " + reference, points, AccuracyPoint::referenceTrain),
            curve("validation, " + reference, points, AccuracyPoint::referenceTest),
            curve("validation, " + candidate, points, AccuracyPoint::candidateTest)));
  }

  private static Series curve(
      String name, List<AccuracyPoint> points, Function<AccuracyPoint, Double> accuracy) {
    return new Series(
        name,
        points.stream().map(point -> (double) point.step()).toList(),
        points.stream().map(accuracy).toList());
  }
}
