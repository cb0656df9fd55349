package dev.lockstep.experiments.cli;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.experiments.search.result.Rerun;
import dev.lockstep.experiments.terminal.LiveLines;
import dev.lockstep.report.Format;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where results go and what they look like; shared by every command that runs something. */
final class OutputOptions {

  /** Set by the launcher, which knows; Java 17 cannot tell stdout from stderr. */
  static final boolean OUT_IS_TERMINAL = Boolean.getBoolean("lockstep.terminal.out");

  /** Returns how wide texts may be. */
  static int columns() {
    return OUT_IS_TERMINAL ? LiveLines.columns() : HelpLayout.BESIDE;
  }

  private static final String OUTPUT = "--output";

  /** An address of a file system; a path has made one slash of several. */
  private static final Pattern ADDRESS = Pattern.compile("([A-Za-z][A-Za-z0-9+.-]+):(/.*)");

  /** Shows a run on a page, and changes nothing of it. */
  static final String LIVE = "--live";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Options with a value that say where runs are carried out, on which nothing depends. */
  private static final Set<String> WHERE =
      Set.of(JobOptions.JOBS, ClusterOptions.MASTER, ClusterOptions.SPARK);

  @Option(
      names = OUTPUT,
      paramLabel = "DIR",
      description = "Where the report goes (default: reports/<experiment>-<time>).")
  private @Nullable Path directory;

  @Option(
      names = "--format",
      paramLabel = "LIST",
      defaultValue = "text,json,html",
      description =
          "Some of text, json, csv, md, html, junit, tensorboard, mlflow (default: ${DEFAULT-VALUE}).")
  private String formats;

  @Option(names = "--no-color", description = "No colours, also with NO_COLOR set.")
  private boolean noColor;

  boolean quiet() {
    return ((Main) command.root().userObject()).quiet();
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

  /**
   * Refuses what cannot be written before any work is done.
   *
   * @param command that writes
   * @param writable formats that it can write
   * @throws UsageException naming a format that it cannot write
   */
  void requireFormats(String command, Set<Format> writable) {
    for (Format format : formats()) {
      if (!writable.contains(format)) {
        throw new UsageException(
            "--format: expected some of %s, which is what %s writes, found %s"
                .formatted(
                    EnumSet.copyOf(writable).stream()
                        .map(Format::id)
                        .collect(Collectors.joining(", ")),
                    command,
                    format.id()));
      }
    }
  }

  /**
   * Returns the command that repeats what the user asked for, for a report: without the directory
   * of this one, which a repetition would replace, and without where its runs were carried out,
   * which changes nothing.
   */
  static String command(List<String> arguments) {
    return "lockstep "
        + withoutWhere(without(Set.of(OUTPUT), arguments)).stream()
            .map(Rerun::quoted)
            .collect(Collectors.joining(" "));
  }

  /** Returns the words of a command but for where its runs are carried out. */
  static List<String> withoutWhere(List<String> words) {
    return without(WHERE, words);
  }

  /** Returns the words of a command that may be going on with an earlier run. */
  static List<String> withoutResume(List<String> words) {
    return without(Set.of("--resume"), words);
  }

  private static List<String> without(Set<String> options, List<String> words) {
    List<String> kept = new ArrayList<>();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (options.contains(word)) {
        i++; // its value
      } else if (!word.equals(LIVE)
          && options.stream().noneMatch(option -> word.startsWith(option + "="))) {
        kept.add(word);
      }
    }
    return kept;
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

  /**
   * Returns the directory asked for, or one named after what runs and the time.
   *
   * @throws UsageException if it is none of this machine's
   */
  Path directory(String what) {
    if (directory != null) {
      Matcher address = ADDRESS.matcher(directory.toString());
      if (!address.matches()) {
        return directory;
      }
      if (address.group(1).equalsIgnoreCase("file")) {
        return Path.of(address.group(2));
      }
      throw new UsageException(
          "--output: expected a directory of this machine, found an address of another file system, %s; write here and copy it, or mount it"
              .formatted(directory));
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
      // An empty directory that is left over is no reason to hide how the run ended.
    }
  }
}
