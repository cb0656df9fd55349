package dev.lockstep.report;

import dev.lockstep.core.result.Attribution;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.RunResult.DatasetInfo;
import dev.lockstep.core.result.RunResult.ExperimentInfo;
import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.DeclaredTolerance;
import dev.lockstep.core.wording.Findings;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.report.summary.Summary;
import dev.lockstep.report.summary.Summary.Run;
import dev.lockstep.report.summary.Summary.SeedStatistics;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A result on the screen: the verdict first, and no more than one screen of it. */
public final class TextReport {

  private static final int RUNS_SHOWN = 12;
  private static final int SIDE_WIDTH = 18;
  private static final int STATISTICS_SHOWN = 5;

  private final StringBuilder text = new StringBuilder();
  private final boolean colour;

  private TextReport(boolean colour) {
    this.colour = colour;
  }

  /**
   * Returns what the screen shows of one run.
   *
   * @param colour whether to use the terminal's colours
   * @param report the page to open, null if none was written
   */
  public static String write(RunResult result, boolean colour, @Nullable Path report) {
    TextReport writer = new TextReport(colour);
    writer.run(result);
    writer.report(report);
    return writer.text.toString();
  }

  /**
   * Returns what the screen shows of several runs.
   *
   * @param colour whether to use the terminal's colours
   * @param report the page to open, null if none was written
   */
  public static String write(Summary summary, boolean colour, @Nullable Path report) {
    TextReport writer = new TextReport(colour);
    writer.summary(summary);
    writer.report(report);
    return writer.text.toString();
  }

  private void run(RunResult result) {
    Run run = Run.of(result, "");
    ExperimentInfo experiment = result.experiment();
    line(
        "%s  %s, seed %d: %s of %d, %s, %s"
            .formatted(
                verdict(result.verdict()),
                experiment.title(),
                experiment.seed(),
                Wording.steps(experiment),
                experiment.batchSize(),
                experiment.alignment(),
                experiment.precision()));
    line("  %s".formatted(Wording.headline(run)));
    line("  %s".formatted(meaning(result)));
    notice(result.dataset().notice());
    reading(result.dataset());
    divergence(run);
    attribution(result.attribution());
    sides(result.implementations(), result.dataset());
    metrics(result.metrics(), result.implementations());
    figures(result.figures(), result.implementations());
    line("");
    worst(run, result.experiment().declaredTolerance());
    line("Compared   %s".formatted(Wording.coverage(result.coverage())));
    if (result.solo() != null) {
      line("Alone      %s".formatted(Wording.solo(result.solo())));
    }
    line("Horizon    %s".formatted(Wording.horizon(result.horizon())));
    speed(result);
  }

  private static String meaning(RunResult result) {
    if (Run.of(result, "").drewApart()) {
      return Wording.APART;
    }
    if (result.verdict() == Verdict.AGREE && result.coverage().expected() == 0) {
      return Wording.PREDICTED;
    }
    return result.verdict() == Verdict.AGREE
        ? Wording.agreement(Collections.singletonList(result.experiment().declaredTolerance()))
        : Findings.meaning(result.verdict(), result.failure());
  }

  private void notice(String notice) {
    if (!notice.isEmpty()) {
      line("");
      line(Colour.LOUD.paint("!! " + firstLine(notice) + " !!", colour));
    }
  }

  /** What was tried is told where it was tried, and in the report. */
  private static String firstLine(String notice) {
    return notice.lines().findFirst().orElse("");
  }

  private void reading(DatasetInfo dataset) {
    if (!dataset.reading().isEmpty()) {
      line("");
      line("Data, as it was read");
      dataset.reading().forEach(statement -> line("  " + statement));
    }
  }

  private void metrics(List<RunResult.Metric> metrics, List<Implementation> sides) {
    for (RunResult.Metric metric : metrics) {
      line(
          "%-16s".formatted("Test " + metric.name())
              + inColumnOf(sides.get(0), Numbers.rounded(metric.reference()))
              + inColumnOf(sides.get(1), Numbers.rounded(metric.candidate())));
    }
  }

  private void divergence(Run run) {
    FirstDivergence first = run.firstDivergence();
    if (first == null) {
      return;
    }
    line("");
    line("First divergence");
    List<Implementation> sides = run.implementations();
    for (String line : Findings.divergence(first, sides.get(0).name(), sides.get(1).name())) {
      line("  %s".formatted(line));
    }
  }

  private void attribution(@Nullable Attribution attribution) {
    if (attribution != null) {
      line("");
      Wording.attribution(attribution).forEach(this::line);
    }
  }

  private void sides(List<Implementation> sides, DatasetInfo dataset) {
    if (sides.stream().allMatch(side -> Double.isNaN(side.testAccuracy()))) {
      return; // nothing was trained
    }
    line("");
    row("", sides, Implementation::name);
    row("Last loss", sides, side -> Numbers.rounded(side.trainLoss()));
    row("Train " + dataset.score(), sides, side -> Numbers.percent(side.trainAccuracy()));
    row("Test " + dataset.score(), sides, side -> Numbers.percent(side.testAccuracy()));
    if (dataset.trainSample() < dataset.train()) {
      line(
          "  train %s: of %s training samples, chosen at random"
              .formatted(dataset.score(), Numbers.count(dataset.trainSample())));
    }
  }

