package dev.lockstep.experiments.report;

import dev.lockstep.core.wording.Numbers;
import dev.lockstep.experiments.bench.BenchResult;
import dev.lockstep.experiments.bench.BenchResult.Row;
import dev.lockstep.experiments.statistics.Interval;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How fast everything was: a table for the screen, and a page for the documentation. */
public final class BenchText {

  private static final String NONE = "–";

  private BenchText() {}

  /**
   * @param coloured whether to use the terminal's colours
   * @param report the file that holds all of it
   */
  public static String write(BenchResult result, boolean coloured, Path report) {
    return "%s  %s%n%n%s%n%s%s"
        .formatted(
            Colour.of(result.verdict()).paint(result.verdict().name(), coloured),
            stand(result),
            table(result).text(),
            result.missing().stream()
                .map(line -> "Missing    " + line + "\n")
                .collect(Collectors.joining()),
            "Report     " + report + "\n");
  }

  /** Returns a page of GitHub's Markdown. */
  public static String markdown(BenchResult result) {
    return """
        # How fast it is

        Written by `%s`. %s.

        %s
        Each number is the geometric mean of %s, each in a process of its own, the sides in turn,
        with a heap of 512 MiB. *ratio*: the speed of the first side over that of the other, with the 95 %%
        interval over the rounds, told only for a pair that was first compared, tensor by tensor, and
        agrees. *of limit*: the time that the matrix products of the network take by themselves, at the
        same shapes and on the same BLAS, as a share of the first side's time.
        %s"""
        .formatted(
            result.command(),
            stand(result),
            table(result).markdown(),
            Numbers.counted(result.rounds(), "round"),
            result.missing().isEmpty()
                ? ""
                : result.missing().stream()
                    .map(line -> "- Missing: " + line + "\n")
                    .collect(Collectors.joining("", "\n", "")));
  }

  /** What the numbers stand on. */
  private static String stand(BenchResult result) {
    Map<String, String> environment = result.environment();
    return "%s, %s, %s processors, JDK %s, %s, DL4J %s"
        .formatted(
            result.date(),
            environment.get("cpu"),
            environment.get("processors"),
            environment.get("jdk"),
            environment.get("scratchBlas"),
            environment.get("dl4j"));
  }

  private static Table table(BenchResult result) {
    return new Table(
        List.of(
            "network",
            "task",
            "sides",
            "threads",
            "samples/s",
            "ratio",
            "of limit",
            "peak heap, MiB"),
        result.benchmarks().stream().map(BenchText::cells).toList());
  }

  private static List<String> cells(Row row) {
    List<String> cells = new ArrayList<>();
    cells.add(row.network() + ": " + row.description());
    cells.add(row.task().id());
    cells.add(
        row.candidate() == null
            ? row.reference()
            : "%s : %s %s".formatted(row.reference(), row.candidate(), row.precision()));
    cells.add(
        (row.setting() == BenchResult.Setting.BEST ? "best, " : "") + join(row.threads().values()));
    cells.add(join(row.samplesPerSecond().values().stream().map(BenchText::speed).toList()));
    cells.add(ratio(row.ratio(), row.interval()));
    cells.add(
        row.limitShare() == null
            ? NONE
            : String.format(Locale.ROOT, "%.0f %%", 100 * row.limitShare()));
    cells.add(
        join(
            row.peakHeapMiB().values().stream()
                .map(peak -> Numbers.count(Math.round(peak)))
                .toList()));
    return cells;
  }

  private static String join(Iterable<?> perSide) {
    List<String> texts = new ArrayList<>();
    perSide.forEach(value -> texts.add(value.toString()));
    return String.join(" : ", texts);
  }

  private static String speed(double samplesPerSecond) {
    return samplesPerSecond < 100
        ? String.format(Locale.ROOT, "%.1f", samplesPerSecond)
        : Numbers.count(Math.round(samplesPerSecond));
  }

  private static String ratio(@Nullable Double ratio, @Nullable Interval interval) {
    if (ratio == null) {
      return NONE;
    }
    return interval == null
        ? String.format(Locale.ROOT, "%.2f", ratio)
        : String.format(Locale.ROOT, "%.2f (%.2f … %.2f)", ratio, interval.low(), interval.high());
  }
}
