package dev.lockstep.experiments.verify;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.wording.Numbers;
import dev.lockstep.experiments.verify.PartResult.Largest;
import dev.lockstep.report.Colour;
import dev.lockstep.report.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What verifying everything came to, on the screen: the verdict first and last, rows that failed at
 * the end of their table, and each of them once more with its reason before the last line.
 */
public final class VerifyText {

  private static final String FAILED = "NOT OK";

  private static final String SKIPPED = "skipped";

  /** Marks a difference beside which there is an {@link PartResult#exception}. */
  private static final String EXCEPTION = " *";

  private final VerifyResult result;
  private final boolean coloured;

  private VerifyText(VerifyResult result, boolean coloured) {
    this.result = result;
    this.coloured = coloured;
  }

  /**
   * @param verbose whether every part has a row for each candidate, with every phase by itself
   * @param coloured whether to use the terminal's colours
   * @param report the file that holds all of it
   */
  public static String write(VerifyResult result, boolean verbose, boolean coloured, Path report) {
    VerifyText text = new VerifyText(result, coloured);
    List<String> blocks = new ArrayList<>();
    blocks.add(text.verdict() + "  " + text.extent() + "\n");
    blocks.addAll(verbose ? text.allParts() : text.parts());
    blocks.addAll(text.initialValues());
    blocks.addAll(text.conventions());
    blocks.addAll(text.failures());
    String skipped = skipped(result);
    if (!skipped.isEmpty()) {
      blocks.add(skipped + "\n");
    }
    blocks.add(
        "%s  %s of %s compared in %s\nReport  %s\n"
            .formatted(
                text.verdict(),
                Numbers.count(result.coverage().compared()),
                Numbers.counted(result.coverage().expected(), "tensor"),
                Numbers.seconds(result.timing().seconds()),
                report));
    return String.join("\n", blocks);
  }

  private String verdict() {
    return Colour.of(result.verdict()).paint(result.verdict().name(), coloured);
  }

  private String extent() {
    return extent(result);
  }

  /** Returns how many parts were left out, a sentence; empty if all were verified. */
  static String skipped(VerifyResult result) {
    long skipped =
        result.parts().stream().filter(part -> part.verdict() == Verdict.UNDECIDED).count();
    return skipped == 0
        ? ""
        : "%s of %s skipped: a side lacks them."
            .formatted(Numbers.count(skipped), Numbers.counted(result.parts().size(), "part"));
  }

  static String extent(VerifyResult result) {
    return "%s, each with %s and %s; %s of initial values; %s"
        .formatted(
            Numbers.counted(byPart(result).size(), "part"),
            Numbers.counted(sides(result).size(), "candidate"),
            Numbers.counted(result.steps(), "step"),
            Numbers.counted(result.initialValues().size(), "sample"),
            Numbers.counted(result.conventions().size(), "convention"));
  }

  private static Map<String, List<PartResult>> byPart(VerifyResult result) {
    return result.parts().stream()
        .collect(Collectors.groupingBy(PartResult::part, LinkedHashMap::new, Collectors.toList()));
  }

  /** Who took part, each with the largest difference allowed. */
  private static Map<String, Double> sides(VerifyResult result) {
    Map<String, Double> sides = new LinkedHashMap<>();
    result.parts().forEach(part -> sides.put(part.side(), part.bound()));
    return sides;
  }

  /** One row for each part, one column for each candidate. */
  private List<String> parts() {
    List<String> header = new ArrayList<>(List.of("part"));
    sides(result)
        .forEach(
            (side, bound) -> header.add("%s ≤ %.0e".formatted(side, bound).replace("e-0", "e-")));
    header.add("");
    List<List<String>> rows =
        byPart(result).values().stream()
            .sorted(Comparator.comparing(VerifyText::worst))
            .map(VerifyText::cells)
            .toList();
    return explained(header, rows);
  }

  private static List<String> cells(List<PartResult> part) {
    List<String> cells = new ArrayList<>(List.of(part.get(0).part()));
    for (PartResult side : part) {
      cells.add(
          side.worst().isEmpty()
              ? "–"
              : Numbers.rounded(side.largest()) + (side.exception() == null ? "" : EXCEPTION));
    }
    cells.add(status(worst(part)));
    return cells;
  }

  private static Verdict worst(List<PartResult> part) {
    return part.stream().map(PartResult::verdict).reduce(Verdict.AGREE, Verdict::or);
  }

  private List<String> allParts() {
    Table table = everyPart(result);
    return explained(table.header(), table.rows());
  }

