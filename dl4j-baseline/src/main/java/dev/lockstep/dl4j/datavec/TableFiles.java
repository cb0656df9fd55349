package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.wording.Reasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.datavec.api.transform.TransformProcess;
import org.datavec.api.writable.Text;
import org.datavec.api.writable.Writable;
import org.jspecify.annotations.Nullable;

/** The columns of one table, read from a file, a file to train on and one to test with, or many. */
final class TableFiles {

  /** What a table may hold: half a gigabyte as numbers. */
  private static final long MAX_VALUES = 1L << 26;

  private final DataSpec.Table format;
  private final List<Column> columns = new ArrayList<>();
  private final List<String> reading = new ArrayList<>();
  private @Nullable TransformProcess transform;
  private @Nullable List<String> header;
  private int rows;
  private int trainRows = -1;

  private TableFiles(DataSpec.Table format) {
    this.format = format;
  }

  /**
   * @param path a file; or a directory with a file to train on and one to test with, whose names
   *     end in train and test; or with files that are one table together
   * @throws InputException if there is none or a row is not as the others are, naming file and line
   */
  static TableFiles read(Path path, DataSpec.Table format) {
    TableFiles table = new TableFiles(format);
    table.transform = table.transform();
    List<Path> files = Files.isDirectory(path) ? files(path) : List.of(path);
    Optional<Path> train = ending(files, "train");
    Optional<Path> test = ending(files, "test");
    if (train.isPresent() && test.isPresent()) {
      table.add(train.get());
      table.trainRows = table.rows;
      table.add(test.get());
    } else {
      files.forEach(table::add);
    }
    if (table.rows == 0) {
      throw new InputException(path + ": expected rows of values, found none");
    }
    table.dropEmptyColumns();
    return table;
  }

  private static List<Path> files(Path directory) {
    try (Stream<Path> entries = Files.list(directory)) {
      List<Path> files =
          entries
              .filter(Files::isRegularFile)
              .filter(file -> name(file).matches("[^.].*\\.(csv|tsv|txt|data|dat)(\\.gz)?"))
              .sorted()
              .toList();
      if (files.isEmpty()) {
        throw new InputException(
            directory + ": expected files such as train.csv and test.csv, found none");
      }
      return files;
    } catch (IOException e) {
      throw new InputException(directory + ": cannot be listed: " + Reasons.of(e), e);
    }
  }

  private static String name(Path file) {
    return file.getFileName().toString().toLowerCase(Locale.ROOT);
  }

  /** Returns the one file whose name, without what follows a dot, ends in a word. */
  static Optional<Path> ending(List<Path> files, String word) {
    List<Path> found =
        files.stream().filter(file -> name(file).replaceFirst("\\..*", "").endsWith(word)).toList();
    return found.size() == 1 ? Optional.of(found.get(0)) : Optional.empty();
  }

  private @Nullable TransformProcess transform() {
    String file = format.transform();
    if (file == null) {
      return null;
    }
    try {
      TransformProcess process = TransformProcess.fromJson(Files.readString(Path.of(file)));
      reading.add("each row went through the TransformProcess of " + Path.of(file).getFileName());
      return process;
    } catch (IOException | RuntimeException e) {
      throw new InputException(
          file + ": expected a DataVec TransformProcess in JSON, found none that can be read", e);
    }
  }

  private void add(Path file) {
    boolean first = columns.isEmpty();
    try (CsvRows source = CsvRows.open(file, format)) {
      List<String> held = null;
      String heldAt = "";
      for (List<String> row = source.next(); row != null; row = source.next()) {
        if (source.isAtFirst() && isHeader(row, first)) {
          header = row;
        } else if (source.isAtFirst() && first && mayBeHeader(row)) {
          held = row;
          heldAt = source.at(source.line());
        } else if (source.isAtFirst() && !first) {
          requireSameColumns(row, source);
          add(row, source);
        } else {
          add(row, source);
        }
      }
      if (held != null) {
        decide(held, heldAt, source);
      }
      if (first) {
        reading.addAll(source.found());
        List<String> names = header;
        if (transform != null) {
          names = transform.getFinalSchema().getColumnNames();
        }
        if (names != null) {
          name(names, source);
        }
      }
    }
  }

