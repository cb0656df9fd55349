package dev.lockstep.report.runs;

import dev.lockstep.core.result.Curves.LossPoint;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.report.Format;
import dev.lockstep.report.HtmlReport;
import dev.lockstep.report.Page;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A page over all runs of a directory: a table to sort and filter, and their curves. */
public final class RunIndex {

  /** What a curve shows of a long run without its page growing past reading. */
  private static final int POINTS = 60;

  /** More curves in one picture cannot be told apart; the table has all runs. */
  private static final int CURVES = 16;

  private static final List<String> HEAD =
      List.of(
          "run",
          "experiment",
          "seed",
          "verdict",
          "sides",
          "steps",
          "data",
          "test accuracy, reference",
          "test accuracy, candidate",
          "first divergence");

  private RunIndex() {}

  /**
   * Returns the page.
   *
   * @param directory in which the page will lie
   * @throws dev.lockstep.core.InputException if there is no run in it
   */
  public static String html(Path directory, String command) {
    Map<String, RunResult> runs = Runs.read(directory);
    Map<Verdict, Long> verdicts =
        runs.values().stream()
            .filter(run -> !drewApart(run))
            .collect(
                Collectors.groupingBy(RunResult::verdict, TreeMap::new, Collectors.counting()));
    long apart = runs.values().stream().filter(RunIndex::drewApart).count();
    List<String> counts =
        new ArrayList<>(
            verdicts.entrySet().stream()
                .map(entry -> Numbers.count(entry.getValue()) + " " + entry.getKey())
                .toList());
    if (apart > 0) {
      counts.add(
          Numbers.count(apart) + " in which each side drew for itself, judged over their seeds");
    }
    List<Page.Section> sections = new ArrayList<>();
    sections.add(
        new Page.Section(
            "runs",
            "Runs",
            List.of(
                new Page.Rows(
                    "All runs",
                    HEAD,
                    runs.entrySet().stream()
                        .map(run -> row(directory, run.getKey(), run.getValue()))
                        .toList(),
                    true))));
    List<Figure> curves = curves(runs);
    if (!curves.isEmpty()) {
      sections.add(new Page.Section("curves", "Curves", List.of(new Page.Pictures(curves))));
    }
    return HtmlReport.write(
        new Page(
            "Runs in " + directory.getFileName(),
            Numbers.counted(runs.size(), "run"),
            runs.values().stream().allMatch(run -> drewApart(run) || run.verdict().exitCode() == 0),
            String.join(", ", counts) + ".",
            "A heading sorts the table, words filter it, and a run leads to its own report.",
            List.of(
                new Page.Next("Hold two of them against each other:", "./lockstep diff RUN RUN"),
                new Page.Next("Write this page anew:", command)),
            sections));
  }

  private static Page.Row row(Path directory, String folder, RunResult run) {
    String report = (folder.isEmpty() ? "" : folder + "/") + Format.HTML.fileName();
    String name = folder.isEmpty() ? "." : folder;
    FirstDivergence first = run.firstDivergence();
    List<Page.Cell> cells = new ArrayList<>();
    cells.add(
        Files.exists(directory.resolve(report))
            ? Page.Cell.link(name, report)
            : Page.Cell.of(name));
    cells.add(Page.Cell.of(run.experiment().title()));
    cells.add(Page.Cell.of(Long.toString(run.experiment().seed())));
    cells.add(drewApart(run) ? Page.Cell.of("–") : Page.Cell.of(run.verdict()));
    cells.add(
        Page.Cell.of(
            run.implementations().stream()
                .map(Implementation::name)
                .collect(Collectors.joining(" and "))));
    cells.add(Page.Cell.of((double) run.experiment().steps()));
    cells.add(Page.Cell.of(run.dataset().name()));
    cells.add(Page.Cell.of(run.side("reference").testAccuracy()));
    cells.add(Page.Cell.of(run.side("candidate").testAccuracy()));
    cells.add(
        Page.Cell.of(
            first == null
                ? "–"
                : "step %d, %s, %s".formatted(first.step(), first.phase().id(), first.tensor())));
    return new Page.Row(cells, !drewApart(run) && run.verdict().exitCode() != 0);
  }

  /** Where each side draws for itself, no run has a verdict of its own. */
  private static boolean drewApart(RunResult run) {
    return run.verdict() == Verdict.NOTHING_COMPARED
        && run.coverage().steps() == 0
        && run.undecided().isEmpty();
  }

  private static List<Figure> curves(Map<String, RunResult> runs) {
    List<Figure.Series> series =
        runs.entrySet().stream()
            .filter(run -> !run.getValue().curves().loss().isEmpty())
            .limit(CURVES)
            .map(run -> series(run.getKey(), run.getValue()))
            .toList();
    return series.isEmpty()
        ? List.of()
        : List.of(
            new Figure.Lines(
                "losses",
                "Loss while training, candidates",
                "The first %s; the legend shows and hides them."
                    .formatted(Numbers.counted(series.size(), "run")),
                Figure.Axis.linear("step", ""),
                Figure.Axis.logarithmic("loss", ""),
                1,
                List.of(new Figure.Lines.Panel("", series))));
  }

  private static Figure.Series series(String folder, RunResult run) {
    List<LossPoint> all = run.curves().loss();
    List<LossPoint> points =
        all.size() <= POINTS
            ? all
            : java.util.stream.IntStream.range(0, POINTS)
                .mapToObj(i -> all.get((int) ((i + 1L) * all.size() / POINTS - 1)))
                .toList();
    return new Figure.Series(
        folder.isEmpty() ? "." : folder,
        points.stream().map(point -> (double) point.step()).toList(),
        points.stream().map(LossPoint::candidate).toList());
  }
}