  private void row(
      String label, List<Implementation> sides, Function<Implementation, String> cell) {
    StringBuilder row = new StringBuilder("%-16s".formatted(label));
    for (Implementation side : sides) {
      row.append(inColumnOf(side, cell.apply(side)));
    }
    line(row.toString());
  }

  /** As wide as a side's name asks for. */
  private static String inColumnOf(Implementation side, String cell) {
    int width = Math.max(SIDE_WIDTH, side.name().length() + 2);
    return " ".repeat(width - cell.length()) + cell;
  }

  private void worst(Run run, @Nullable DeclaredTolerance declared) {
    if (run.worst().isEmpty()) {
      return;
    }
    line("Largest difference  absolute    error ÷ floor  tensor");
    run.worst()
        .forEach(
            (phase, w) ->
                line(
                    "  %-16s  %-10s  %-13s  %s, step %s"
                        .formatted(
                            phase.id(),
                            Numbers.rounded(w.maxAbs()),
                            Numbers.rounded(run.errorOverFloor().getOrDefault(phase, Double.NaN)),
                            w.path(),
                            Numbers.count(w.step()))));
    line("  %s".formatted(Wording.floor(declared)));
    line("");
  }

  private void speed(RunResult result) {
    StringBuilder speeds = new StringBuilder();
    result
        .timing()
        .samplesPerSecond()
        .forEach(
            (name, speed) ->
                speeds
                    .append(", ")
                    .append(name)
                    .append(' ')
                    .append(Numbers.count(Math.round(speed)))
                    .append(" samples/s"));
    line("Time       %s%s".formatted(Numbers.seconds(result.timing().seconds()), speeds));
  }

  private void summary(Summary summary) {
    line("%s  %s".formatted(verdict(summary.verdict()), Wording.headline(summary)));
    notice(summary.dataset().notice());
    reading(summary.dataset());
    Run failed = summary.failed();
    if (failed != null) {
      line("");
      line("%s, seed %d: %s".formatted(failed.title(), failed.seed(), Wording.headline(failed)));
      divergence(failed);
    }
    line("");
    runs(summary);
    figures(summary.figures(), summary.runs().get(0).implementations());
    statistics(summary);
  }

  /** What a chapter asks for in numbers: figures of a share for each side. */
  private void figures(List<Figure> figures, List<Implementation> sides) {
    List<String> names = sides.stream().map(Implementation::name).toList();
    for (Figure figure : figures) {
      if (figure instanceof Figure.HeatMap shares && shares.columns().equals(names)) {
        line("");
        line(shares.title());
        for (int i = 0; i < shares.rows().size(); i++) {
          StringBuilder row = new StringBuilder("  %-14s".formatted(shares.rows().get(i)));
          for (int side = 0; side < sides.size(); side++) {
            row.append(
                inColumnOf(sides.get(side), Numbers.percent(shares.values().get(i).get(side))));
          }
          line(row.toString());
        }
      }
    }
  }

  private void runs(Summary summary) {
    List<Run> worstFirst =
        summary.runs().stream().sorted(Comparator.comparing(Run::verdict).reversed()).toList();
    String name = "Test %s of".formatted(summary.dataset().score());
    int width = worstFirst.stream().mapToInt(run -> run.title().length()).max().orElse(0);
    String start = "%-" + Math.max(width, name.length()) + "s  %6s  %-16s";
    StringBuilder head = new StringBuilder(start.formatted(name, "seed", "verdict"));
    for (Implementation side : summary.runs().get(0).implementations()) {
      head.append(inColumnOf(side, side.name()));
    }
    line(head.toString());
    for (Run run : worstFirst.subList(0, Math.min(RUNS_SHOWN, worstFirst.size()))) {
      StringBuilder row =
          new StringBuilder(start.formatted(run.title(), run.seed(), run.verdictOrDash()));
      run.implementations()
          .forEach(side -> row.append(inColumnOf(side, Numbers.percent(side.testAccuracy()))));
      line(row.toString());
      if (run.solo() != null) {
        line("  %s".formatted(Wording.solo(run.solo())));
      }
    }
    if (worstFirst.size() > RUNS_SHOWN) {
      line("… and %s more".formatted(Numbers.count(worstFirst.size() - RUNS_SHOWN)));
    }
  }

  /** The plainest sentence of each; the report has the others. */
  private void statistics(Summary summary) {
    if (summary.statistics().isEmpty()) {
      return;
    }
    line("");
    line("Test accuracy over the seeds");
    List<SeedStatistics> shown =
        summary.statistics().subList(0, Math.min(STATISTICS_SHOWN, summary.statistics().size()));
    for (SeedStatistics statistics : shown) {
      line("  %s: %s".formatted(statistics.title(), statistics.measures().get(0).words().get(0)));
    }
    if (summary.statistics().size() > shown.size()) {
      line("  … and %s more".formatted(Numbers.count(summary.statistics().size() - shown.size())));
    }
  }

  private void report(@Nullable Path report) {
    if (report != null) {
      line("Report     %s".formatted(report));
    }
  }

  private void line(String line) {
    text.append(line.stripTrailing()).append('\n');
  }

  private String verdict(Verdict verdict) {
    return Colour.of(verdict).paint(verdict.name(), colour);
  }
}
