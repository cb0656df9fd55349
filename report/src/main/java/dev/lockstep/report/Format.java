package dev.lockstep.report;

import dev.lockstep.core.UsageException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** The forms in which a result can be had. */
public enum Format {
  /** On the screen; writes no file. */
  TEXT("text", ""),
  /** Everything, for programs. */
  JSON("json", "result.json"),
  /** Every reading in a row of its own, for tables and statistics programs. */
  CSV("csv", "readings.csv"),
  /** For a pull request or a page of documentation. */
  MARKDOWN("md", "report.md"),
  /** One page with charts, for people. */
  HTML("html", "report.html"),
  /** Each compared tensor as a test, for build servers. */
  JUNIT("junit", "junit.xml"),
  /** Curves of both sides and of error ÷ noise floor, a folder of event files. */
  TENSORBOARD("tensorboard", "tensorboard"),
  /** Both sides as runs of MLflow, a folder in the form of its file store. */
  MLFLOW("mlflow", "mlruns");

  private final String id;
  private final String fileName;

  Format(String id, String fileName) {
    this.id = id;
    this.fileName = fileName;
  }

  /** Returns the name used on the command line. */
  public String id() {
    return id;
  }

  /** Returns the name of the file or folder that is written, empty if none is. */
  public String fileName() {
    return fileName;
  }

  /** Returns whether a folder is written, for each run one of its own. */
  public boolean isFolder() {
    return this == TENSORBOARD || this == MLFLOW;
  }

  /**
   * Reads a list such as {@code text,json,html}.
   *
   * @throws UsageException naming the word that is no format
   */
  public static Set<Format> list(String text) {
    Set<Format> formats = EnumSet.noneOf(Format.class);
    for (String word : text.split(",", -1)) {
      formats.add(named(word.strip().toLowerCase(Locale.ROOT)));
    }
    return formats;
  }

  private static Format named(String word) {
    return Arrays.stream(values())
        .filter(format -> format.id.equals(word))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "--format: expected some of %s, found '%s'"
                        .formatted(
                            Arrays.stream(values())
                                .map(Format::id)
                                .collect(Collectors.joining(",")),
                            word)));
  }
}
