package dev.lockstep.experiments.machine;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;

/** What a run stands on, as the report prints it. */
public final class Environment {

  private static final String HOST = "lockstep.host";

  private static final Properties BUILD = build();

  private Environment() {}

  private static Properties build() {
    Properties properties = new Properties();
    try (InputStream in = Environment.class.getResourceAsStream("build.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return properties;
  }

  public static String version() {
    return BUILD.getProperty("version", "unknown");
  }

  public static String dl4jVersion() {
    return BUILD.getProperty("dl4j", "unknown");
  }

  /** Returns the commit this was built from, as the launcher says; {@code unknown} without it. */
  public static String commit() {
    return System.getProperty("lockstep.commit", "unknown");
  }

  /** Makes {@link #describe} name this host: one of several carries runs out. */
  public static void tellHost() {
    System.setProperty(HOST, host());
  }

  /** Returns the name of the machine that this process runs on. */
  public static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "a host without a name";
    }
  }

  /**
   * @param blas what the scratch side multiplies matrices with
   */
  public static Map<String, String> describe(String blas) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("lockstep", version());
    environment.put("gitCommit", commit());
    environment.put("jdk", Runtime.version().toString());
    environment.put("jvm", System.getProperty("java.vm.name", "unknown"));
    environment.put(
        "os",
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")));
    environment.put("cpu", cpu());
    environment.put("processors", Integer.toString(Runtime.getRuntime().availableProcessors()));
    environment.put("maxHeapMiB", Long.toString(Runtime.getRuntime().maxMemory() >> 20));
    environment.put("ompNumThreads", System.getenv().getOrDefault("OMP_NUM_THREADS", "not set"));
    environment.put("scratchBlas", blas);
    environment.put("dl4j", dl4jVersion());
    String host = System.getProperty(HOST);
    if (host != null) {
      environment.put("host", host);
    }
    return environment;
  }

  /** Returns what of that may decide the last bits of a run's numbers. */
  public static Map<String, String> ofNumbers(String blas) {
    Map<String, String> environment = describe(blas);
    environment.keySet().removeAll(Set.of("maxHeapMiB", "processors", "host"));
    // OpenBLAS takes its kernel by the processor, unless this variable names another.
    environment.put(
        "OPENBLAS_CORETYPE", System.getenv().getOrDefault("OPENBLAS_CORETYPE", "not set"));
    return environment;
  }

  /** The model name where the system has it in the usual file. */
  private static String cpu() {
    Path file = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(file)) {
      return "unknown";
    }
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8).stream()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse("unknown");
    } catch (IOException e) {
      return "unknown";
    }
  }
}
