package dev.lockstep.experiments.bench;

import com.fasterxml.jackson.annotation.JsonValue;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.report.Format;
import dev.lockstep.report.HtmlReport;
import dev.lockstep.report.Page;
import dev.lockstep.report.ResultJson;
import dev.lockstep.report.statistics.Interval;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How fast everything was.
 *
 * @param command that started it
 * @param verdict whether all pairs agree
 * @param date on which it was measured, {@code 2026-01-31}
 * @param environment what it stood on, as for a comparison
 * @param rounds in which every side was measured once
 * @param cost of a step as networks grow; empty where it was not measured
 * @param missing what could not be measured or compared, and why
 */
public record BenchResult(
    int schemaVersion,
    String command,
    Verdict verdict,
    String date,
    Map<String, String> environment,
    int rounds,
    List<Row> benchmarks,
    List<Cost> cost,
    List<String> missing) {

  /** Raised whenever a field of the written form changes its meaning or goes away. */
  static final int SCHEMA_VERSION = 1;

  /** How many threads each side may use. */
  public enum Setting {
    ONE_THREAD("one thread"),
    /** As many as make it fastest: one, or one for each processor. */
    BEST("best");

    private final String id;

    Setting(String id) {
      this.id = id;
    }

    @JsonValue
    public String id() {
      return id;
    }
  }

  /**
   * One pair, on one network.
   *
   * @param network its name
   * @param description of the network, in the fewest words
   * @param candidate what the scratch side is measured against; null: it is measured alone
   * @param precision of the candidate; the scratch side always computes in double
   * @param threads of each side
   * @param samplesPerSecond of each side, the geometric mean over the rounds
   * @param ratio of the scratch side's speed to the candidate's; null: they have not been found to
   *     agree
   * @param interval of the ratio, 95 %; null where a single round gives none
   * @param limitShare the time that the matrix products of the network take by themselves, as a
   *     share of the scratch side's; null where it is not on one thread
   * @param peakHeapMiB of each side, the most over the rounds; the heap is limited to 512
   */
  public record Row(
      String network,
      String description,
      Task task,
      @Nullable String candidate,
      String precision,
      Setting setting,
      Map<String, Integer> threads,
      Map<String, Double> samplesPerSecond,
      @Nullable Double ratio,
      @Nullable Interval interval,
      @Nullable Double limitShare,
      Map<String, Double> peakHeapMiB) {

    /** Returns the side that the candidate is measured against. */
    public String reference() {
      return samplesPerSecond.keySet().iterator().next();
    }
  }

  /**
   * What a step of one network costs the scratch side, on one thread.
   *
   * @param value of the size that grows
   * @param multiplications of numbers in all matrix products of a step
   * @param milliseconds of a step, the geometric mean over the rounds
   * @param predictedMilliseconds at the rate of multiplications that all networks have in common,
   *     the geometric mean of theirs
   */
  public record Cost(
      CostSeries series,
      int value,
      long multiplications,
      double milliseconds,
      double predictedMilliseconds) {}

  /** Returns the files that there are of it, by name: JSON, and a page of documentation. */
  public Map<String, Supplier<String>> files(Set<Format> formats) {
    Map<String, Supplier<String>> files = new LinkedHashMap<>();
    if (formats.contains(Format.JSON)) {
      files.put(Format.JSON.fileName(), () -> ResultJson.write(this));
    }
    if (formats.contains(Format.MARKDOWN)) {
      files.put(Format.MARKDOWN.fileName(), () -> SpeedPage.write(this));
    }
    if (formats.contains(Format.HTML)) {
      files.put(Format.HTML.fileName(), () -> HtmlReport.write(page()));
    }
    return files;
  }

  private Page page() {
    List<Page.Section> sections = new ArrayList<>();
    sections.add(
        new Page.Section(
            "speed",
            "Speed",
            List.of(
                Page.Rows.of("Everything that was measured", BenchText.table(this)),
                new Page.Text(
                    "Each number is the geometric mean of %s, each in a process of its own."
                        .formatted(Numbers.counted(rounds, "round"))))));
    if (!cost.isEmpty()) {
      sections.add(
          new Page.Section(
              "cost",
              "What a step costs",
              List.of(
                  new Page.Pictures(
                      Stream.of(CostSeries.values())
                          .filter(s -> cost.stream().anyMatch(c -> c.series() == s))
                          .map(this::lines)
                          .toList()),
                  Page.Rows.of("Predicted and measured", BenchText.costs(cost)))));
    }
    if (!missing.isEmpty()) {
      sections.add(
          new Page.Section(
              "missing",
              "Not measured",
              missing.stream().map(line -> (Page.Block) new Page.Text(line)).toList()));
    }
    return new Page(
        "bench",
        verdict.name(),
        verdict.exitCode() == 0,
        "Measured on %s.".formatted(BenchText.stand(this)),
        "A ratio is told only for a pair that was first compared, tensor by tensor, and agrees.",
        List.of(new Page.Next("Measure it again:", "./" + command)),
        sections);
  }

  private Figure lines(CostSeries of) {
    List<Cost> costs = cost.stream().filter(c -> c.series() == of).toList();
    List<Double> sizes = costs.stream().map(c -> (double) c.value()).toList();
    return new Figure.Lines(
        "cost-" + of.id().replace(' ', '-'),
        "Growing " + of.id(),
        "Predicted from the multiplications of the step's matrix products at one common rate.",
        Figure.Axis.linear(of.counted(), ""),
        Figure.Axis.linear("step", "ms"),
        1,
        List.of(
            new Figure.Lines.Panel(
                "",
                List.of(
                    new Figure.Series(
                        "measured", sizes, costs.stream().map(Cost::milliseconds).toList()),
                    new Figure.Series(
                        "predicted",
                        sizes,
                        costs.stream().map(Cost::predictedMilliseconds).toList())))));
  }
}
