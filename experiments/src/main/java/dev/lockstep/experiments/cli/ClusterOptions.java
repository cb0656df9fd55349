package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.experiments.work.Cluster;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster carries runs out; shared by every command that has many of them. */
final class ClusterOptions {

  static final String MASTER = "--master";
  static final String SPARK = "--spark";

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

  /**
   * Returns whether a cluster carries runs out.
   *
   * @throws UsageException if something is set of none
   */
  boolean isGiven() {
    if (master == null && !spark.isEmpty()) {
      throw new UsageException(SPARK + ": expected with " + MASTER + ", found without");
    }
    return master != null;
  }

  static UsageException besideJobs() {
    return new UsageException(
        "expected either %s or %s, found both; how many runs a cluster takes at a time is up to it"
            .formatted(JobOptions.JOBS, MASTER));
  }

  /** Returns the cluster's address. */
  String address() {
    return String.valueOf(master);
  }

  /** Returns what is said of a cluster that does no more. */
  InputException lost(Cluster.LostException e, String command, Path directory) {
    return new InputException(
        "%s %s: expected a cluster that carries everything out, found it gave up: %s\nTo go on: lockstep %s --resume %s"
            .formatted(MASTER, address(), e.getMessage(), command, directory),
        e);
  }

  /**
   * Connects to the cluster.
   *
   * @throws InputException if it does not answer
   */
  Cluster connect() {
    return Cluster.connect(address(), spark);
  }
}
