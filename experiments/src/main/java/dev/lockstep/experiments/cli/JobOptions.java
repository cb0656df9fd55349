package dev.lockstep.experiments.cli;

import dev.lockstep.core.UsageException;
import dev.lockstep.experiments.work.Cores;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where runs are carried out; shared by every command that has many. */
final class JobOptions {

  static final String JOBS = "--jobs";

  /** What the data and the results of all runs are left, besides what runs need. */
  private static final double SHARE_FOR_RUNS = 0.7;

  @Option(
      names = JOBS,
      paramLabel = "N",
      description =
          "Carry out N runs at the same time (default: one for each core of this machine). No"
              + " number depends on it.")
  private @Nullable Integer jobs;

  /**
   * Returns the same for runs that cannot be carried out at the same time.
   *
   * @throws UsageException if several are asked for
   */
  JobOptions oneByOne() {
    if (jobs != null && jobs > 1) {
      throw new UsageException(
          "%s: expected 1 with a network of your own in one process, found %d: two runs may share what it keeps"
              .formatted(JOBS, jobs));
    }
    JobOptions one = new JobOptions();
    one.jobs = 1;
    return one;
  }

  /**
   * Returns how many runs are carried out at the same time.
   *
   * @throws UsageException if it cannot be
   */
  int count() {
    if (jobs == null) {
      return Runtime.getRuntime().availableProcessors();
    }
    if (jobs < 1) {
      throw new UsageException("%s: expected at least 1, found %d".formatted(JOBS, jobs));
    }
    return jobs;
  }

  /** Returns whether a number was asked for. */
  boolean isGiven() {
    return jobs != null;
  }

  /** Returns what carries runs out. */
  Cores cores() {
    return new Cores(count(), (long) (SHARE_FOR_RUNS * Runtime.getRuntime().maxMemory()));
  }
}