  /** One row for each part and candidate, one column for each phase. */
  static Table everyPart(VerifyResult result) {
    List<String> header = new ArrayList<>(List.of("part", "candidate"));
    for (Phase phase : Phase.values()) {
      header.add(phase.id());
    }
    header.addAll(List.of("at most", "error ÷ floor", "exception", ""));
    return new Table(header, lastIfFailed(result.parts()).map(VerifyText::cells).toList());
  }

  private static List<String> cells(PartResult part) {
    List<String> cells = new ArrayList<>(List.of(part.part(), part.side()));
    for (Phase phase : Phase.values()) {
      Largest largest = part.worst().get(phase);
      cells.add(largest == null ? "–" : Numbers.rounded(largest.difference()));
    }
    cells.add(Numbers.rounded(part.bound()));
    cells.add(Numbers.rounded(part.errorOverFloor()));
    Largest exception = part.exception();
    cells.add(
        exception == null
            ? ""
            : "%s in %s%s"
                .formatted(Numbers.rounded(exception.difference()), exception.tensor(), EXCEPTION));
    cells.add(status(part));
    return cells;
  }

  private List<String> explained(List<String> header, List<List<String>> rows) {
    if (rows.isEmpty()) {
      return List.of();
    }
    List<String> blocks = new ArrayList<>();
    blocks.add(
        "Differences are |reference − candidate| ÷ max(1, largest magnitude), the largest of all"
            + " steps and tensors.");
    blocks.add(new Table(header, rows).text());
    result.parts().stream()
        .map(PartResult::exception)
        .filter(Objects::nonNull)
        .max(Comparator.comparingDouble(Largest::difference))
        .ifPresent(
            largest ->
                blocks.add(
                    "* aside from biases before batch normalization, which drift by up to %s: their true gradient is 0,\n"
                            .formatted(Numbers.rounded(largest.difference()))
                        + "  and an optimizer that divides by the root of past squares makes steps of its rounding\n"));
    return blocks;
  }

  private static boolean agrees(Row row) {
    return row.verdict() == Verdict.AGREE;
  }

  private static String status(Row row) {
    return status(row.verdict());
  }

  private static String status(Verdict verdict) {
    return switch (verdict) {
      case AGREE -> "ok";
      case UNDECIDED -> SKIPPED;
      default -> FAILED;
    };
  }

  private static <T extends Row> Stream<T> lastIfFailed(List<T> rows) {
    return rows.stream().sorted(Comparator.comparing(Row::verdict));
  }

  static Table initialValues(VerifyResult result) {
    return new Table(
        List.of(
            "initial values",
            "drawn by",
            "number",
            "mean",
            "(p)",
            "deviation",
            "expected",
            "(p)",
            "distance",
            "(p)",
            ""),
        lastIfFailed(result.initialValues()).map(VerifyText::cells).toList());
  }

  private List<String> initialValues() {
    return result.initialValues().isEmpty()
        ? List.of()
        : List.of(
            initialValues(result).text(),
            "p: how likely draws from the distribution itself lie at least as far off; at least %s is ok\n"
                .formatted(Numbers.rounded(Draws.SIGNIFICANCE)));
  }

  private static List<String> cells(Draws draws) {
    return List.of(
        draws.initial() + ", " + draws.weights(),
        draws.drawnBy(),
        Numbers.count(draws.count()),
        Numbers.rounded(draws.mean()),
        Numbers.rounded(draws.meanPValue()),
        Numbers.rounded(draws.deviation()),
        Numbers.rounded(draws.exactDeviation()),
        Numbers.rounded(draws.deviationPValue()),
        Numbers.rounded(draws.distance()),
        Numbers.rounded(draws.distancePValue()),
        status(draws));
  }

  static Table conventions(VerifyResult result) {
    return new Table(
        List.of(
            "difference by convention",
            "in DL4J's way",
            "in the book's",
            "counts as none",
            "shown by",
            ""),
        lastIfFailed(result.conventions()).map(VerifyText::cells).toList());
  }

  private List<String> conventions() {
    return result.conventions().isEmpty() ? List.of() : List.of(conventions(result).text());
  }

  private static List<String> cells(ConventionResult convention) {
    return List.of(
        convention.id(),
        Numbers.rounded(convention.dl4jsWay()),
        Numbers.rounded(convention.booksWay()),
        Numbers.rounded(convention.nothing()),
        convention.shownBy(),
        status(convention));
  }

  private List<String> failures() {
    String failures =
        result.rows().stream()
            .filter(row -> !agrees(row))
            .sorted(Comparator.comparing(Row::verdict))
            .map(row -> "%s  %s: %s\n".formatted(status(row), row.title(), row.failure()))
            .collect(Collectors.joining());
    return failures.isEmpty() ? List.of() : List.of(failures);
  }
}
