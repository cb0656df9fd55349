package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.report.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Where results go and what they look like; shared by every command that runs something. */
final class OutputOptions {

  /** Set by the launcher, which knows; Java 17 cannot tell stdout from stderr. */
  private static final boolean OUT_IS_TERMINAL = Boolean.getBoolean("lockstep.terminal.out");

  @Option(
      names = "--output",
      paramLabel = "DIR",
      description = "Where the report goes (default: reports/<experiment>-<time>).")
  private @Nullable Path directory;

  @Option(
      names = "--format",
      paramLabel = "LIST",
      defaultValue = "text,json,html",
      description = "Some of text, json, csv, md, html, junit (default: ${DEFAULT-VALUE}).")
  private String formats;

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
    return !noColor && System.getenv("NO_COLOR") == null && OUT_IS_TERMINAL;
  }

  /** Returns the formats asked for; {@code result.json} is always written. */
  Set<Format> formats() {
    Set<Format> asked = Format.list(formats);
    asked.add(Format.JSON);
    return asked;
  }

  /** Returns the command as the user gave it, so that a report can tell how to repeat it. */
  static String command(List<String> arguments) {
    return "lockstep " + String.join(" ", arguments);
  }

  /** Returns the words after {@code lockstep}. */
  static List<String> arguments(CommandSpec spec) {
    return spec.root().commandLine().getParseResult().originalArgs();
  }

  /**
   * Makes sure that results can be written before hours are spent on them.
   *
   * @throws InputException if they cannot
   */
  void prepare(Path target) {
    try {
      Files.createDirectories(target);
    } catch (IOException e) {
      throw new InputException(
          "--output: expected a place for a directory, found that %s cannot be made; name another"
              .formatted(target),
          e);
    }
    if (!Files.isWritable(target)) {
      throw new InputException("--output: the directory " + target + " cannot be written to");
    }
  }

  /** Returns whether a directory was asked for that is not this one. */
  boolean isElsewhere(Path path) {
    return directory != null
        && !directory.toAbsolutePath().normalize().equals(path.toAbsolutePath().normalize());
  }

  /** Returns the directory asked for, or one named after what runs and the time. */
  Path directory(String what) {
    if (directory != null) {
      return directory;
    }
    String time =
        DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT)
            .format(LocalDateTime.now(ZoneId.systemDefault()));
    return Path.of("reports", what + "-" + time);
  }

  /** Takes away a directory into which nothing was written after all. */
  void tidy(Path target) {
    try (Stream<Path> files = Files.list(target)) {
      if (files.findAny().isEmpty()) {
        Files.delete(target);
      }
    } catch (IOException e) {
      // An empty directory that stays behind is no reason to hide how the run ended.
    }
  }
}
