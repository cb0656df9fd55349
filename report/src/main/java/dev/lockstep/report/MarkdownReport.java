package dev.lockstep.report;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.result.Setting;
import dev.lockstep.core.result.Worst;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.report.summary.Summary;
import dev.lockstep.report.summary.Summary.Run;
import dev.lockstep.report.summary.Summary.SeedStatistics;
import dev.lockstep.report.summary.Summary.Variant;
import dev.lockstep.report.summary.VariantSettings;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** A result as Markdown, to paste into a pull request or keep beside the code. */
final class MarkdownReport {

  /** With more runs, each run's own report says what was compared. */
  private static final int RUNS_IN_FULL = 12;

  private final StringBuilder markdown = new StringBuilder();
  private final ReportView view;
  private final Summary summary;

  private MarkdownReport(ReportView view) {
    this.view = view;
    this.summary = view.summary();
  }

  static String write(ReportView view) {
    return new MarkdownReport(view).write();
  }

  private String write() {
    firstScreen();
    runs();
    statistics();
    coverage();
    configuration();
    return markdown.toString();
  }

  private void firstScreen() {
    line("# " + text(view.title()));
    line("**" + view.verdict() + "** — " + text(view.headline()) + " " + text(view.meaning()));
    if (!summary.dataset().notice().isEmpty()) {
      List<String> notice = summary.dataset().notice().lines().toList();
      line("> ⚠ **" + text(notice.get(0)) + "**");
      if (notice.size() > 1) {
        line(
            "<details><summary>What was tried</summary>\n\n"
                + String.join(
                    "\n", notice.subList(1, notice.size()).stream().map(l -> text(l)).toList())
                + "\n\n</details>");
      }
    }
    Run failed = view.failed();
    if (failed != null && !view.divergence().isEmpty()) {
      line("## First divergence");
      line(text(view.cause()));
      line("%s, seed %d:".formatted(text(failed.title()), failed.seed()));
      list(view.divergence());
    }
    attributions();
    line("## To repeat it");
    line("    " + summary.command().replace('\n', ' '));
    if (summary.dataset().train() == 0) {
      return; // each run has its own
    }
    line(
        "Data: %s, %s samples to train on, %s to test; SHA-256 `%s`."
            .formatted(
                text(summary.dataset().name()),
                Numbers.count(summary.dataset().train()),
                Numbers.count(summary.dataset().test()),
                summary.dataset().sha256()));
    list(summary.dataset().reading());
  }

  /** Seeds share their explanation: it is told once for each variant. */
  private void attributions() {
    Set<String> told = new HashSet<>();
    for (int i = 0; i < summary.runs().size(); i++) {
      Run run = summary.runs().get(i);
      if (!view.attributions().get(i).isEmpty() && told.add(run.title())) {
        line("## What explains " + text(run.title()));
        list(view.attributions().get(i));
      }
    }
  }

  private void list(List<String> lines) {
    line(
        lines.stream()
            .map(line -> (line.startsWith("  ") ? "  - " : "- ") + text(line.strip()))
            .collect(Collectors.joining("\n")));
  }

  private void runs() {
    line("## Runs");
    List<String> head = new ArrayList<>(List.of("run", "seed", "verdict"));
    for (Implementation side : summary.runs().get(0).implementations()) {
      head.add("last loss, " + side.name());
      head.add("train accuracy, " + side.name());
      head.add("test accuracy, " + side.name());
    }
    table(head, summary.runs(), MarkdownReport::cells);
  }

  private static List<String> cells(Run run) {
    List<String> cells =
        new ArrayList<>(List.of(run.title(), Long.toString(run.seed()), run.verdictOrDash()));
    for (Implementation side : run.implementations()) {
      cells.add(Double.isNaN(side.testAccuracy()) ? "–" : Numbers.rounded(side.trainLoss()));
      cells.add(Numbers.percent(side.trainAccuracy()));
      cells.add(Numbers.percent(side.testAccuracy()));
    }
    return cells;
  }

