package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.data.Features;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.Targets;
import dev.lockstep.core.tensor.Shape;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;

/** One CSV file of labelled square images, read whole: a byte per value, the label among them. */
final class CsvFile {

  /** What a file may hold: 340,000 images of MNIST's size. */
  static final long MAX_VALUES = 1L << 28;

  private static final Set<String> LABEL_NAMES = Set.of("label", "class", "target", "digit", "y");

  /** More different labels are not told from pixels. */
  private static final int MOST_LABELS = 100;

  private final Path file;
  private final List<byte[]> rows = new ArrayList<>();
  private final List<String> found = new ArrayList<>();
  private List<String> names = List.of();
  private int columns;

  private CsvFile(Path file) {
    this.file = file;
  }

  /** Returns whether the first row of values could be a label and the pixels of a square image. */
  static boolean isOfImages(Path file, DataSpec spec) {
    try (CsvRows rows = CsvRows.open(file, spec.table())) {
      List<String> row = rows.next();
      if (row != null && isHeader(row)) {
        row = rows.next();
      }
      return row == null
          || (row.size() > 4
              && isSquare(row.size() - 1)
              && row.stream().allMatch(cell -> value(cell) >= 0));
    }
  }

  /**
   * @throws InputException if the file is missing, empty, too large or a row is not what the others
   *     are; names file and line
   */
  static CsvFile read(Path file, DataSpec spec) {
    CsvFile csv = new CsvFile(file);
    try (CsvRows rows = CsvRows.open(file, spec.table())) {
      for (List<String> row = rows.next(); row != null; row = rows.next()) {
        if (rows.isAtFirst() && isHeader(row)) {
          csv.setColumns(row.size(), 1);
          csv.names = row;
        } else {
          csv.addRow(row, rows.line());
        }
      }
      csv.found.addAll(rows.found());
    }
    if (csv.rows.isEmpty()) {
      throw new InputException(file + ": expected a row for every image, found none");
    }
    return csv;
  }

  /** A header has no number in it: a row in which only some are missing is malformed. */
  private static boolean isHeader(List<String> cells) {
    return cells.stream().noneMatch(cell -> value(cell) >= 0);
  }

  private void addRow(List<String> cells, int line) {
    if (columns == 0) {
      setColumns(cells.size(), line);
    }
    if (cells.size() != columns) {
      throw malformed(
          line,
          String.format(
              Locale.ROOT,
              "expected %d values as in the rows before, found %d",
              columns,
              cells.size()));
    }
    if ((rows.size() + 1L) * columns > MAX_VALUES) {
      throw malformed(
          line,
          String.format(
              Locale.ROOT, "expected at most %d values in the file, found more", MAX_VALUES));
    }
    byte[] row = new byte[columns];
    for (int column = 0; column < columns; column++) {
      int value = value(cells.get(column));
      if (value < 0) {
        throw malformed(
            line,
            String.format(
                Locale.ROOT,
                "column %d: expected a whole number from 0 to 255, found %s",
                column + 1,
                CsvRows.shown(cells.get(column))));
      }
      row[column] = (byte) value;
    }
    rows.add(row);
  }

  private void setColumns(int count, int line) {
    if (count < 2 || !isSquare(count - 1)) {
      throw malformed(
          line,
          String.format(
              Locale.ROOT,
              "expected a label and the pixels of a square image (785 values for 28×28), found %d%s",
              count,
              isSquare(count) ? "; are the labels missing?" : ""));
    }
    columns = count;
  }

