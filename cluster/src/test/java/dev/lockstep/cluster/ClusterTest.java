package dev.lockstep.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.bridge.program.JavaCommand;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** On a cluster, whatever happens to it, a comparison comes to what it comes to in one process. */
class ClusterTest {

  /** How often something is killed; the profile {@code long} sets 20. */
  private static final int KILLS = Integer.getInteger("lockstep.cluster.kills", 5);

  private static final int PATIENCE_MILLIS = 60_000;

  /** An ensemble needs the answers of its members beside their results. */
  private static final String EXPERIMENT =
      """
      figures: [ensemble, loss]
      variants:
        member:
          a: {member: 1}
          b: {member: 2}
      input: [784]
      layers:
        - affine: {units: 8}
        - batchNorm
        - relu
        - affine: {units: 10}
      optimizer: {type: sgd, learningRate: 0.1}
      training: {batchSize: 20, steps: 20}
      """;

  private static final String NETWORK =
      """
      input: [784]
      layers:
        - affine: {units: 8}
        - relu
        - affine: {units: 10}
      optimizer: {type: sgd, learningRate: 0.1}
      training: {batchSize: 20, steps: 10}
      """;

  /** One of its learning rates is too large for any score. */
  private static final String SPACE =
      """
      experiment: network.yaml
      space:
        optimizer.learningRate: {logUniform: [0.001, 1e300]}
        layers.affine1.units: {choice: [4, 8]}
      """;

  @TempDir static Path temp;
  private static StandaloneCluster cluster;
  private static Map<String, JsonNode> inOneProcess;
  private static long millis;

  @BeforeAll
  static void start() throws IOException, InterruptedException {
    Files.writeString(temp.resolve("members.yaml"), EXPERIMENT, StandardCharsets.UTF_8);
    Files.writeString(temp.resolve("network.yaml"), NETWORK, StandardCharsets.UTF_8);
    Files.writeString(temp.resolve("space.yaml"), SPACE, StandardCharsets.UTF_8);
    cluster = new StandaloneCluster(Files.createDirectories(temp.resolve("cluster")), 2);
    Path output = temp.resolve("in-one-process");
    Process process = compare(output, "--jobs", "1");
    assertThat(process.waitFor()).as(printed(output)).isZero();
    inOneProcess = results(output);
    assertThat(inOneProcess.keySet())
        .contains("result.json", "gradient-field/result.json", "members/b/seed-2/result.json")
        .hasSize(6);
  }

  @AfterAll
  static void end() throws IOException {
    cluster.close();
  }

  private static Process compare(Path output, String... where) throws IOException {
    List<String> words = new ArrayList<>(List.of("compare", "members.yaml", "gradient-field"));
    words.addAll(List.of("--seeds", "1..2", "--data", "synthetic", "--train-size", "200"));
    words.addAll(List.of("--test-size", "50", "--format", "text,json", "--output"));
    words.add(output.toString());
    words.addAll(List.of(where));
    return lockstep(output, words);
  }

  private static Process lockstep(Path output, List<String> words) throws IOException {
    List<String> command = JavaCommand.start();
    command.addAll(List.of("-Xmx1g", "-XX:TieredStopAtLevel=1"));
    command.addAll(cluster.lockstep());
    command.addAll(words);
    ProcessBuilder builder =
        new ProcessBuilder(command).directory(temp.toFile()).redirectErrorStream(true);
    builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
    return builder.redirectOutput(log(output).toFile()).start();
  }

  private static String[] onTheCluster() {
    return new String[] {"--master", cluster.address(), "--spark", "spark.executor.memory=700m"};
  }

  private static Path log(Path output) {
    return temp.resolve(output.getFileName() + ".log");
  }

  private static String printed(Path output) throws IOException {
    return Files.readString(log(output), StandardCharsets.UTF_8);
  }

