package dev.lockstep.experiments.cli;

import dev.lockstep.core.UsageException;
import dev.lockstep.experiments.work.Cluster;
import dev.lockstep.experiments.work.Cores;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where runs are carried out; shared by every command that has many. */
final class JobOptions {

  static final String JOBS = "--jobs";

  static final String MASTER = "--master";
  static final String SPARK = "--spark";

  /** What the data and the results of all runs are left, besides what runs need. */
  private static final double SHARE_FOR_RUNS = 0.7;

  @Option(
      names = JOBS,
      paramLabel = "N",
      description =
          "Carry out N runs at the same time (default: one for each core of this machine). No"
              + " number depends on it.")
  private @Nullable Integer jobs;

  @Option(
      names = MASTER,
      paramLabel = "local[N]|spark://HOST:PORT",
      description =
          "Carry the runs out on this Apache Spark cluster, to the same results; see"
              + " docs/many-runs.md.")
  private @Nullable String master;

  @Option(
      names = SPARK,
      paramLabel = "KEY=VALUE",
      description = "With --master: a setting of Spark, such as spark.executor.memory=4g.")
  private Map<String, String> spark = new LinkedHashMap<>();

  /** Returns whether runs are carried out by a cluster. */
  boolean hasCluster() {
    if (master == null && !spark.isEmpty()) {
      throw new UsageException(SPARK + ": expected with --master, found without");
    }
    return master != null;
  }

  /**
   * Connects to the cluster that was asked for.
   *
   * @throws dev.lockstep.core.InputException if it does not answer
   */
  Cluster cluster() {
    return Cluster.connect(String.valueOf(master), spark);
  }

  /** Returns the cluster's address. */
  String address() {
    return String.valueOf(master);
  }

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

  /** Returns what carries runs out. */
  Cores cores() {
    return new Cores(count(), (long) (SHARE_FOR_RUNS * Runtime.getRuntime().maxMemory()));
  }
}
