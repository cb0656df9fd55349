package dev.lockstep.experiments.bench;

import dev.lockstep.core.wording.Numbers;
import dev.lockstep.experiments.bench.BenchResult.Cost;
import dev.lockstep.experiments.bench.BenchResult.Row;
import dev.lockstep.report.Colour;
import dev.lockstep.report.Table;
import dev.lockstep.report.statistics.Interval;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How fast everything was: for the screen. */
public final class BenchText {

  private static final String NONE = "–";

  private BenchText() {}

  /**
   * @param coloured whether to use the terminal's colours
   * @param report the file that holds all of it
   */
  public static String write(BenchResult result, boolean coloured, Path report) {
    return "%s  %s%n%n%s%n%s%s%s"
        .formatted(
            Colour.of(result.verdict()).paint(result.verdict().name(), coloured),
            stand(result),
            table(result).text(),
            result.cost().isEmpty() ? "" : costs(result.cost()).text() + "\n",
            result.missing().stream()
                .map(line -> "Missing    " + line + "\n")
                .collect(Collectors.joining()),
            "Report     " + report + "\n");
  }

  /** What the numbers stand on. */
  static String stand(BenchResult result) {
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

  /** Everything that was measured. */
  static Table table(BenchResult result) {
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

  static String speed(double samplesPerSecond) {
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

  /** What a step costs, and what it was predicted to. */
  static Table costs(List<Cost> costs) {
    return new Table(
        List.of(
            "size that grows",
            "",
            "multiplications",
            "measured, ms",
            "predicted, ms",
            "measured ÷ predicted"),
        costs.stream().map(BenchText::cells).toList());
  }

  private static List<String> cells(Cost cost) {
    return List.of(
        cost.series().id(),
        Integer.toString(cost.value()),
        Numbers.count(cost.multiplications()),
        milliseconds(cost.milliseconds()),
        milliseconds(cost.predictedMilliseconds()),
        String.format(Locale.ROOT, "%.2f", cost.milliseconds() / cost.predictedMilliseconds()));
  }

  static String milliseconds(double milliseconds) {
    return String.format(Locale.ROOT, "%.3f", milliseconds);
  }
}
