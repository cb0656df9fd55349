package dev.lockstep.report.runs;

import dev.lockstep.core.InputException;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.report.HtmlReport;
import dev.lockstep.report.Page;
import dev.lockstep.report.Table;
import dev.lockstep.report.runs.RunDiff.Changed;
import dev.lockstep.report.runs.RunDiff.Outcome;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Two places with finished runs held against each other, run by run.
 *
 * @param first as the user named it
 * @param second as the user named it
 * @param runs that are in both, by their folder
 * @param alone runs that only one place has, one sentence each
 */
public record Diff(String first, String second, List<RunDiff> runs, List<String> alone) {

  /**
   * Reads two places and compares what is in them.
   *
   * @param first a directory that a command has written, or a {@code result.json}
   * @throws InputException if there is no run in one of them, or none that both have
   */
  public static Diff of(Path first, Path second) {
    Map<String, RunResult> left = Runs.read(first);
    Map<String, RunResult> right = Runs.read(second);
    List<RunDiff> runs = new ArrayList<>();
    List<String> alone = new ArrayList<>();
    left.forEach(
        (folder, run) -> {
          RunResult other = right.get(folder);
          if (other == null) {
            alone.add("only in %s: %s".formatted(first, folder));
          } else {
            runs.add(RunDiff.of(folder, run, other));
          }
        });
    right.keySet().stream()
        .filter(folder -> !left.containsKey(folder))
        .forEach(folder -> alone.add("only in %s: %s".formatted(second, folder)));
    if (runs.isEmpty()) {
      throw new InputException(
          "diff: expected runs in the same folders of both, found none that %s and %s share"
              .formatted(first, second));
    }
    return new Diff(first.toString(), second.toString(), runs, alone);
  }

  private Outcome outcome() {
    return alone.isEmpty()
        ? runs.stream().map(RunDiff::outcome).max(Comparator.naturalOrder()).orElse(Outcome.DIFFERS)
        : Outcome.DIFFERS;
  }

  /** Returns 0 where the runs are the same, 1 where they differ. */
  public int exitCode() {
    return outcome() == Outcome.DIFFERS ? 1 : 0;
  }

  private String headline() {
    if (runs.size() == 1 && alone.isEmpty()) {
      int set = runs.get(0).configuration().size();
      return set == 0
          ? "The two were configured alike."
          : Numbers.counted(set, "setting") + " of the configuration differ.";
    }
    return "%s in both, %s on one side only."
        .formatted(Numbers.counted(runs.size(), "run"), Numbers.count(alone.size()));
  }

  /** Returns what a terminal shows: configuration first, then results, then speeds. */
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(outcome().words()).append(": ").append(outcome().meaning()).append('\n');
    alone.forEach(line -> text.append(line).append('\n'));
    for (RunDiff run : runs) {
      if (runs.size() > 1) {
        text.append("\n%s: %s%n".formatted(run.run(), run.outcome().words()));
      }
      table(text, "Configuration", run.configuration());
      table(text, "Results", run.results());
      table(text, "Speed, not judged", run.speeds());
    }
    return text.toString();
  }

  private void table(StringBuilder text, String title, List<Changed> changed) {
    if (!changed.isEmpty()) {
      text.append('\n')
          .append(
              new Table(
                      List.of(title, first, second),
                      changed.stream()
                          .map(line -> List.of(line.what(), line.first(), line.second()))
                          .toList())
                  .text());
    }
  }

  /** Returns the same as a page. */
  public String html(String command) {
    List<Page.Section> sections = new ArrayList<>();
    for (int i = 0; i < runs.size(); i++) {
      RunDiff run = runs.get(i);
      sections.add(
          new Page.Section(
              "run-" + i,
              runs.size() == 1 ? "What differs" : run.run() + ": " + run.outcome().words(),
              Stream.of(
                      block("Configuration", run.configuration()),
                      block("Results", run.results()),
                      block("Speed, not judged", run.speeds()))
                  .filter(Objects::nonNull)
                  .toList()));
    }
    if (!alone.isEmpty()) {
      sections.add(
          new Page.Section(
              "alone",
              "On one side only",
              alone.stream().map(line -> (Page.Block) new Page.Text(line)).toList()));
    }
    return HtmlReport.write(
        new Page(
            first + " and " + second,
            outcome().words(),
            outcome() != Outcome.DIFFERS,
            headline(),
            outcome().meaning(),
            List.of(new Page.Next("Compare them again:", command)),
            sections));
  }

  private Page.Block block(String title, List<Changed> changed) {
    return changed.isEmpty()
        ? new Page.Text(title + ": nothing differs.")
        : new Page.Rows(
            title,
            List.of("", first, second),
            changed.stream()
                .map(line -> Page.Row.of(List.of(line.what(), line.first(), line.second())))
                .toList(),
            false);
  }
}
