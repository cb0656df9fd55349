package dev.lockstep.experiments.bench;

import dev.lockstep.core.wording.Numbers;
import dev.lockstep.experiments.bench.BenchResult.Cost;
import dev.lockstep.experiments.bench.BenchResult.Row;
import dev.lockstep.report.Table;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** How fast everything was: the page of the documentation, in GitHub's Markdown. */
public final class SpeedPage {

  /** Begins the part of the page that the README repeats. */
  public static final String BEGIN = "<!-- speed: of docs/speed.md -->";

  /** Ends it. */
  public static final String END = "<!-- end of speed -->";

  private static final String NONE = "–";

  private SpeedPage() {}

  public static String write(BenchResult result) {
    return """
        # How fast it is

        This page is written by `%s`; a change made by hand is lost.

        %s

        Batches of 100. *One thread*: each side has one; *best*: each has one for each processor where that makes it faster.

        ## Everything that was measured

        %s
        Each number is the geometric mean of %s, each in a process of its own, the sides in turn,
        with a heap of 512 MiB. *ratio*: the speed of the first side over that of the other, with the 95 %%
        interval over the rounds, told only for a pair that was first compared, tensor by tensor, and
        agrees. *of limit*: the time that the matrix products of the network take by themselves, at the
        same shapes and on the same BLAS, as a share of the first side's time.
        %s%s"""
        .formatted(
            result.command(),
            inShort(result),
            BenchText.table(result).markdown(),
            Numbers.counted(result.rounds(), "round"),
            missing(result),
            result.cost().isEmpty() ? "" : costs(result.cost()));
  }

  private static String missing(BenchResult result) {
    return result.missing().isEmpty()
        ? ""
        : result.missing().stream()
            .map(line -> "- Missing: " + line + "\n")
            .collect(Collectors.joining("", "\n", ""));
  }

  /** Training alone, a column for each side. */
  private static String inShort(BenchResult result) {
    Map<List<String>, Map<String, String>> lines = new LinkedHashMap<>();
    Set<String> sides = new LinkedHashSet<>();
    for (Row row : result.benchmarks()) {
      String candidate = row.candidate();
      if (row.task() == Task.TRAINING && candidate != null) {
        String side = row.precision().equals("float") ? candidate + ", float" : candidate;
        sides.add(row.reference());
        sides.add(side);
        Map<String, String> line =
            lines.computeIfAbsent(
                List.of(row.network() + ": " + row.description(), row.setting().id()),
                unseen -> new LinkedHashMap<>());
        line.put(row.reference(), speed(row, row.reference()));
        line.put(side, speed(row, candidate) + inBrackets(row));
      }
    }
    return """
        %s
        Samples a second in training, and in brackets how many times as fast the hand-written side, `scratch`, is, which
        computes in double. Measured on %s.

        %s
        %s"""
        .formatted(BEGIN, BenchText.stand(result), table(lines, sides), END);
  }

  private static String table(Map<List<String>, Map<String, String>> lines, Set<String> sides) {
    List<String> header = new ArrayList<>(List.of("network", "threads"));
    header.addAll(sides);
    List<List<String>> rows = new ArrayList<>();
    lines.forEach(
        (of, line) -> {
          List<String> row = new ArrayList<>(of);
          sides.forEach(side -> row.add(line.getOrDefault(side, NONE)));
          rows.add(row);
        });
    return new Table(header, rows).markdown();
  }

  private static String speed(Row row, String side) {
    return BenchText.speed(Objects.requireNonNull(row.samplesPerSecond().get(side)));
  }

  private static String inBrackets(Row row) {
    return row.ratio() == null ? "" : String.format(Locale.ROOT, " (%.2f ×)", row.ratio());
  }

  private static String costs(List<Cost> costs) {
    Map<CostSeries, List<Cost>> series = new EnumMap<>(CostSeries.class);
    costs.forEach(
        cost -> series.computeIfAbsent(cost.series(), unseen -> new ArrayList<>()).add(cost));
    return """

        ## What a step costs

        The hand-written side on one thread, training 784-100-100-100-100-10 with ReLU and SGD in batches of 100, of which one
        size at a time grows. *Predicted*, the bars: the multiplications of the step's matrix products, divided by the rate that all
        networks have in common, the geometric mean of theirs: %s million a second. The line is what was measured.

        %s
        %s"""
        .formatted(
            Numbers.count(
                Math.round(
                    costs.get(0).multiplications() / costs.get(0).predictedMilliseconds() / 1000)),
            series.entrySet().stream()
                .map(entry -> plot(entry.getKey(), entry.getValue()))
                .collect(Collectors.joining("\n")),
            BenchText.costs(costs).markdown());
  }

  private static String plot(CostSeries series, List<Cost> costs) {
    double highest =
        costs.stream()
            .mapToDouble(cost -> Math.max(cost.milliseconds(), cost.predictedMilliseconds()))
            .max()
            .orElseThrow();
    return """
        ```mermaid
        xychart-beta
            title "Growing %s"
            x-axis "%s" [%s]
            y-axis "milliseconds per step" 0 --> %s
            bar [%s]
            line [%s]
        ```
        """
        .formatted(
            series.id(),
            series.counted(),
            costs.stream()
                .map(cost -> Integer.toString(cost.value()))
                .collect(Collectors.joining(", ")),
            BenchText.milliseconds(highest),
            numbers(costs, Cost::predictedMilliseconds),
            numbers(costs, Cost::milliseconds));
  }

  private static String numbers(List<Cost> costs, ToDoubleFunction<Cost> number) {
    return costs.stream()
        .map(cost -> BenchText.milliseconds(number.applyAsDouble(cost)))
        .collect(Collectors.joining(", "));
  }
}
