package dev.lockstep.experiments.cli;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.mnist.DownloadProgress;
import dev.lockstep.core.data.mnist.MnistPlace;
import dev.lockstep.core.data.mnist.UserEnvironment;
import dev.lockstep.core.data.sources.Datasets;
import dev.lockstep.dl4j.datavec.CsvDigits;
import dev.lockstep.dl4j.datavec.ImageFolders;
import dev.lockstep.dl4j.datavec.SequenceFolders;
import dev.lockstep.dl4j.datavec.Tables;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the data comes from and how much of it is used; shared by every command that trains. */
final class DataOptions {

  private static final String AUTO = "auto";
  private static final String SOURCE = "--data";
  private static final String DIRECTORY = "--data-dir";

  private final Map<List<Object>, Dataset> loaded = new HashMap<>();

  @Option(
      names = SOURCE,
      paramLabel = "SOURCE",
      description =
          "auto, mnist, synthetic, idx:DIR, table:FILE, csv:FILE, images:DIR, sequences:DIR or npz:FILE"
              + " (default: as the experiment's data block says, else auto). data.…=… says how it is"
              + " read.")
  private @Nullable String source;

  @Option(
      names = DIRECTORY,
      paramLabel = "DIR",
      description = "Where MNIST's files are looked for first (also: LOCKSTEP_DATA).")
  private @Nullable Path directory;

  @Option(names = "--offline", description = "Download nothing.")
  private boolean offline;

  @Option(
      names = "--train-size",
      paramLabel = "N",
      description = "Use the first N training samples.")
  private @Nullable Integer trainSize;

  @Option(names = "--test-size", paramLabel = "N", description = "Use the first N test samples.")
  private @Nullable Integer testSize;

  @Nullable Integer trainSize() {
    return atLeastOne("--train-size", trainSize);
  }

  @Nullable Integer testSize() {
    return atLeastOne("--test-size", testSize);
  }

  private static @Nullable Integer atLeastOne(String option, @Nullable Integer value) {
    if (value != null && value < 1) {
      throw new UsageException(option + ": expected at least 1, found " + value);
    }
    return value;
  }

  /** Returns the options that name the same data in another command. */
  List<String> arguments() {
    List<String> arguments = new ArrayList<>();
    if (source != null && !source.equals(AUTO)) {
      arguments.addAll(List.of(SOURCE, source));
    }
    if (directory != null) {
      arguments.addAll(List.of(DIRECTORY, directory.toString()));
    }
    return arguments;
  }

  /** Returns the value of an option as it is said in a process with another working directory. */
  static String anywhere(String option, String value) {
    if (option.equals(DIRECTORY)) {
      return Path.of(value).toAbsolutePath().toString();
    }
    int colon = value.indexOf(':');
    return option.equals(SOURCE) && colon >= 0
        ? value.substring(0, colon + 1) + Path.of(value.substring(colon + 1)).toAbsolutePath()
        : value;
  }

  /** Returns what is said on the command line; auto if nothing is. */
  String source() {
    return source == null ? AUTO : source;
  }

  /** Returns whether the data are MNIST, or stand in for it. */
  boolean isPublished() {
    return source().equals(AUTO) || source().equals("mnist");
  }

  /** Returns every form of data there is. */
  static Datasets datasets(DownloadProgress progress) {
    return new Datasets(UserEnvironment.ofProcess(), progress)
        .with("table", Tables::read)
        .with("csv", CsvDigits::read)
        .with("images", ImageFolders::read)
        .with("sequences", SequenceFolders::read);
  }

  /** Returns every place where MNIST is looked for, in order. */
  List<MnistPlace> places() {
    return datasets(DownloadProgress.SILENT).places(directory);
  }

  /**
   * Loads the data once, telling on stderr what a user must know about it.
   *
   * @param spec of an experiment; the command line wins over its source
   */
  Dataset load(DataSpec spec, PrintWriter err) {
    String from = source != null ? source : spec.source() != null ? spec.source() : AUTO;
    return loaded.computeIfAbsent(
        List.of(from, spec),
        key -> {
          Dataset dataset = datasets(DownloadProgress.SILENT).load(from, directory, offline, spec);
          if (!dataset.notice().isEmpty()) {
            err.println("NOTICE: " + dataset.notice());
          }
          dataset.reading().forEach(statement -> err.println("data: " + statement));
          return dataset;
        });
  }
}
