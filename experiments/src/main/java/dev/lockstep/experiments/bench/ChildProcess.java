package dev.lockstep.experiments.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Starts the process that measures, and reads what it found. */
final class ChildProcess {

  private static final int LINES_SHOWN = 12;

  /** A line of a stack trace that names a place, not what went wrong. */
  private static final Pattern IN_A_TRACE = Pattern.compile("\\s+(at |\\.\\.\\. ).*");

  private ChildProcess() {}

  /**
   * Runs a command to its end.
   *
   * @param environment in addition to this process's own
   * @throws IllegalStateException with the end of its output, if it did not measure anything
   */
  static Measurement run(List<String> command, Map<String, String> environment) {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    try {
      Process process = builder.start();
      try {
        List<String> lines =
            new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        return measurement(lines, process.waitFor());
      } finally {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while a process measured", e);
    } catch (IOException e) {
      throw new IllegalStateException("cannot start " + command.get(0), e);
    }
  }

  private static Measurement measurement(List<String> lines, int exitCode) throws IOException {
    for (String line : lines) {
      if (line.startsWith(BenchmarkProcess.MARK)) {
        return JsonMapper.builder()
            .build()
            .readValue(line.substring(BenchmarkProcess.MARK.length()), Measurement.class);
      }
    }
    List<String> said = lines.stream().filter(line -> !IN_A_TRACE.matcher(line).matches()).toList();
    throw new IllegalStateException(
        "a process that was to measure ended with code %d and said:%n%s"
            .formatted(
                exitCode,
                said.stream()
                    .skip(Math.max(0, said.size() - LINES_SHOWN))
                    .collect(Collectors.joining("\n"))));
  }
}
