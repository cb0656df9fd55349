package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.experiments.work.Cluster;
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

  /** Returns the cluster's address. */
  String address() {
    return String.valueOf(master);
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
