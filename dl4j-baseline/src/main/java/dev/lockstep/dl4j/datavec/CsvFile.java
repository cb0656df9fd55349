package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import dev.lockstep.core.LockstepException;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.tensor.Shape;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.datavec.api.records.reader.impl.csv.CSVRecordReader;
import org.datavec.api.split.InputStreamInputSplit;
import org.datavec.api.writable.Writable;

/** One CSV file of labelled square images, read whole: a byte per value, the label among them. */
final class CsvFile {

  /** What a file may hold: 340,000 images of MNIST's size. */
  static final long MAX_VALUES = 1L << 28;

  /** How much of a wrong value a message shows. */
  private static final int SHOWN_CHARACTERS = 20;

  private static final Set<String> LABEL_NAMES = Set.of("label", "class", "target", "digit", "y");

  private final Path file;
  private final List<byte[]> rows = new ArrayList<>();
  private LabelColumn named = LabelColumn.DETECT;
  private int columns;

  private CsvFile(Path file) {
    this.file = file;
  }

  /**
   * @throws InputException if the file is missing, empty, too large or a row is not what the others
   *     are; names file and line
   */
  static CsvFile read(Path file) {
    CsvFile csv = new CsvFile(file);
    try (InputStream in = new BoundedLines(file, Files.newInputStream(file));
        CSVRecordReader reader = new CSVRecordReader()) {
      reader.initialize(new InputStreamInputSplit(in));
      csv.readRows(reader);
    } catch (IOException e) {
      throw new InputException(file + ": expected a CSV file that can be read, found " + e, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException(file + ": interrupted", e);
    }
    if (csv.rows.isEmpty()) {
      throw new InputException(file + ": expected a row for every image, found none");
    }
    return csv;
  }

  private void readRows(CSVRecordReader reader) {
    int blank = 0;
    for (int line = 1; hasNext(reader, line); line++) {
      List<Writable> cells = next(reader, line);
      if (cells.size() == 1 && cells.get(0).toString().isBlank()) {
        blank = blank == 0 ? line : blank;
      } else if (blank > 0) {
        throw malformed(blank, "expected a row, found an empty line");
      } else if (line == 1 && isHeader(cells)) {
        readHeader(cells);
      } else {
        addRow(cells, line);
      }
    }
  }

  private boolean hasNext(CSVRecordReader reader, int line) {
    try {
      return reader.hasNext();
    } catch (LockstepException e) {
      throw e;
    } catch (IllegalStateException e) { // how DataVec's line iterator passes on an IOException
      throw new InputException(at(line) + "expected text that can be read, found " + e, e);
    }
  }

  private List<Writable> next(CSVRecordReader reader, int line) {
    try {
      return reader.next();
    } catch (LockstepException e) {
      throw e;
    } catch (RuntimeException e) { // how DataVec's parser passes on an IOException
      throw new InputException(
          at(line) + "expected values separated by commas, found " + e.getMessage(), e);
    }
  }

  /** A header has no number in it: a row in which only some are missing is malformed. */
  private static boolean isHeader(List<Writable> cells) {
    return cells.stream().noneMatch(cell -> value(text(cell)) >= 0);
  }

  private void readHeader(List<Writable> cells) {
    setColumns(cells.size(), 1);
    boolean first = isLabelName(cells.get(0));
    boolean last = isLabelName(cells.get(cells.size() - 1));
    if (first != last) {
      named = first ? LabelColumn.FIRST : LabelColumn.LAST;
    }
  }

  private static boolean isLabelName(Writable cell) {
    return LABEL_NAMES.contains(text(cell).toLowerCase(Locale.ROOT));
  }

  private void addRow(List<Writable> cells, int line) {
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
      String text = text(cells.get(column));
      int value = value(text);
      if (value < 0) {
        throw malformed(
            line,
            String.format(
                Locale.ROOT,
                "column %d: expected a whole number from 0 to 255, found %s",
                column + 1,
                shown(text)));
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

  private static boolean isSquare(int count) {
    int side = side(count);
    return side * side == count;
  }

  private static int side(int pixels) {
    return (int) Math.round(Math.sqrt(pixels));
  }

  private static String text(Writable cell) {
    String text = cell.toString();
    return (text.startsWith("\uFEFF") ? text.substring(1) : text).strip(); // a byte order mark
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

  private static String shown(String text) {
    String printable = text.replaceAll("\\p{Cntrl}", "?");
    return '"'
        + (printable.length() <= SHOWN_CHARACTERS
            ? printable
            : printable.substring(0, SHOWN_CHARACTERS) + "…")
        + '"';
  }

  private InputException malformed(int line, String message) {
    return new InputException(at(line) + message);
  }

  private String at(int line) {
    return file + ":" + line + ": ";
  }

  /** Returns the columns of every row, the label's among them. */
  int columns() {
    return columns;
  }

  /**
   * Returns where the label stands.
   *
   * @throws InputException if neither the header nor the values tell
   */
  LabelColumn label() {
    if (named != LabelColumn.DETECT) {
      return named;
    }
    boolean first = couldBeLabel(0, 255);
    boolean last = couldBeLabel(columns - 1, 255);
    if (first && last) {
      first = couldBeLabel(0, 9);
      last = couldBeLabel(columns - 1, 9);
    }
    if (first == last) {
      throw new InputException(
          file
              + ": expected labels in the first or the last column, found "
              + (first ? "both to look like labels" : "neither to look like labels")
              + "; say which it is, or name it \"label\" in a header");
    }
    return first ? LabelColumn.FIRST : LabelColumn.LAST;
  }

  private boolean couldBeLabel(int column, int largest) {
    int distinct =
        (int) rows.stream().mapToInt(row -> Byte.toUnsignedInt(row[column])).distinct().count();
    return distinct > 1 && largest(column) <= largest;
  }

  /** Returns the largest label. */
  int largestLabel(LabelColumn label) {
    return largest(position(label));
  }

  private int largest(int column) {
    return rows.stream().mapToInt(row -> Byte.toUnsignedInt(row[column])).max().orElseThrow();
  }

  private int position(LabelColumn label) {
    return label == LabelColumn.FIRST ? 0 : columns - 1;
  }

  /** Returns the images in the order of the rows. */
  Split split(LabelColumn label, int classes) {
    int length = columns - 1;
    int firstPixel = label == LabelColumn.FIRST ? 1 : 0;
    byte[] pixels = new byte[rows.size() * length];
    byte[] labels = new byte[rows.size()];
    for (int i = 0; i < labels.length; i++) {
      byte[] row = rows.get(i);
      System.arraycopy(row, firstPixel, pixels, i * length, length);
      labels[i] = row[position(label)];
    }
    return new Split(Shape.of(1, side(length), side(length)), classes, pixels, labels);
  }
}
