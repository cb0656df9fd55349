package dev.lockstep.report;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A Chromium without a window, where the machine has one. */
public final class Browser {

  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private static final Pattern CONSOLE =
      Pattern.compile("[A-Z]+:CONSOLE[:(]\\d+\\)?] \"(.*)\", source: [^\"]*$");

  /** Long enough for a machine that builds at the same time. */
  private static final int SECONDS = 120;

  private final Path program;

  private Browser(Path program) {
    this.program = program;
  }

  /** Returns the first that is on the path. */
  static Optional<Browser> find() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .map(Browser::new);
  }

  /**
   * What came of opening a page.
   *
   * @param console every message that it left, errors too
   */
  public record Visit(List<String> console, String dom) {}

  /**
   * Opens a page, waits until it has loaded, and reads it.
   *
   * @param scratch an empty folder for the browser's own files
   */
  Visit open(String url, Path scratch, int width, int height) {
    Path errors = scratch.resolve("stderr");
    Path dom = scratch.resolve("dom");
    List<String> command =
        List.of(
            program.toString(),
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-quic",
            "--enable-logging=stderr",
            "--user-data-dir=" + scratch.resolve("profile"),
            "--window-size=%d,%d".formatted(width, height),
            "--dump-dom",
            url);
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectError(errors.toFile())
              .redirectOutput(dom.toFile())
              .start();
      if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("the browser did not come back: " + read(errors));
      }
      return new Visit(console(read(errors)), read(dom));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  private static List<String> console(String log) {
    return log.lines()
        .map(CONSOLE::matcher)
        .filter(java.util.regex.Matcher::find)
        .map(match -> match.group(1))
        .toList();
  }
}
