package dev.lockstep.report;

import dev.lockstep.core.InputException;
import dev.lockstep.core.WholeFile;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.report.summary.Summary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** Writes results in the formats that are asked for, each file complete or not at all. */
public final class Reports {

  private Reports() {}

  /**
   * Writes the reports of one run.
   *
   * @param directory is created if it is not there
   * @param formats {@link Format#TEXT} writes no file
   * @return the files written
   * @throws InputException if they cannot be written
   */
  public static List<Path> write(Path directory, Set<Format> formats, RunResult result) {
    return write(directory, formats, format -> content(format, result));
  }

  /**
   * Writes the reports over several runs.
   *
   * @param directory is created if it is not there
   * @param formats those that exist for one run only, {@link Format#CSV} and {@link Format#JUNIT},
   *     gather all runs
   * @return the files written
   * @throws InputException if they cannot be written
   */
  public static List<Path> write(Path directory, Set<Format> formats, Summary summary) {
    return write(directory, formats, format -> content(format, summary));
  }

  /**
   * Writes files of any content: one that cannot be written keeps none of the others from it.
   *
   * @param directory is created if it is not there
   * @param files what each holds, by its name
   * @return the files written, in that order
   * @throws InputException if one cannot be written, naming those that were
   */
  public static List<Path> write(Path directory, Map<String, Supplier<String>> files) {
    List<Path> written = new ArrayList<>();
    Map<String, IOException> failures = new LinkedHashMap<>();
    files.forEach(
        (name, content) -> {
          try {
            Files.createDirectories(directory);
            written.add(write(directory.resolve(name), content.get()));
          } catch (IOException e) {
            failures.put(name, e);
          }
        });
    if (!failures.isEmpty()) {
      IOException first = failures.values().iterator().next();
      throw new InputException(
          "--output: %s could not be written to %s (%s)%s; make room, or name another directory"
              .formatted(
                  String.join(", ", failures.keySet()),
                  directory,
                  Reasons.of(first),
                  written.isEmpty()
                      ? ""
                      : "; written: "
                          + written.stream()
                              .map(path -> String.valueOf(path.getFileName()))
                              .collect(Collectors.joining(", "))),
          first);
    }
    return written;
  }

  private static String content(Format format, RunResult result) {
    return switch (format) {
      case TEXT -> TextReport.write(result, false, null);
      case JSON -> ResultJson.write(result);
      case CSV -> CsvReport.write(result);
      case MARKDOWN -> MarkdownReport.write(ReportView.of(result));
      case HTML -> HtmlReport.write(ReportView.of(result));
      case JUNIT -> JUnitXmlReport.write(result);
    };
  }

  private static String content(Format format, Summary summary) {
    return switch (format) {
      case TEXT -> TextReport.write(summary, false, null);
      case JSON -> ResultJson.write(summary);
      case CSV -> CsvReport.write(summary);
      case MARKDOWN -> MarkdownReport.write(ReportView.of(summary));
      case HTML -> HtmlReport.write(ReportView.of(summary));
      case JUNIT -> JUnitXmlReport.write(summary);
    };
  }

  private static List<Path> write(
      Path directory, Set<Format> formats, Function<Format, String> content) {
    Map<String, Supplier<String>> files = new LinkedHashMap<>();
    for (Format format : new TreeSet<>(formats)) {
      if (!format.fileName().isEmpty()) {
        files.put(format.fileName(), () -> content.apply(format));
      }
    }
    return write(directory, files);
  }

  private static Path write(Path file, String text) throws IOException {
    WholeFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    return file;
  }
}
