package dev.lockstep.experiments.figures;

import dev.lockstep.core.experiment.Experiment;
import dev.lockstep.core.experiment.FigureKind;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.Figure.Axis;
import dev.lockstep.core.result.Figure.Lines.Panel;
import dev.lockstep.core.result.Figure.Series;
import dev.lockstep.core.result.Solo;
import dev.lockstep.report.summary.Summary;
import dev.lockstep.report.summary.Summary.AccuracyBand;
import dev.lockstep.report.summary.Summary.Band;
import dev.lockstep.report.summary.Summary.LossBand;
import dev.lockstep.report.summary.Summary.Run;
import dev.lockstep.report.summary.Summary.Variant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The book's charts over the variants of one experiment: the reference's, mean over the seeds. */
public final class VariantFigures {

  /** The book's grid of batch normalization. */
  private static final int COLUMNS = 4;

  private static final Axis STEP = Axis.linear("step", "");
  private static final Axis ACCURACY = Axis.linear("accuracy", "share of images");

  private final String id;
  private final Map<Experiment, Variant> variants;
  private final List<Run> runs;
  private final String caption;

  private VariantFigures(String id, Map<Experiment, Variant> variants, List<Run> runs) {
    this.id = id;
    this.variants = variants;
    this.runs = runs.stream().filter(run -> run.experiment().equals(id)).toList();
    this.caption =
        "Of %s; the other side's curves are with each variant.%s"
            .formatted(
                runs.get(0).implementations().get(0).name(),
                this.runs.stream()
                    .map(Run::solo)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .map(solo -> " From step %d on it trained alone.".formatted(solo.from()))
                    .orElse(""));
  }

  /**
   * @param experiments that were run, each variant one of them
   * @param summary of their runs
   */
  public static List<Figure> of(List<Experiment> experiments, Summary summary) {
    Map<String, Variant> byTitle =
        summary.variants().stream()
            .collect(Collectors.toMap(v -> v.experiment().title(), Function.identity()));
    Map<String, Map<Experiment, Variant>> byId = new LinkedHashMap<>();
    for (Experiment experiment : experiments) {
      Variant variant = byTitle.get(experiment.title());
      if (variant != null && !experiment.choices().isEmpty()) {
        byId.computeIfAbsent(experiment.id(), key -> new LinkedHashMap<>())
            .put(experiment, variant);
      }
    }
    return byId.entrySet().stream()
        .map(entry -> new VariantFigures(entry.getKey(), entry.getValue(), summary.runs()))
        .flatMap(figures -> figures.all().stream())
        .toList();
  }

  private List<Figure> all() {
    List<Figure> figures = new ArrayList<>();
    if (asksFor(FigureKind.LOSS)) {
      figures.add(
          figure(
              FigureKind.LOSS,
              "Loss of every variant",
              Axis.linear("cross entropy", "nats"),
              List.of(new Panel("", loss()))));
    }
    if (asksFor(FigureKind.ACCURACY)) {
      figures.add(
          figure(
              FigureKind.ACCURACY, "Accuracy on training and test images", ACCURACY, accuracy()));
    }
    if (asksFor(FigureKind.TRAINING)) {
      figures.add(figure(FigureKind.TRAINING, "Accuracy on training images", ACCURACY, training()));
    }
    return figures;
  }

  private boolean asksFor(FigureKind kind) {
    return variants.keySet().stream().anyMatch(experiment -> experiment.figures().contains(kind));
  }

  private Figure figure(FigureKind kind, String title, Axis y, List<Panel> panels) {
    return new Figure.Lines(
        id + "-" + kind.id(), title + ", " + id, caption, STEP, y, COLUMNS, panels);
  }

  private List<Series> loss() {
    List<Series> series = new ArrayList<>();
    variants.forEach(
        (experiment, variant) -> {
          Map<Long, Double> points = new LinkedHashMap<>();
          for (LossBand point : variant.loss()) {
            points.put(point.step(), point.reference().mean());
          }
          series.add(series(experiment.variant(), points));
        });
    return series;
  }

  private List<Panel> accuracy() {
    return variants.entrySet().stream()
        .map(
            entry ->
                new Panel(
                    entry.getKey().variant(),
                    List.of(
                        series(
                            "training",
                            accuracy(
                                entry.getValue(), AccuracyBand::referenceTrain, Solo.Point::train)),
                        series(
                            "test",
                            accuracy(
                                entry.getValue(), AccuracyBand::referenceTest, Solo.Point::test)))))
        .toList();
  }

  /** A panel for each choice of the first axis, in it a line for each of the others. */
  private List<Panel> training() {
    Map<String, List<Series>> panels = new LinkedHashMap<>();
    variants.forEach(
        (experiment, variant) -> {
          List<String> choices = experiment.choices();
          boolean onlyOne = choices.size() == 1;
          panels
              .computeIfAbsent(onlyOne ? "" : choices.get(0), choice -> new ArrayList<>())
              .add(
                  series(
                      String.join("-", onlyOne ? choices : choices.subList(1, choices.size())),
                      accuracy(variant, AccuracyBand::referenceTrain, Solo.Point::train)));
        });
    return panels.entrySet().stream()
        .map(panel -> new Panel(panel.getKey(), panel.getValue()))
        .toList();
  }

  /** The mean over the seeds, by step: of the steps that were compared, then of those alone. */
  private Map<Long, Double> accuracy(
      Variant variant, Function<AccuracyBand, Band> together, ToDoubleFunction<Solo.Point> alone) {
    Map<Long, Double> points = new TreeMap<>();
    for (AccuracyBand point : variant.accuracy()) {
      points.put(point.step(), together.apply(point).mean());
    }
    points.putAll(
        runs.stream()
            .filter(run -> run.variant().equals(variant.experiment().variant()))
            .flatMap(run -> run.solo() == null ? Stream.empty() : run.solo().accuracy().stream())
            .collect(Collectors.groupingBy(Solo.Point::step, Collectors.averagingDouble(alone))));
    return points;
  }

  private static Series series(String name, Map<Long, Double> points) {
    return new Series(
        name,
        points.keySet().stream().map(Long::doubleValue).toList(),
        List.copyOf(points.values()));
  }
}
