package dev.lockstep.cluster;

import dev.lockstep.core.InputException;
import dev.lockstep.experiments.work.Cluster;
import java.io.File;
import java.net.InetAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Connects to Spark, with the settings that runs need where the user has given no others. */
public final class SparkConnector implements Cluster.Connector {

  private static final String CLASSES = "spark.executor.extraClassPath";

  /** An executor that is lost is no fault of the run that it had: try as often as it takes. */
  private static final String OFTEN = "1000";

  /** A run that takes longer than this for one answer of the cluster has lost it. */
  private static final String LOST_AFTER = "60s";

  @Override
  public Cluster connect(String master, Map<String, String> settings) {
    SparkConf conf = new SparkConf(true).setAppName("lockstep").setMaster(master);
    defaults(master).forEach(conf::setIfMissing);
    settings.forEach(conf::set);
    if (!isLocal(master) && !conf.contains(CLASSES)) {
      conf.setIfMissing("spark.jars", jars());
    }
    try {
      return new SparkCluster(new JavaSparkContext(conf));
    } catch (RuntimeException e) {
      throw new InputException(
          "--master %s: expected a Spark cluster that answers, found none: %s"
              .formatted(master, e.getMessage()),
          e);
    }
  }

  private static Map<String, String> defaults(String master) {
    String threads = Optional.ofNullable(System.getenv("OMP_NUM_THREADS")).orElse("1");
    Map<String, String> all =
        new java.util.HashMap<>(
            Map.of(
                "spark.ui.enabled", "false",
                "spark.executorEnv.OMP_NUM_THREADS", threads,
                "spark.executor.extraJavaOptions", "-Dorg.bytedeco.javacpp.maxphysicalbytes=0",
                "spark.executor.memory", "2g",
                "spark.task.maxFailures", OFTEN,
                "spark.network.timeout", LOST_AFTER,
                "spark.driver.maxResultSize", "0"));
    Optional.ofNullable(System.getenv("LOCKSTEP_DATA"))
        .ifPresent(data -> all.put("spark.executorEnv.LOCKSTEP_DATA", data));
    if (isLocal(master) || isLoopback(master)) {
      all.put("spark.driver.host", "127.0.0.1");
      all.put("spark.driver.bindAddress", "127.0.0.1");
    }
    return all;
  }

  private static boolean isLocal(String master) {
    return master.startsWith("local");
  }

  private static boolean isLoopback(String master) {
    try {
      String host = new URI(master.split(",", -1)[0]).getHost();
      return host != null && InetAddress.getByName(host).isLoopbackAddress();
    } catch (java.net.URISyntaxException | java.net.UnknownHostException e) {
      return false; // Spark says what is wrong with it
    }
  }

  /** What this process runs, which the cluster fetches from it once an executor. */
  private static String jars() {
    return Arrays.stream(System.getProperty("java.class.path", "").split(File.pathSeparator, -1))
        .filter(path -> path.endsWith(".jar"))
        .filter(path -> !isSparks(new File(path).getName()))
        .collect(Collectors.joining(","));
  }

  /** The cluster has these itself, of its own version. */
  private static boolean isSparks(String jar) {
    return jar.startsWith("spark-") || jar.startsWith("scala-") || jar.startsWith("hadoop-");
  }
}
