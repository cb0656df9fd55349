package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.wording.Reasons;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.datavec.api.records.reader.impl.csv.CSVSequenceRecordReader;
import org.datavec.api.split.FileSplit;
import org.datavec.api.writable.Writable;
import org.jspecify.annotations.Nullable;

/** The columns of many sequences, one after another, and where each begins. */
final class SequenceTable {

  private static final List<String> SEPARATORS = List.of(";", "\t", "|");

  private final DataSpec.Table format;
  private final String what;
  private final List<Column> columns = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();
  private final List<Integer> ends = new ArrayList<>();
  private final List<Integer> partEnds = new ArrayList<>();
  private @Nullable Boolean header;
  private @Nullable String separator;

  /**
   * @param what the files hold, for messages
   */
  SequenceTable(DataSpec.Table format, String what) {
    this.format = format;
    this.what = what;
    this.header = format.header();
    Character said = format.separator();
    this.separator = said == null ? null : said.toString();
  }

  /**
   * Adds a sequence.
   *
   * @param atMost steps that are read; null: all
   */
  void add(Path file, @Nullable Integer atMost) {
    List<List<Writable>> steps = read(file);
    if (header == null && !steps.isEmpty()) {
      header = isHeader(steps);
    }
    int first = Boolean.TRUE.equals(header) ? 1 : 0;
    if (columns.isEmpty() && !steps.isEmpty()) {
      for (int i = 0; i < steps.get(0).size(); i++) {
        Column column = new Column(i + 1, format.decimalComma());
        if (first == 1) {
          column.name(steps.get(0).get(i).toString().trim());
        }
        columns.add(column);
      }
    }
    int last = atMost == null ? steps.size() : Math.min(steps.size(), first + atMost);
    if (last <= first) {
      throw new InputException(file + ": expected a line for every step, found none");
    }
    for (int step = first; step < last; step++) {
      List<Writable> row = steps.get(step);
      String at = "%s line %d: ".formatted(file, step + 1);
      if (row.size() != columns.size()) {
        throw new InputException(
            "%sexpected %d values as in the %s before, found %d"
                .formatted(at, columns.size(), what, row.size()));
      }
      for (int i = 0; i < row.size(); i++) {
        columns.get(i).add(row.get(i).toString().trim(), at);
      }
    }
    files.add(file);
    ends.add((ends.isEmpty() ? 0 : ends.get(ends.size() - 1)) + last - first);
  }

  private List<List<Writable>> read(Path file) {
    try (CSVSequenceRecordReader reader = new CSVSequenceRecordReader(0, separator(file))) {
      reader.initialize(new FileSplit(file.toFile()));
      List<List<Writable>> steps = new ArrayList<>(reader.sequenceRecord());
      steps.removeIf(row -> row.size() == 1 && row.get(0).toString().isBlank());
      return steps;
    } catch (IOException | RuntimeException e) {
      throw new InputException(
          file + ": expected a CSV file that can be read, found that " + Reasons.of(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException(file + ": interrupted", e);
    }
  }

  private String separator(Path file) throws IOException {
    if (separator == null) {
      try (Stream<String> lines = Files.lines(file)) {
        String first = lines.findFirst().orElse("");
        separator =
            first.contains(",")
                ? ","
                : SEPARATORS.stream().filter(first::contains).findFirst().orElse(",");
      }
    }
    return separator;
  }

  /** A first line without a number names the columns, if the second has one. */
  private boolean isHeader(List<List<Writable>> steps) {
    return steps.size() > 1
        && steps.get(0).stream().noneMatch(this::isNumber)
        && steps.get(1).stream().anyMatch(this::isNumber);
  }

  private boolean isNumber(Writable cell) {
    return !Double.isNaN(Column.number(cell.toString().trim(), format.decimalComma()));
  }

  /** Notes that what follows is another part of the data. */
  void endPart() {
    partEnds.add(sequences());
  }

  /** Returns how many sequences there were at the end of each part. */
  List<Integer> partEnds() {
    return partEnds;
  }

  List<Column> columns() {
    return columns;
  }

  int sequences() {
    return ends.size();
  }

  Path file(int sequence) {
    return files.get(sequence);
  }

  private int start(int sequence) {
    return sequence == 0 ? 0 : ends.get(sequence - 1);
  }

  int length(int sequence) {
    return ends.get(sequence) - start(sequence);
  }

  int longest() {
    return IntStream.range(0, sequences()).map(this::length).max().orElse(0);
  }

  int shortest() {
    return IntStream.range(0, sequences()).map(this::length).min().orElse(0);
  }

  /** Returns the rows of some sequences. */
  int[] rows(int[] sequences) {
    return Arrays.stream(sequences).flatMap(i -> IntStream.range(start(i), ends.get(i))).toArray();
  }

  /** Returns sequences × columns × steps, NaN after the end of a sequence. */
  double[] padded(List<double[]> values, int steps) {
    double[] padded = new double[Math.multiplyExact(sequences() * steps, values.size())];
    Arrays.fill(padded, Double.NaN);
    for (int i = 0; i < sequences(); i++) {
      for (int column = 0; column < values.size(); column++) {
        System.arraycopy(
            values.get(column), start(i), padded, (i * values.size() + column) * steps, length(i));
      }
    }
    return padded;
  }
}
