package dev.lockstep.report;

import dev.lockstep.core.InputException;
import dev.lockstep.core.WholeFile;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.wording.Reasons;
import dev.lockstep.report.scalars.MlFlow;
import dev.lockstep.report.scalars.TensorBoard;
import dev.lockstep.report.summary.Summary;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
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
    Map<String, Supplier<byte[]>> files = texts(formats, format -> content(format, result));
    for (Format format : formats) {
      if (format.isFolder()) {
        held(directory, format, result, Instant.now())
            .forEach((name, content) -> files.put(name, () -> content));
      }
    }
    return writeAll(directory, files);
  }

  /** Returns what the files of a folder hold, by their path within the directory. */
  private static Map<String, byte[]> held(
      Path directory, Format format, RunResult result, Instant written) {
    Path folder = directory.resolve(format.fileName());
    Map<String, byte[]> files =
        format == Format.TENSORBOARD
            ? TensorBoard.files(result, written)
            : MlFlow.files(result, folder.toAbsolutePath().toUri(), written);
    Map<String, byte[]> held = new LinkedHashMap<>();
    files.forEach((name, content) -> held.put(format.fileName() + "/" + name, content));
    return held;
  }

  /**
   * Returns what {@link #write(Path, Set, RunResult)} made of a result in folders and is still
   * there, without what others keep in the same folders.
   *
   * @throws IOException if a folder cannot be read
   */
  public static List<Path> inFolders(Path directory, RunResult result) throws IOException {
    List<Path> ours = new ArrayList<>();
    for (Format format : Format.values()) {
      if (!format.isFolder()) {
        continue;
      }
      for (String name : held(directory, format, result, Instant.EPOCH).keySet()) {
        Path file = directory.resolve(name);
        Path folder = Objects.requireNonNull(file.getParent());
        // of TensorBoard's the time is in the name
        String like =
            String.valueOf(file.getFileName()).replaceAll("[.]0[.]lockstep$", ".*.lockstep");
        if (Files.isDirectory(folder)) {
          try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, like)) {
            found.forEach(ours::add);
          }
        }
      }
    }
    return ours;
  }

  /**
   * Writes the reports over several runs.
   *
   * @param directory is created if it is not there
   * @param formats those that exist for one run only, {@link Format#CSV} and {@link Format#JUNIT},
   *     gather all runs; folders are written for each run alone
   * @return the files written
   * @throws InputException if they cannot be written
   */
  public static List<Path> write(Path directory, Set<Format> formats, Summary summary) {
    return writeAll(directory, texts(formats, format -> content(format, summary)));
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
    Map<String, Supplier<byte[]>> encoded = new LinkedHashMap<>();
    files.forEach((name, text) -> encoded.put(name, () -> bytes(text.get())));
    return writeAll(directory, encoded);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static List<Path> writeAll(Path directory, Map<String, Supplier<byte[]>> files) {
    List<Path> written = new ArrayList<>();
    Map<String, IOException> failures = new LinkedHashMap<>();
    files.forEach(
        (name, content) -> {
          try {
            Path file = directory.resolve(name);
            byte[] held = content.get();
            Files.createDirectories(Objects.requireNonNull(file.toAbsolutePath().getParent()));
            WholeFile.write(file, out -> out.write(held));
            written.add(file);
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
      case TENSORBOARD, MLFLOW -> throw new IllegalArgumentException(format + " is a folder");
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
      case TENSORBOARD, MLFLOW -> throw new IllegalArgumentException(format + " is a folder");
    };
  }

  private static Map<String, Supplier<byte[]>> texts(
      Set<Format> formats, Function<Format, String> content) {
    Map<String, Supplier<byte[]>> files = new LinkedHashMap<>();
    for (Format format : new TreeSet<>(formats)) {
      if (!format.fileName().isEmpty() && !format.isFolder()) {
        files.put(format.fileName(), () -> bytes(content.apply(format)));
      }
    }
    return files;
  }
}
