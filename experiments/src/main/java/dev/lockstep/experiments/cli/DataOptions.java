package dev.lockstep.experiments.cli;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Datasets;
import dev.lockstep.core.data.DownloadProgress;
import dev.lockstep.core.data.MnistPlace;
import dev.lockstep.core.data.UserEnvironment;
import dev.lockstep.dl4j.datavec.CsvDigits;
import dev.lockstep.dl4j.datavec.ImageFolders;
import dev.lockstep.dl4j.datavec.LabelColumn;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the data comes from and how much of it is used; shared by every command that trains. */
final class DataOptions {

  @Option(
      names = "--data",
      paramLabel = "SOURCE",
      defaultValue = "auto",
      description = "auto, mnist, synthetic, idx:DIR, csv:FILE or images:DIR (default: auto).")
  private String source;

  @Option(
      names = "--data-dir",
      paramLabel = "DIR",
      description = "Where MNIST's files are looked for first (also: LOCKSTEP_DATA).")
  private @Nullable Path directory;

  @Option(names = "--offline", description = "Download nothing.")
  private boolean offline;

  @Option(
      names = "--train-size",
      paramLabel = "N",
      description = "Use the first N training images.")
  private @Nullable Integer trainSize;

  @Option(names = "--test-size", paramLabel = "N", description = "Use the first N test images.")
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
    if (!source.equals("auto")) {
      arguments.addAll(List.of("--data", source));
    }
    if (directory != null) {
      arguments.addAll(List.of("--data-dir", directory.toString()));
    }
    return arguments;
  }

  /** Returns every form of data there is. */
  static Datasets datasets(DownloadProgress progress) {
    return new Datasets(UserEnvironment.ofProcess(), progress)
        .with("csv", path -> CsvDigits.read(path, LabelColumn.DETECT))
        .with("images", ImageFolders::read);
  }

  /** Returns every place where MNIST is looked for, in order. */
  List<MnistPlace> places() {
    return datasets(DownloadProgress.SILENT).places(directory);
  }

  /** Loads the data, telling on stderr what a user must know about it. */
  Dataset load(PrintWriter err) {
    Dataset dataset = datasets(DownloadProgress.SILENT).load(source, directory, offline);
    if (!dataset.notice().isEmpty()) {
      err.println("NOTICE: " + dataset.notice());
    }
    return dataset;
  }
}
