package dev.lockstep.cluster;

import dev.lockstep.core.InputException;
import dev.lockstep.experiments.machine.Environment;
import dev.lockstep.experiments.work.Cluster;
import java.io.File;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Connects to Spark, with the settings that runs need where the user has given no others. */
public final class SparkConnector implements Cluster.Connector {

  /** An executor that is lost is no fault of the run that it had; one that kills eight is. */
  private static final String ATTEMPTS = "8";

  /** An executor that says nothing for as long is lost. */
  private static final String SILENCE = "60s";

  private static final String STANDALONE = "spark://";
  private static final int CONNECT_MILLIS = 5000;

  @Override
  public Cluster connect(String master, Map<String, String> settings) {
    if (master.startsWith(STANDALONE)) {
      requireMaster(master);
    }
    // what Spark logs as an error it also throws, or goes on from
    System.setProperty("org.slf4j.simpleLogger.log.org.apache.spark", "off");
    SparkConf conf = new SparkConf(true).setAppName("lockstep").setMaster(master);
    defaults(master).forEach(conf::setIfMissing);
    settings.forEach(conf::set);
    try {
      return new SparkCluster(new JavaSparkContext(conf));
    } catch (Exception e) { // Scala declares none
      throw new InputException(
          "--master %s: expected local[N] or a Spark cluster, found none that can be used: %s"
              .formatted(master, e.getMessage()),
          e);
    }
  }

  private static Map<String, String> defaults(String master) {
    Map<String, String> all =
        new LinkedHashMap<>(
            Map.of(
                "spark.ui.enabled",
                "false",
                "spark.task.maxFailures",
                ATTEMPTS,
                "spark.network.timeout",
                SILENCE,
                "spark.driver.maxResultSize",
                "0"));
    boolean local = master.startsWith("local");
    if (!local) {
      all.put("spark.executor.memory", "2g");
      all.put(
          "spark.executor.extraJavaOptions",
          "-Dorg.bytedeco.javacpp.maxphysicalbytes=0 -Dlockstep.commit=" + Environment.commit());
      all.put("spark.executorEnv.OMP_NUM_THREADS", environment("OMP_NUM_THREADS", "1"));
      all.put("spark.executorEnv.LOCKSTEP_DATA", environment("LOCKSTEP_DATA", ""));
      all.put("spark.jars", jars());
    }
    if (local || masters(master).allMatch(SparkConnector::isLoopback)) {
      all.put("spark.driver.host", "127.0.0.1");
      all.put("spark.driver.bindAddress", "127.0.0.1");
    }
    all.values().removeIf(String::isEmpty);
    return all;
  }

  private static String environment(String name, String otherwise) {
    return System.getenv().getOrDefault(name, otherwise);
  }

  /** Spark itself would try for a minute, after the data have been read. */
  private static void requireMaster(String master) {
    if (masters(master).noneMatch(SparkConnector::answers)) {
      throw new InputException(
          "--master %s: expected a Spark master that answers, found none; give its address as its log or its page says it, such as spark://host:7077"
              .formatted(master));
    }
  }

  /** Those of an address of Spark's own, of which there may be several for one that fails. */
  private static Stream<InetSocketAddress> masters(String master) {
    return master.startsWith(STANDALONE)
        ? Arrays.stream(master.substring(STANDALONE.length()).split(",", -1))
            .map(address -> address(STANDALONE + address))
        : Stream.of(InetSocketAddress.createUnresolved(master, 0));
  }

  private static InetSocketAddress address(String url) {
    try {
      URI uri = new URI(url);
      if (uri.getHost() != null && uri.getPort() > 0) {
        return new InetSocketAddress(uri.getHost(), uri.getPort());
      }
    } catch (URISyntaxException e) {
      // told below
    }
    throw new InputException(
        "--master: expected an address such as spark://host:7077, found " + url);
  }

  private static boolean isLoopback(InetSocketAddress address) {
    return !address.isUnresolved() && address.getAddress().isLoopbackAddress();
  }

  private static boolean answers(InetSocketAddress address) {
    try (Socket socket = new Socket()) {
      socket.connect(address, CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * What the cluster's processes fetch from this one. The launcher says which jars Spark does not
   * have; without it they are sent all that this process runs.
   */
  private static String jars() {
    String own = System.getProperty("lockstep.jars", System.getProperty("java.class.path", ""));
    return Arrays.stream(own.split(File.pathSeparator, -1))
        .filter(path -> path.endsWith(".jar"))
        .collect(Collectors.joining(","));
  }
}
