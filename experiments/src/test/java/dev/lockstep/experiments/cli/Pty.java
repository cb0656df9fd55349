package dev.lockstep.experiments.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.bridge.program.JavaCommand;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The command line on a terminal of its own, made by util-linux's {@code script}. */
final class Pty implements AutoCloseable {

  private static final int CTRL_C = 3;
  private static final Path SCRIPT = Path.of("/usr/bin/script");

  /** A build in the background ignores Ctrl-C, and so would all that it starts. */
  private static final String FRESH_SIGNALS =
      "fresh='env --default-signal=HUP,INT,QUIT,TERM'; $fresh true 2>/dev/null || fresh=";

  /** Ample on a busy machine: what has not come by then never does. */
  private static final int NEVER_COMES_AFTER_SECONDS = 180;

  private final Process script;
  private final Path log;

  private Pty(Process script, Path log) {
    this.script = script;
    this.log = log;
  }

  /**
   * @param log gets all that the terminal shows
   * @param options of the virtual machine, besides those that the launcher gives on a terminal
   */
  static Pty start(Path log, int columns, List<String> options, String... args) throws IOException {
    assumeTrue(Files.isExecutable(SCRIPT), "skipped: no /usr/bin/script, which makes terminals");
    List<String> command = JavaCommand.start();
    command.addAll(
        List.of(
            "-Dlockstep.terminal.out=true",
            "-Dlockstep.terminal.err=true",
            "-Dlockstep.terminal.columns=" + columns,
            "-XX:TieredStopAtLevel=1"));
    command.addAll(options);
    command.addAll(List.of("-cp", System.getProperty("java.class.path", ""), Main.class.getName()));
    command.addAll(List.of(args));
    String line =
        "stty cols %d; %s; exec $fresh %s"
            .formatted(
                columns,
                FRESH_SIGNALS,
                command.stream().map(word -> "'" + word + "'").collect(Collectors.joining(" ")));
    ProcessBuilder builder =
        new ProcessBuilder(SCRIPT.toString(), "-qefc", line, log.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().put("SHELL", "/bin/sh");
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path", ""));
    return new Pty(builder.start(), log);
  }

  /** Waits until something holds, or the process has ended. */
  void awaitThat(BooleanSupplier condition) throws InterruptedException {
    long start = System.nanoTime();
    while (script.isAlive() && !condition.getAsBoolean()) {
      if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(NEVER_COMES_AFTER_SECONDS)) {
        throw new AssertionError("what was waited for did not come: " + shown());
      }
      Thread.sleep(5);
    }
  }

  /** Presses Ctrl-C. */
  void ctrlC() throws IOException {
    OutputStream keyboard = script.getOutputStream();
    keyboard.write(CTRL_C);
    keyboard.flush();
  }

  /** Sends SIGTERM to the process on the terminal. */
  void terminate() {
    lockstep().forEach(ProcessHandle::destroy);
  }

  private Stream<ProcessHandle> lockstep() {
    return script.children();
  }

  /** Returns the processes that the one on the terminal has started. */
  Stream<ProcessHandle> grandchildren() {
    return lockstep().flatMap(ProcessHandle::children);
  }

  int exitCode() throws InterruptedException {
    return script.waitFor();
  }

  boolean endsWithin(int seconds) throws InterruptedException {
    return script.waitFor(seconds, TimeUnit.SECONDS);
  }

  boolean shows(String text) {
    return shown().contains(text);
  }

  String shown() {
    try {
      return Files.exists(log) ? Files.readString(log, StandardCharsets.UTF_8) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    script.descendants().forEach(ProcessHandle::destroyForcibly);
    script.destroyForcibly();
  }
}
