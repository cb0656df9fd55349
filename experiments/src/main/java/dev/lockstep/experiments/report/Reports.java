package dev.lockstep.experiments.report;

import dev.lockstep.core.InputException;
import dev.lockstep.core.WholeFile;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.experiments.bench.BenchResult;
import dev.lockstep.experiments.faults.DetectionResult;
import dev.lockstep.experiments.search.result.SearchResult;
import dev.lockstep.experiments.verify.VerifyResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
   * Writes what verifying everything came to, as JSON: the one file that there is of it.
   *
   * @param directory is created if it is not there
   * @return the file written
   * @throws InputException if it cannot be written
   */
  public static Path write(Path directory, VerifyResult result) {
    return write(directory, EnumSet.of(Format.JSON), format -> ResultJson.write(result)).get(0);
  }

  /**
   * Writes what a search found.
   *
   * @param directory is created if it is not there
   * @param formats {@link Format#JSON}, {@link Format#CSV} and {@link Format#HTML} write files
   * @param finalist compared on the test images; null if no trial was completed, and then there is
   *     no page
   * @return the files written
   * @throws InputException if they cannot be written
   */
  public static List<Path> write(
      Path directory, Set<Format> formats, SearchResult result, @Nullable RunResult finalist) {
    Map<String, Supplier<String>> files = new LinkedHashMap<>();
    if (formats.contains(Format.JSON)) {
      files.put(Format.JSON.fileName(), () -> ResultJson.write(result));
    }
    if (formats.contains(Format.CSV)) {
      files.put("trials.csv", () -> SearchCsv.write(result));
    }
    SearchResult.Finalist best = result.finalist();
    if (formats.contains(Format.HTML) && finalist != null && best != null) {
      files.put(
          Format.HTML.fileName(),
          () -> HtmlReport.write(ReportView.of(result, finalist, best.trial())));
    }
    return write(directory, files);
  }

  /**
   * Writes what the comparison can see, as JSON and as the page {@code detection.md}.
   *
   * @param directory is created if it is not there
   * @return the files written
   * @throws InputException if they cannot be written
   */
  public static List<Path> write(Path directory, DetectionResult result) {
    Map<String, Supplier<String>> files = new LinkedHashMap<>();
    files.put(Format.JSON.fileName(), () -> ResultJson.write(result));
    files.put("detection.md", () -> new DetectionReport(result.report()).markdown());
    return write(directory, files);
  }

  /**
   * Writes how fast everything was, as JSON and, if asked for, as a page of documentation: the
   * files that there are of it.
   *
   * @param directory is created if it is not there
   * @return the files written
   * @throws InputException if they cannot be written
   */
  public static List<Path> write(Path directory, Set<Format> formats, BenchResult result) {
    Map<String, Supplier<String>> files = new LinkedHashMap<>();
    if (formats.contains(Format.JSON)) {
      files.put(Format.JSON.fileName(), () -> ResultJson.write(result));
    }
    if (formats.contains(Format.MARKDOWN)) {
      files.put(Format.MARKDOWN.fileName(), () -> SpeedPage.write(result));
    }
    return write(directory, files);
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

  private static List<Path> write(Path directory, Map<String, Supplier<String>> files) {
    List<Path> written = new ArrayList<>();
    try {
      Files.createDirectories(directory);
      for (Map.Entry<String, Supplier<String>> file : files.entrySet()) {
        written.add(write(directory.resolve(file.getKey()), file.getValue().get()));
      }
    } catch (IOException e) {
      throw new InputException(
          "output: expected a directory that can be written, found %s (%s); name another with --output"
              .formatted(directory, e.getMessage()),
          e);
    }
    return written;
  }

  private static Path write(Path file, String text) throws IOException {
    WholeFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    return file;
  }
}
