package dev.lockstep.experiments.faults.detection;

import dev.lockstep.core.result.Verdict;
import dev.lockstep.report.Format;
import dev.lockstep.report.HtmlReport;
import dev.lockstep.report.ResultJson;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What measuring the comparison came to, with what it stood on.
 *
 * @param command that started it
 * @param environment as for a comparison
 * @param timing what a clock gave: two equal runs differ in nothing else
 */
public record DetectionResult(
    int schemaVersion,
    String command,
    Verdict verdict,
    Map<String, String> environment,
    FaultReport report,
    Timing timing) {

  /** Raised whenever a field of the written form changes its meaning or goes away. */
  private static final int SCHEMA_VERSION = 1;

  /** What a clock gave. */
  public record Timing(double seconds) {}

  static DetectionResult of(
      String command, Map<String, String> environment, FaultReport report, double seconds) {
    return new DetectionResult(
        SCHEMA_VERSION, command, report.verdict(), environment, report, new Timing(seconds));
  }

  /** Returns the files that there are of it: JSON, {@code detection.md}, and a page. */
  public Map<String, Supplier<String>> files(Set<Format> formats) {
    Map<String, Supplier<String>> files = new LinkedHashMap<>();
    files.put(Format.JSON.fileName(), () -> ResultJson.write(this));
    files.put("detection.md", () -> new DetectionReport(report()).markdown());
    if (formats.contains(Format.HTML)) {
      files.put(
          Format.HTML.fileName(),
          () -> HtmlReport.write(new DetectionReport(report()).page("./" + command)));
    }
    return files;
  }
}
