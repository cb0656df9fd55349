package dev.lockstep.experiments.verify;

import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.RunResult.DatasetInfo;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.wording.Findings;
import dev.lockstep.report.Format;
import dev.lockstep.report.HtmlReport;
import dev.lockstep.report.Page;
import dev.lockstep.report.ResultJson;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What verifying everything came to.
 *
 * @param command that started it
 * @param failure the first, null where everything agrees
 * @param environment what it stood on, as for a comparison
 * @param steps taken with each part
 * @param parts every part with every pairing, in the order of the table
 * @param timing what a clock gave: two equal runs differ in nothing else
 */
public record VerifyResult(
    int schemaVersion,
    String command,
    Verdict verdict,
    @Nullable Failure failure,
    DatasetInfo dataset,
    Map<String, String> environment,
    long steps,
    Coverage coverage,
    List<PartResult> parts,
    List<Draws> initialValues,
    List<ConventionResult> conventions,
    Timing timing) {

  /** Raised whenever a field of the written form changes its meaning or goes away. */
  private static final int SCHEMA_VERSION = 1;

  /**
   * How much was compared, over all parts.
   *
   * @param expected tensors that the networks have, times the steps
   * @param compared of those, seen on both sides and held against each other
   * @param skipped of those, left out on purpose
   * @param oneSided of those, missing on one side at least
   * @param steps that were observed
   */
  public record Coverage(long expected, long compared, long skipped, long oneSided, long steps) {

    private static final Coverage NONE = new Coverage(0, 0, 0, 0, 0);

    private Coverage and(PartResult part) {
      var more = part.coverage();
      return new Coverage(
          expected + more.expected(),
          compared + more.compared(),
          skipped + more.skipped(),
          oneSided + more.oneSided(),
          steps + more.steps());
    }
  }

  /** What a clock gave. */
  public record Timing(double seconds) {}

  /** Returns everything that was verified, in order. */
  public List<Row> rows() {
    return rows(parts, initialValues, conventions);
  }

  private static List<Row> rows(
      List<PartResult> parts, List<Draws> initialValues, List<ConventionResult> conventions) {
    return Stream.of(parts, initialValues, conventions).<Row>flatMap(Collection::stream).toList();
  }

  /** Brings rows together under their worst verdict; no row at all is no agreement. */
  static VerifyResult of(
      String command,
      DatasetInfo dataset,
      Map<String, String> environment,
      long steps,
      List<PartResult> parts,
      List<Draws> initialValues,
      List<ConventionResult> conventions,
      double seconds) {
    Coverage coverage = Coverage.NONE;
    for (PartResult part : parts) {
      coverage = coverage.and(part);
    }
    List<Row> rows = rows(parts, initialValues, conventions);
    Verdict verdict = rows.stream().map(Row::verdict).reduce(Verdict.AGREE, Verdict::or);
    if (rows.stream().allMatch(row -> row.verdict() == Verdict.UNDECIDED)) {
      verdict = Verdict.NOTHING_COMPARED;
    }
    Row failed =
        rows.stream().filter(row -> row.verdict() == Verdict.DIFFER).findFirst().orElse(null);
    return new VerifyResult(
        SCHEMA_VERSION,
        command,
        verdict,
        failed == null
            ? null
            : new Failure(
                Failure.Kind.DIFFERENCE, "%s: %s".formatted(failed.title(), failed.failure())),
        dataset,
        environment,
        steps,
        coverage,
        parts,
        initialValues,
        conventions,
        new Timing(seconds));
  }

  /** Returns the files that there are of it, by name: JSON, and a page. */
  public Map<String, Supplier<String>> files(Set<Format> formats) {
    Map<String, Supplier<String>> files = new LinkedHashMap<>();
    files.put(Format.JSON.fileName(), () -> ResultJson.write(this));
    if (formats.contains(Format.HTML)) {
      files.put(Format.HTML.fileName(), () -> HtmlReport.write(page()));
    }
    return files;
  }

  private Page page() {
    return new Page(
        "verify",
        verdict.name(),
        verdict.exitCode() == 0,
        failure != null
            ? Findings.headline(failure)
            : verdict == Verdict.AGREE ? "All parts agree." : VerifyText.skipped(this),
        VerifyText.extent(this) + ".",
        List.of(new Page.Next("Repeat it:", "./" + command)),
        List.of(
            new Page.Section(
                "parts",
                "Parts",
                List.of(
                    new Page.Text(
                        "Differences are |reference − candidate| ÷ max(1, largest magnitude), the"
                            + " largest of all steps and tensors."),
                    Page.Rows.of("Every part with every candidate", VerifyText.everyPart(this)))),
            new Page.Section(
                "initial-values",
                "Initial values",
                List.of(
                    Page.Rows.of(
                        "Samples against their distributions", VerifyText.initialValues(this)))),
            new Page.Section(
                "conventions",
                "Conventions",
                List.of(
                    Page.Rows.of("Each switch in both positions", VerifyText.conventions(this))))));
  }
}
