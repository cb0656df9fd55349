package dev.lockstep.experiments.cli;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where results go and what they look like; shared by every command that runs something. */
final class OutputOptions {

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where the report goes (default: reports/<experiment>-<time>).")
  private @Nullable Path directory;

  @Option(
      names = "--format",
      split = ",",
      paramLabel = "LIST",
      description = "text, json, csv, md, html, junit (default: text,json,html).")
  private List<String> formats = List.of();

  @Option(
      names = {"-q", "--quiet"},
      description = "No progress.")
  private boolean quiet;

  @Option(names = "--no-color", description = "No colours, also with NO_COLOR set.")
  private boolean noColor;

  boolean quiet() {
    return quiet;
  }

  boolean color() {
    return !noColor && System.getenv("NO_COLOR") == null && System.console() != null;
  }

  List<String> formats() {
    return formats;
  }

  /** Returns the directory asked for, or one named after what runs and the time. */
  Path directory(String what) {
    if (directory != null) {
      return directory;
    }
    String time =
        DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).format(LocalDateTime.now());
    return Path.of("reports", what + "-" + time);
  }
}
