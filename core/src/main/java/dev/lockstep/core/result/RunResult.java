package dev.lockstep.core.result;

import dev.lockstep.core.model.Phase;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one run found: one experiment, one variant, one seed.
 *
 * @param command that started it
 * @param failure null where the verdict is none
 * @param environment what the run stood on: JDK, operating system, processor, threads, BLAS,
 *     versions
 * @param horizon the step from which on rounding alone makes the two sides incomparable element by
 *     element, null if the run never came there
 * @param firstDivergence null if there is none
 * @param worst the largest differences by phase; phases that were not compared are missing
 * @param timing everything that a clock gave: two equal runs differ in nothing else
 */
public record RunResult(
    int schemaVersion,
    String command,
    Verdict verdict,
    @Nullable Failure failure,
    ExperimentInfo experiment,
    DatasetInfo dataset,
    Map<String, String> environment,
    List<Implementation> implementations,
    Coverage coverage,
    @Nullable Long horizon,
    @Nullable FirstDivergence firstDivergence,
    Map<Phase, Worst> worst,
    Curves curves,
    List<TensorReading> readings,
    Timing timing) {

  /** Raised whenever a field of the written form changes its meaning or goes away. */
  public static final int SCHEMA_VERSION = 1;

  /** What was run. */
  public record ExperimentInfo(
      String id,
      String variant,
      long seed,
      long steps,
      int batchSize,
      String alignment,
      String precision,
      List<String> layers) {}

  /** What it was run on. */
  public record DatasetInfo(String name, int train, int test, String sha256, String notice) {}

  /**
   * One side and how well it learned.
   *
   * @param role {@code reference} or {@code candidate}
   * @param trainLoss of the last step's batch
   * @param testAccuracy after the last step, as a share
   */
  public record Implementation(
      String name, String role, double trainLoss, double trainAccuracy, double testAccuracy) {}

  /**
   * What a clock gave.
   *
   * @param seconds of the whole run
   * @param samplesPerSecond by implementation, training steps alone
   */
  public record Timing(double seconds, Map<String, Double> samplesPerSecond) {}
}
