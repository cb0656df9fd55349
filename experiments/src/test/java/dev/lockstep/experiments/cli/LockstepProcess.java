package dev.lockstep.experiments.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.lockstep.bridge.program.JavaCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** The command line in a process of its own, which can be killed. */
final class LockstepProcess {

  private final Process process;
  private final Path log;

  private LockstepProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * @param log gets all that the process prints
   */
  static LockstepProcess start(Path log, List<String> jvmOptions, String... args)
      throws IOException {
    List<String> command = JavaCommand.start();
    command.addAll(jvmOptions);
    command.addAll(
        List.of(
            "-XX:TieredStopAtLevel=1", // starts sooner, and computes the same bits
            "-cp",
            System.getProperty("java.class.path", ""),
            Main.class.getName()));
    command.addAll(List.of(args));
    return new LockstepProcess(
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start(),
        log);
  }

  /** Waits until something holds, or the process has ended. */
  void awaitThat(BooleanSupplier condition) throws InterruptedException {
    while (process.isAlive() && !condition.getAsBoolean()) {
      Thread.sleep(1);
    }
  }

  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Sends what Ctrl-C sends. */
  void interrupt() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
  }

  int exitCode() throws InterruptedException {
    return process.waitFor();
  }

  boolean hasPrinted(String text) {
    try {
      return printed().contains(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String printed() throws IOException {
    return Files.readString(log, StandardCharsets.UTF_8);
  }

  /**
   * Returns every {@code result.json} below a directory, without what a clock gave and without the
   * command, which names the directory.
   */
  static Map<String, JsonNode> results(Path directory) throws IOException {
    Map<String, JsonNode> results = new TreeMap<>();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file : files.filter(path -> path.endsWith("result.json")).toList()) {
        JsonNode result = JsonMapper.builder().build().readTree(file.toFile());
        result.findParents("timing").forEach(parent -> ((ObjectNode) parent).remove("timing"));
        ((ObjectNode) result).remove("command");
        results.put(directory.relativize(file).toString(), result);
      }
    }
    assertThat(results).isNotEmpty();
    return results;
  }

  /** Fails naming the places in which the results differ, of which there may be many. */
  static void assertSame(Map<String, JsonNode> expected, Map<String, JsonNode> found) {
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    List<String> differences = new ArrayList<>();
    expected.forEach(
        (file, result) ->
            collect(file, result, Objects.requireNonNull(found.get(file)), differences));
    assertThat(differences.stream().limit(10)).isEmpty();
  }

  private static void collect(
      String at, JsonNode expected, JsonNode found, List<String> differences) {
    if (expected.isObject() && found.isObject() && names(expected).equals(names(found))) {
      names(expected)
          .forEach(
              name -> collect(at + "/" + name, expected.get(name), found.get(name), differences));
    } else if (expected.isArray() && found.isArray() && expected.size() == found.size()) {
      for (int i = 0; i < expected.size(); i++) {
        collect(at + "/" + i, expected.get(i), found.get(i), differences);
      }
    } else if (!expected.equals(found)) {
      differences.add("%s: expected %s, found %s".formatted(at, brief(expected), brief(found)));
    }
  }

  private static List<String> names(JsonNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static String brief(JsonNode node) {
    return node.isContainerNode() ? node.getNodeType() + " of " + node.size() : node.toString();
  }
}