  private void statistics() {
    if (summary.statistics().isEmpty()) {
      return;
    }
    line("## Over the seeds");
    for (SeedStatistics statistics : summary.statistics()) {
      line("### " + text(statistics.title()));
      line(
          statistics.measures().stream()
              .map(
                  measure ->
                      "- **%s**: %s"
                          .formatted(measure.name(), text(String.join(" ", measure.words()))))
              .collect(Collectors.joining("\n")));
    }
    line(summary.statistics().get(0).condition());
  }

  private void coverage() {
    if (summary.runs().size() > RUNS_IN_FULL) {
      return;
    }
    line("## Compared");
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < summary.runs().size(); i++) {
      Run run = summary.runs().get(i);
      lines.add(
          "- %s, seed %d: %s"
              .formatted(text(run.title()), run.seed(), text(view.coverage().get(i))));
      if (run.solo() != null) {
        lines.add("  - " + text(view.solos().get(i)));
      }
    }
    for (int i = 0; i < summary.variants().size(); i++) {
      lines.add(
          "- %s: horizon %s"
              .formatted(
                  text(summary.variants().get(i).experiment().title()), view.horizons().get(i)));
    }
    line(String.join("\n", lines));
    line("## Largest differences");
    List<List<String>> rows = new ArrayList<>();
    for (Run run : summary.runs()) {
      run.worst().forEach((phase, worst) -> rows.add(cells(run, phase, worst)));
    }
    table(
        List.of("run", "seed", "phase", "error ÷ floor", "absolute", "relative", "tensor", "step"),
        rows,
        Function.identity());
    line(Wording.differences(summary));
  }

  private static List<String> cells(Run run, Phase phase, Worst worst) {
    return List.of(
        run.title(),
        Long.toString(run.seed()),
        phase.id(),
        Numbers.rounded(run.errorOverFloor().getOrDefault(phase, Double.NaN)),
        Numbers.rounded(worst.maxAbs()),
        Numbers.rounded(worst.maxRel()),
        worst.path(),
        Numbers.count(worst.step()));
  }

  private void configuration() {
    line("## Configuration");
    for (VariantSettings settings : view.variantSettings()) {
      line("### " + text(settings.experiment()) + ": in what the variants differ");
      List<String> head = new ArrayList<>(List.of("variant"));
      head.addAll(settings.keys());
      table(head, settings.rows(), MarkdownReport::cells);
    }
    Set<String> told = new HashSet<>();
    for (Variant variant : summary.variants()) {
      if (told.add(variant.experiment().id())) {
        line("### " + text(variant.experiment().title()));
        List<Implementation> sides = summary.runs().get(0).implementations();
        table(
            List.of("setting", sides.get(0).name(), sides.get(1).name()),
            variant.configuration(),
            MarkdownReport::cells);
      }
    }
    line("## Environment");
    table(
        List.of("", ""),
        new ArrayList<>(summary.environment().entrySet()),
        (Map.Entry<String, String> entry) -> List.of(entry.getKey(), entry.getValue()));
  }

  private static List<String> cells(VariantSettings.Row row) {
    List<String> cells = new ArrayList<>(List.of(row.variant()));
    cells.addAll(row.values());
    return cells;
  }

  private static List<String> cells(Setting setting) {
    return List.of(
        setting.differs() ? setting.key() + " ≠" : setting.key(),
        setting.reference(),
        setting.candidate());
  }

  private <T> void table(List<String> head, List<T> rows, Function<T, List<String>> cells) {
    StringBuilder table = new StringBuilder();
    row(table, head);
    table.append("|---".repeat(head.size())).append("|\n");
    rows.forEach(row -> row(table, cells.apply(row)));
    line(table.toString().stripTrailing());
  }

  private static void row(StringBuilder table, List<String> cells) {
    for (String cell : cells) {
      table.append("| ").append(text(cell)).append(' ');
    }
    table.append("|\n");
  }

  private void line(String block) {
    markdown.append(block).append("\n\n");
  }

  /** Returns text that Markdown shows as it is. */
  static String text(String text) {
    return text.replace("&", "&amp;")
        .replaceAll("([\\\\`*_{}\\[\\]<>|#~])", "\\\\$1")
        .replaceAll("\\R", " ");
  }
}
