package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.Dataset;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * Labelled images from CSV files, read by DataVec's {@code CSVRecordReader}: a row for every image,
 * a label and the pixels of a square image row by row, all whole numbers from 0 to 255, separated
 * by commas. Kaggle's digit file ({@code label,pixel0,…,pixel783}) is one.
 *
 * <p>The first row may be a header. There are ten classes, or as many as the largest label needs.
 */
public final class CsvDigits {

  private CsvDigits() {}

  /**
   * Reads with the column of the labels detected.
   *
   * @see #read(Path, LabelColumn)
   */
  public static Dataset read(Path path) {
    return read(path, LabelColumn.DETECT);
  }

  /**
   * @param path a file, of which every seventh row is held back for testing; or a directory with
   *     one file whose name ends in {@code train.csv} and one whose name ends in {@code test.csv}
   * @throws InputException if something is missing or malformed; names the file and the line
   */
  public static Dataset read(Path path, LabelColumn label) {
    if (Files.isDirectory(path)) {
      return read(only(path, "train.csv"), only(path, "test.csv"), label);
    }
    CsvFile file = CsvFile.read(path);
    LabelColumn column = label == LabelColumn.DETECT ? file.label() : label;
    int classes = Digits.classes(file.largestLabel(column));
    return Digits.heldOut("csv:" + path.getFileName(), path, file.split(column, classes), "");
  }

  /**
   * @param label of both files; if it is to be detected, the file to train on decides
   * @throws InputException if something is missing or malformed; names the file and the line
   */
  public static Dataset read(Path train, Path test, LabelColumn label) {
    CsvFile trainFile = CsvFile.read(train);
    CsvFile testFile = CsvFile.read(test);
    if (testFile.columns() != trainFile.columns()) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: expected %d values in a row as in %s, found %d",
              test,
              trainFile.columns(),
              train,
              testFile.columns()));
    }
    LabelColumn column = label == LabelColumn.DETECT ? trainFile.label() : label;
    int classes =
        Digits.classes(Math.max(trainFile.largestLabel(column), testFile.largestLabel(column)));
    return Dataset.of(
        "csv:" + train.getFileName(),
        trainFile.split(column, classes),
        testFile.split(column, classes),
        "");
  }

  private static Path only(Path directory, String ending) {
    try (Stream<Path> files = Files.list(directory)) {
      List<Path> found =
          files.filter(file -> file.getFileName().toString().endsWith(ending)).sorted().toList();
      if (found.size() != 1) {
        throw new InputException(
            String.format(
                Locale.ROOT,
                "%s: expected one file whose name ends in %s, found %s",
                directory,
                ending,
                found.isEmpty() ? "none" : found));
      }
      return found.get(0);
    } catch (IOException e) {
      throw new InputException(directory + ": cannot be listed: " + e, e);
    }
  }
}