  private boolean isHeader(List<String> row, boolean first) {
    return Boolean.TRUE.equals(format.header())
        || (!first && row.equals(header))
        || (transform != null
            && row.equals(transform.getInitialSchema().getColumnNames())
            && format.header() == null);
  }

  /** A row with a number in it names no columns. */
  private boolean mayBeHeader(List<String> row) {
    return format.header() == null
        && transform == null
        && row.stream().allMatch(cell -> Double.isNaN(Column.number(cell, format.decimalComma())));
  }

  /** The first row names the columns if others hold numbers, or none of its texts comes again. */
  private void decide(List<String> first, String at, CsvRows source) {
    boolean fits = columns.isEmpty() || first.size() == columns.size();
    boolean names =
        columns.stream().anyMatch(Column::isNumeric)
            || IntStream.range(0, Math.min(first.size(), columns.size()))
                .noneMatch(i -> columns.get(i).hasText(first.get(i)));
    if (names) {
      header = first;
      if (!fits) {
        throw new InputException(
            String.format(
                Locale.ROOT,
                "%sexpected %d values as in the first line, found %d",
                source.at(2),
                first.size(),
                columns.size()));
      }
    } else {
      add(first, at);
    }
  }

  /** The first row of a further file that names columns must name those of the first file. */
  private void requireSameColumns(List<String> row, CsvRows source) {
    List<String> names = header;
    if (names != null
        && mayBeHeader(row)
        && columns.size() == row.size()
        && columns.stream().anyMatch(Column::isNumeric)) {
      throw new InputException(
          "%sexpected the columns %s, in this order, as the file before has them, found %s"
              .formatted(
                  source.at(source.line()), String.join(", ", names), String.join(", ", row)));
    }
  }

  private void name(List<String> names, CsvRows source) {
    if (names.size() != columns.size() && !columns.isEmpty()) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%sexpected %d values as in the first line, found %d",
              source.at(2),
              names.size(),
              columns.size()));
    }
    for (int i = 0; i < columns.size(); i++) {
      columns.get(i).name(names.get(i));
    }
  }

  private void add(List<String> row, CsvRows source) {
    add(row, source.at(source.line()));
  }

  private void add(List<String> given, String at) {
    List<String> row = transform == null ? given : transformed(given, at, transform);
    if (row.isEmpty()) {
      return; // taken out by the transformation
    }
    if (columns.isEmpty()) {
      IntStream.rangeClosed(1, row.size())
          .forEach(i -> columns.add(new Column(i, format.decimalComma())));
    }
    if (row.size() != columns.size()) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%sexpected %d values as in the rows before, found %d",
              at,
              columns.size(),
              row.size()));
    }
    if ((rows + 1L) * columns.size() > MAX_VALUES) {
      throw new InputException(
          String.format(Locale.ROOT, "%sexpected at most %d values, found more", at, MAX_VALUES));
    }
    for (int i = 0; i < row.size(); i++) {
      columns.get(i).add(row.get(i), at);
    }
    rows++;
  }

  private static List<String> transformed(List<String> row, String at, TransformProcess transform) {
    int expected = transform.getInitialSchema().numColumns();
    if (row.size() != expected) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%sexpected the %d columns of the TransformProcess, found %d",
              at,
              expected,
              row.size()));
    }
    try {
      List<Writable> made =
          transform.execute(row.stream().map(cell -> (Writable) new Text(cell)).toList());
      return made == null ? List.of() : made.stream().map(Writable::toString).toList();
    } catch (RuntimeException e) {
      throw new InputException(
          at + "the TransformProcess cannot take this row: " + Reasons.of(e), e);
    }
  }

  /** A separator at the end of every line makes a column of nothing. */
  private void dropEmptyColumns() {
    List<Column> empty =
        columns.stream().filter(column -> column.isEmpty() && column.name().isEmpty()).toList();
    columns.removeAll(empty);
    empty.forEach(column -> reading.add(column.label() + ", which is empty, is left out"));
  }

  List<Column> columns() {
    return columns;
  }

  /** Returns how the files were read, a statement each. */
  List<String> reading() {
    return reading;
  }

  int rows() {
    return rows;
  }

  /** Returns how many of the first rows are from the file to train on; −1 if the files are one. */
  int trainRows() {
    return trainRows;
  }
}
