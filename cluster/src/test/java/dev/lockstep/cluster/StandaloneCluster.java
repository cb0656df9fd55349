package dev.lockstep.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A master of Spark and workers of one core each, as processes on the loopback. */
final class StandaloneCluster implements AutoCloseable {

  static final String CLASS_PATH = System.getProperty("java.class.path", "");

  private final Path directory;
  private final int port;
  private final Process master;
  private final List<Process> workers = new ArrayList<>();

  /**
   * @param directory an empty one, for logs and for what workers write
   */
  StandaloneCluster(Path directory, int workers) throws IOException {
    this.directory = directory;
    // where Spark looks for its own jars: executors are given the class path of this process
    Files.createDirectories(directory.resolve("jars"));
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

  String address() {
    return "spark://127.0.0.1:" + port;
  }

  List<Process> workers() {
    return workers;
  }

  void addWorker() throws IOException {
    String name = "worker-" + workers.size();
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
            "2g",
            "--work-dir",
            directory.resolve(name).toString(),
            address()));
  }

  /** Returns the executors that are alive. */
  Stream<ProcessHandle> executors() {
    return workers.stream().flatMap(worker -> worker.descendants()).filter(ProcessHandle::isAlive);
  }

  private Process start(String name, String main, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                CLASS_PATH,
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
  public void close() {
    executors().forEach(ProcessHandle::destroyForcibly);
    workers.forEach(Process::destroyForcibly);
    master.destroyForcibly();
  }
}
