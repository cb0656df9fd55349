package dev.lockstep.cluster;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A master of Spark and workers of one core each, as processes on the loopback. They have what
 * Spark's own distribution has and nothing of lockstep's, as the hosts of a cluster do.
 */
final class StandaloneCluster implements AutoCloseable {

  /** What a distribution of Spark has not, by where a local repository has it. */
  private static final List<String> NOT_SPARKS =
      List.of(
          "/dev/lockstep/",
          "/dev/ludovic/",
          "/info/picocli/",
          "/org/bytedeco/",
          "/org/datavec/",
          "/org/deeplearning4j/",
          "/org/nd4j/",
          "/org/openjdk/jmh/",
          "/org/snakeyaml/",
          "/org/webjars/",
          "/slf4j-simple/",
          "/commons-statistics",
          "/commons-rng");

  private final Path directory;
  private final List<Path> own = new ArrayList<>();
  private final List<Path> sparks = new ArrayList<>();
  private final int port;
  private final Process master;
  private final List<Process> workers = new ArrayList<>();
  private int started;

  /**
   * @param directory an empty one, for logs and for what workers write
   */
  StandaloneCluster(Path directory, int workers) throws IOException {
    this.directory = directory;
    Path jars = Files.createDirectories(directory.resolve("jars")); // where Spark looks for its own
    for (String part : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
      Path path = Path.of(part);
      if (Files.isDirectory(path)) {
        own.add(jar(path, directory.resolve("own-%d.jar".formatted(own.size()))));
      } else if (part.contains("/target/") || NOT_SPARKS.stream().anyMatch(part::contains)) {
        own.add(path);
      } else if (Files.exists(path)) {
        sparks.add(path);
        Files.createSymbolicLink(jars.resolve(path.getFileName()), path);
      }
    }
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    master =
        start(
            "master",
            "org.apache.spark.deploy.master.Master",
            "--host",
            "127.0.0.1",
            "--port",
            Integer.toString(port),
            "--webui-port",
            "0");
    for (int i = 0; i < workers; i++) {
      addWorker();
    }
  }

  /** Makes a jar of a directory. */
  static Path jar(Path classes, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream entries = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        entries.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, entries);
        entries.closeEntry();
      }
    }
    return jar;
  }

  String address() {
    return "spark://127.0.0.1:" + port;
  }

  /** Returns the options of a Java process that runs lockstep with this cluster. */
  List<String> lockstep() {
    return List.of(
        "-Dlockstep.jars=" + joined(own.stream()),
        "-cp",
        joined(Stream.concat(own.stream(), sparks.stream())),
        "dev.lockstep.experiments.cli.Main");
  }

  private static String joined(Stream<Path> paths) {
    return paths.map(Path::toString).collect(Collectors.joining(File.pathSeparator));
  }

  List<Process> workers() {
    return workers;
  }

  void addWorker() throws IOException {
    String name = "worker-" + started++;
    workers.add(
        start(
            name,
            "org.apache.spark.deploy.worker.Worker",
            "--host",
            "127.0.0.1",
            "--webui-port",
            "0",
            "--cores",
            "1",
            "--memory",
            "1g",
            "--work-dir",
            directory.resolve(name).toString(),
            address()));
  }

  /** Returns the executors that are alive, those of killed workers too. */
  Stream<ProcessHandle> executors() {
    return ProcessHandle.allProcesses()
        .filter(
            process -> {
              String line = process.info().commandLine().orElse("");
              return line.contains(directory.toString()) && line.contains("ExecutorBackend");
            });
  }

  private Process start(String name, String main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                joined(sparks.stream()),
                main));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(name + ".log").toFile());
    builder
        .environment()
        .putAll(
            Map.of(
                "SPARK_HOME",
                directory.toString(),
                "SPARK_LOCAL_IP",
                "127.0.0.1",
                "SPARK_SCALA_VERSION",
                "2.13"));
    return builder.start();
  }

  @Override
  public void close() throws IOException {
    executors().forEach(ProcessHandle::destroyForcibly);
    workers.forEach(Process::destroyForcibly);
    master.destroyForcibly();
    for (Path jar : sparks) {
      Files.delete(directory.resolve("jars").resolve(jar.getFileName()));
    }
  }
}