  /** Every result but for the clock and the machine. */
  private static Map<String, JsonNode> results(Path directory) throws IOException {
    Map<String, JsonNode> results = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(path -> path.endsWith("result.json")).toList()) {
        JsonNode result = JsonMapper.builder().build().readTree(file.toFile());
        for (String aside : List.of("timing", "environment")) {
          result.findParents(aside).forEach(parent -> ((ObjectNode) parent).remove(aside));
        }
        results.put(directory.relativize(file).toString(), result);
      }
    }
    return results;
  }

  private static void assertSame(Map<String, JsonNode> results, Map<String, JsonNode> expected) {
    assertThat(results.keySet()).isEqualTo(expected.keySet());
    results.forEach(
        (path, result) ->
            assertThat(result.equals(expected.get(path))).as("the same: " + path).isTrue());
  }

  private static void assertUndisturbed(Path output) throws IOException, InterruptedException {
    assertSame(results(output), inOneProcess);
    try (Stream<Path> left = Files.walk(output)) {
      assertThat(left.map(path -> String.valueOf(path.getFileName())))
          .noneMatch(name -> name.endsWith(".part") || name.equals("answers.npz"));
    }
    for (int i = 0; i < PATIENCE_MILLIS / 100 && cluster.executors().findAny().isPresent(); i++) {
      Thread.sleep(100);
    }
    assertThat(cluster.executors()).as("executors left behind").isEmpty();
  }

  @Test
  void inTwoThreadsOfSparkTheSame() throws IOException, InterruptedException {
    Path output = temp.resolve("local");
    assertThat(compare(output, "--master", "local[2]").waitFor()).as(printed(output)).isZero();
    assertUndisturbed(output);
  }

  @Test
  void onAMasterAndTwoWorkersTheSame() throws IOException, InterruptedException {
    Path output = temp.resolve("standalone");
    long start = System.nanoTime();
    assertThat(compare(output, onTheCluster()).waitFor()).as(printed(output)).isZero();
    millis = (System.nanoTime() - start) / 1_000_000;
    assertUndisturbed(output);
  }

  /** Differences of losses in pure Java, of which an executor's JVM has a faster kind. */
  @Test
  void numericalGradientsTheSame() throws IOException, InterruptedException {
    List<String> words = new ArrayList<>(List.of("compare", "two-layer-net-numerical"));
    words.addAll(List.of("--seeds", "1..2", "--steps", "3", "--data", "synthetic"));
    words.addAll(List.of("--train-size", "200", "--test-size", "50", "--format", "text,json"));
    Path alone = temp.resolve("numerical-alone");
    assertThat(lockstep(alone, with(words, alone, "--jobs", "1")).waitFor())
        .as(printed(alone))
        .isZero();
    Path output = temp.resolve("numerical");
    assertThat(lockstep(output, with(words, output, onTheCluster())).waitFor())
        .as(printed(output))
        .isZero();
    assertSame(results(output), results(alone));
  }

  @Test
  void aSearchOnTheClusterTheSame() throws IOException, InterruptedException {
    Path alone = temp.resolve("search-alone");
    assertThat(search(alone, "--jobs", "2").waitFor()).as(printed(alone)).isZero();
    Path output = temp.resolve("search");
    assertThat(search(output, onTheCluster()).waitFor()).as(printed(output)).isZero();
    Map<String, JsonNode> results = results(output);
    assertSame(results, results(alone));
    assertThat(Objects.requireNonNull(results.get("result.json")).at("/trials"))
        .hasSize(24)
        .anyMatch(trial -> trial.at("/state").asText().equals("FAILED"))
        .anyMatch(trial -> trial.at("/state").asText().equals("COMPLETED"));
  }

  @Test
  void aUsersJarGoesToTheExecutors() throws IOException, InterruptedException {
    Path jar = exampleJar();
    List<String> words = new ArrayList<>(List.of("compare", "two-layer-net", "--seeds", "1..2"));
    words.addAll(List.of("--steps", "5", "--data", "synthetic", "--train-size", "200"));
    words.addAll(List.of("--test-size", "50", "--format", "text,json"));
    words.addAll(List.of("--candidate", "my-network", "--classpath", jar.toString()));
    Path alone = temp.resolve("jar-alone");
    assertThat(lockstep(alone, with(words, alone, "--jobs", "1")).waitFor())
        .as(printed(alone))
        .isZero();
    Path output = temp.resolve("jar");
    assertThat(lockstep(output, with(words, output, onTheCluster())).waitFor())
        .as(printed(output))
        .isZero();
    assertSame(results(output), results(alone));
    try (Stream<Path> files = Files.walk(temp.resolve("cluster"))) {
      assertThat(files).anyMatch(file -> file.endsWith(jar.getFileName()));
    }
  }

  private static List<String> with(List<String> words, Path output, String... where) {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of("--output", output.toString()));
    all.addAll(List.of(where));
    return all;
  }

  /** The one of docs/your-own-code.md. */
  private static Path exampleJar() throws IOException {
    Path classes = temp.resolve("example");
    Path services = Files.createDirectories(classes.resolve("META-INF/services"));
    Files.writeString(
        services.resolve("dev.lockstep.core.model.ModelProvider"),
        "com.example.MyNetwork$Provider",
        StandardCharsets.UTF_8);
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-cp",
                System.getProperty("java.class.path", ""),
                "-d",
                classes.toString(),
                "../docs/example/MyNetwork.java");
    assertThat(compiled).isZero();
    return StandaloneCluster.jar(classes, temp.resolve("example-network.jar"));
  }

  private static Process search(Path output, String... where) throws IOException {
    List<String> words = new ArrayList<>(List.of("search", "space.yaml", "--max-trials", "24"));
    words.addAll(List.of("--data", "synthetic", "--train-size", "200", "--test-size", "50"));
    words.addAll(List.of("--format", "text,json", "--output", output.toString()));
    words.addAll(List.of(where));
    return lockstep(output, words);
  }

  static Stream<Integer> kills() {
    return IntStream.range(0, KILLS).boxed();
  }

  /** In turn the driver, an executor and a worker with its executor, at a random moment. */
  @ParameterizedTest
  @MethodSource("kills")
  void killedAtARandomMoment(int kill) throws IOException, InterruptedException {
    Path output = temp.resolve("killed-" + kill);
    Process driver = compare(output, onTheCluster());
    Path begun = output.resolve("session.json");
    while (driver.isAlive() && !Files.exists(begun)) {
      Thread.sleep(5);
    }
    Thread.sleep(new Random(kill).nextLong(millis == 0 ? 8000 : millis));
    switch (kill % 3) {
      case 0 -> {
        driver.destroyForcibly().waitFor();
        driver = lockstep(output, resumed(output));
      }
      case 1 -> cluster.executors().findFirst().ifPresent(ProcessHandle::destroyForcibly);
      default -> {
        Process worker = cluster.workers().remove(0);
        worker.destroyForcibly().waitFor();
        cluster.addWorker();
      }
    }
    assertThat(driver.waitFor()).as(printed(output)).isZero();
    assertUndisturbed(output);
  }

  private static List<String> resumed(Path output) {
    return Stream.concat(
            Stream.of("compare", "--resume", output.toString()), Stream.of(onTheCluster()))
        .toList();
  }
}