  void requireColumnsOf(CsvFile other) {
    if (columns != other.columns) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: expected %d values in a row as in %s, found %d",
              file,
              other.columns,
              other.file,
              columns));
    }
  }

  private static boolean isSquare(int count) {
    int side = side(count);
    return side * side == count;
  }

  private static int side(int pixels) {
    return (int) Math.round(Math.sqrt(pixels));
  }

  /** Returns a whole number from 0 to 255 in ASCII digits, −1 for anything else. */
  private static int value(String text) {
    if (text.isEmpty() || text.length() > 3) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = 10 * value + digit;
    }
    return value <= 255 ? value : -1;
  }

  private InputException malformed(int line, String message) {
    return new InputException(file + ":" + line + ": " + message);
  }

  /**
   * Returns which column the label stands in, from 0.
   *
   * @param said by name or position; empty: to be found out
   * @throws InputException if neither the header nor the values tell
   */
  int label(List<String> said) {
    if (!said.isEmpty()) {
      return said(said);
    }
    if (!names.isEmpty()) {
      boolean first = isLabelName(names.get(0));
      boolean last = isLabelName(names.get(columns - 1));
      if (first != last) {
        return first ? 0 : columns - 1;
      }
    }
    boolean first = varies(0);
    boolean last = varies(columns - 1);
    if (first && last) {
      first = couldBeLabel(0);
      last = couldBeLabel(columns - 1);
    }
    if (first == last) {
      throw new InputException(
          file
              + ": expected labels in the first or the last column, found "
              + (first ? "both to look like labels" : "neither to look like labels")
              + "; say data.target=1 or data.target="
              + columns
              + ", or name it \"label\" in a header");
    }
    return first ? 0 : columns - 1;
  }

  private int said(List<String> said) {
    String reference = said.get(0);
    int column = names.indexOf(reference);
    if (column < 0 && reference.matches("\\d{1,6}")) {
      column = Integer.parseInt(reference) - 1;
    }
    if (said.size() != 1 || column < 0 || column >= columns) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: data.target: expected the name of a column or its position, 1 to %d, found %s",
              file,
              columns,
              said));
    }
    return column;
  }

  private static boolean isLabelName(String name) {
    return LABEL_NAMES.contains(name.toLowerCase(Locale.ROOT));
  }

  private boolean varies(int column) {
    return values(column).distinct().limit(2).count() > 1;
  }

  /** Labels count from 0 or 1 without a gap. */
  private boolean couldBeLabel(int column) {
    int[] distinct = values(column).distinct().sorted().toArray();
    return distinct.length <= MOST_LABELS
        && distinct[0] <= 1
        && distinct[distinct.length - 1] == distinct[0] + distinct.length - 1;
  }

  private IntStream values(int column) {
    return rows.stream().mapToInt(row -> Byte.toUnsignedInt(row[column]));
  }

  IntStream labels(int label) {
    return values(label);
  }

  int largestPixel(int label) {
    int largest = 0;
    for (byte[] row : rows) {
      for (int column = 0; column < columns; column++) {
        largest = column == label ? largest : Math.max(largest, Byte.toUnsignedInt(row[column]));
      }
    }
    return largest;
  }

  /** Returns how the file was read, a statement each. */
  List<String> reading(int label) {
    List<String> statements = new ArrayList<>(found);
    statements.add(
        String.format(
            Locale.ROOT,
            "the label is in column %d%s%s",
            label + 1,
            names.isEmpty() ? "" : " (" + names.get(label) + ")",
            names.isEmpty() || !isLabelName(names.get(label))
                ? "; data.target says otherwise"
                : ""));
    return statements;
  }

  /**
   * Returns the images in the order of the rows.
   *
   * @param label the column that it stands in, from 0
   * @param divisor of the pixels
   */
  Split split(int label, ClassNumbers classes, double divisor) {
    int length = columns - 1;
    byte[] pixels = new byte[rows.size() * length];
    for (int i = 0; i < rows.size(); i++) {
      byte[] row = rows.get(i);
      System.arraycopy(row, 0, pixels, i * length, label);
      System.arraycopy(row, label + 1, pixels, i * length + label, length - label);
    }
    return new Split(
        Shape.of(1, side(length), side(length)),
        Features.pixels(pixels, divisor),
        Targets.classes(classes.task(), values(label).map(classes::classOf).toArray()));
  }
}
