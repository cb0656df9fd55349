package dev.lockstep.experiments.faults;

import dev.lockstep.core.result.Verdict;
import java.util.Map;

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
}
