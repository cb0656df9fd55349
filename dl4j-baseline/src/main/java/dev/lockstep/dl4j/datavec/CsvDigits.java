package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.DataSpec.Scaling;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.wording.Reasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Labelled images from CSV files: a row for every image, a label and the pixels of a square image
 * row by row, all whole numbers from 0 to 255. Kaggle's digit file ({@code
 * label,pixel0,…,pixel783}) is one. Any other table is read by {@link Tables}.
 *
 * <p>The first row may be a header. Classes count from 0, or from 1 where no label is 0, to the
 * largest label.
 */
public final class CsvDigits {

  private CsvDigits() {}

  /**
   * @param path a file, of which every seventh row is held back for testing; or a directory with
   *     one file whose name ends in {@code train} and one whose name ends in {@code test}
   * @throws InputException if something is missing or malformed; names the file and the line
   */
  public static Dataset read(Path path, DataSpec spec) {
    Optional<List<Path>> pair = pair(path);
    Path first = pair.map(files -> files.get(0)).orElse(path);
    if (Files.isDirectory(first) || !CsvFile.isOfImages(first, spec)) {
      return Tables.read(path, spec);
    }
    CsvFile train = CsvFile.read(first, spec);
    int label = train.label(spec.table().targets());
    if (pair.isEmpty()) {
      ClassNumbers classes = ClassNumbers.of(train.labels(label), spec, path);
      List<String> reading = new ArrayList<>(train.reading(label));
      double divisor = divisor(train, label, spec, path, reading);
      reading.add(classes.statement());
      return Digits.heldOut(
          "csv:" + path.getFileName(), path, train.split(label, classes, divisor), reading);
    }
    CsvFile test = CsvFile.read(pair.get().get(1), spec);
    test.requireColumnsOf(train);
    ClassNumbers classes =
        ClassNumbers.of(
            Stream.of(train.labels(label), test.labels(label)).flatMapToInt(s -> s), spec, path);
    List<String> reading = new ArrayList<>(train.reading(label));
    double divisor = divisor(train, label, spec, path, reading);
    reading.add(classes.statement());
    return Dataset.of(
            "csv:" + first.getFileName(),
            train.split(label, classes, divisor),
            test.split(label, classes, divisor),
            "")
        .read(reading);
  }

  private static double divisor(
      CsvFile file, int label, DataSpec spec, Path path, List<String> reading) {
    Scaling said = spec.scaling();
    if (said == null) {
      return Digits.divisor(file.largestPixel(label), reading);
    }
    if (said.kind() == Scaling.Kind.STANDARDIZE || said.kind() == Scaling.Kind.MINMAX) {
      throw new InputException(
          path
              + ": data.scale: expected none or a number to divide pixels by; to scale each column"
              + " by itself, read the file as table:"
              + path.getFileName());
    }
    reading.add(
        "the pixels are "
            + (said.divisor() == 1
                ? "not divided"
                : "divided by " + Tables.rounded(said.divisor())));
    return said.divisor();
  }

  /** Returns the file to train on and the one to test with, if a directory has one of each. */
  private static Optional<List<Path>> pair(Path directory) {
    if (!Files.isDirectory(directory)) {
      return Optional.empty();
    }
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> files = entries.filter(Files::isRegularFile).sorted().toList();
      Optional<Path> train = TableFiles.ending(files, "train");
      Optional<Path> test = TableFiles.ending(files, "test");
      return train.isPresent() && test.isPresent()
          ? Optional.of(List.of(train.get(), test.get()))
          : Optional.empty();
    } catch (IOException e) {
      throw new InputException(directory + ": cannot be listed: " + Reasons.of(e), e);
    }
  }
}
