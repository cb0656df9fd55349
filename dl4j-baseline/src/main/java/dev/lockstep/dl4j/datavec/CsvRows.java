package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import dev.lockstep.core.LockstepException;
import dev.lockstep.core.data.DataSpec;
import dev.lockstep.core.wording.Reasons;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.datavec.api.records.reader.impl.csv.CSVRecordReader;
import org.datavec.api.split.InputStreamInputSplit;
import org.datavec.api.writable.Writable;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one text file of values, plain or gzipped, read by DataVec's {@code CSVRecordReader}.
 * What is not said is found out: the separator as the one of comma, semicolon, tab and bar that
 * every one of the first lines has the same number of; the encoding from the byte order mark, else
 * UTF-8 if the whole file is that, else Latin-1.
 */
final class CsvRows implements AutoCloseable {

  /** What a file in another encoding than UTF-8 may hold: it is decoded in memory. */
  private static final int MAX_DECODED = 1 << 29;

  private static final char[] SEPARATORS = {',', ';', '\t', '|'};
  private static final char QUOTE = '"';
  private static final byte[] ZIP = {'P', 'K', 3, 4};

  /** What DataVec's parser says of a quote that nothing closes. */
  private static final String UNTERMINATED = "Un-terminated quoted field";

  private static final int LINES_LOOKED_AT = 10;
  private static final int SHOWN_CHARACTERS = 20;
  private static final Pattern DECIMAL_COMMA = Pattern.compile("[-+]?\\d+,\\d+([eE][-+]?\\d+)?");
  private static final Pattern DECIMAL_POINT = Pattern.compile("[-+]?\\d*[.]\\d+([eE][-+]?\\d+)?");
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  private final Path file;
  private final Charset charset;
  private final char separator;
  private final boolean decimalComma;
  private final InputStream in;
  private final CSVRecordReader reader;
  private final List<String> found = new ArrayList<>();
  private int line;
  private int rows;
  private int blank;
  private int blankBefore;

  private CsvRows(Path file, DataSpec.Table format) throws IOException, InterruptedException {
    this.file = file;
    this.charset = charset(format.encoding());
    List<String> start = firstLines();
    this.separator = format.separator() != null ? format.separator() : separator(start);
    this.decimalComma = !format.decimalComma() && hasDecimalComma(start);
    this.in = new BoundedLines(file, inUtf8());
    this.reader = new CSVRecordReader(0, separator, QUOTE);
    reader.initialize(new InputStreamInputSplit(in));
  }

  /**
   * @throws InputException if the file is missing or is no text in the encoding that is said
   */
  static CsvRows open(Path file, DataSpec.Table format) {
    try {
      return new CsvRows(file, format);
    } catch (IOException e) {
      throw new InputException(
          file + ": expected a CSV file that can be read, found that " + Reasons.of(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InputException(file + ": interrupted", e);
    }
  }

  /** Returns what was found out up to here, a statement each. */
  List<String> found() {
    List<String> all = new ArrayList<>(found);
    if (blankBefore > 0) {
      all.add(
          blankBefore == 1
              ? "an empty line is passed over"
              : blankBefore + " empty lines are passed over");
    }
    return all;
  }

  private List<String> firstLines() {
    try (BufferedReader text = new BufferedReader(decoded())) {
      List<String> lines = new ArrayList<>();
      for (String next = bounded(text);
          next != null && lines.size() < LINES_LOOKED_AT;
          next = bounded(text)) {
        if (!next.isBlank()) {
          lines.add(next);
        }
      }
      return lines;
    } catch (IOException e) {
      throw new InputException(
          file + ": expected a CSV file that can be read, found that " + Reasons.of(e), e);
    }
  }

  private char separator(List<String> lines) {
    char best = 0;
    int most = 0;
    for (char candidate : SEPARATORS) {
      int[] counts = lines.stream().mapToInt(row -> count(row, candidate)).toArray();
      boolean same = counts.length > 0 && counts[0] > 0;
      for (int count : counts) {
        same &= count == counts[0];
      }
      if (same && counts[0] > most) {
        best = candidate;
        most = counts[0];
      }
    }
    if (best == 0 || best == ',') {
      return ',';
    }
    found.add("the values are separated by " + (best == '\t' ? "tabs" : "'" + best + "'"));
    return best;
  }

  /** Where commas separate nothing, they may stand before decimals; points must not, too. */
  private boolean hasDecimalComma(List<String> lines) {
    if (separator == ',') {
      return false;
    }
    boolean commas = false;
    for (String row : lines) {
      for (String cell : row.split(Pattern.quote(String.valueOf(separator)), -1)) {
        String value = cell.replace(String.valueOf(QUOTE), "").strip();
        if (DECIMAL_POINT.matcher(value).matches()) {
          return false;
        }
        commas |= DECIMAL_COMMA.matcher(value).matches();
      }
    }
    if (commas) {
      found.add("a comma stands before the decimals");
    }
    return commas;
  }

  /** A line without an end is refused where the rows are read. */
  private static @Nullable String bounded(BufferedReader text) throws IOException {
    StringBuilder line = new StringBuilder();
    int next = text.read();
    if (next < 0) {
      return null;
    }
    while (next >= 0 && next != '\n' && line.length() < BoundedLines.MAX_LINE_BYTES) {
      line.append((char) next);
      next = text.read();
    }
    return line.toString();
  }

  private static int count(String row, char separator) {
    int count = 0;
    boolean quoted = false;
    for (int i = 0; i < row.length(); i++) {
      quoted ^= row.charAt(i) == QUOTE;
      if (!quoted && row.charAt(i) == separator) {
        count++;
      }
    }
    return count;
  }

  private Charset charset(@Nullable String said) throws IOException {
    if (said != null) {
      try {
        return Charset.forName(said);
      } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
        throw new InputException(
            file + ": expected an encoding such as UTF-8, UTF-16 or ISO-8859-1, found " + said, e);
      }
    }
    byte[] start = new byte[4];
    int read;
    try (InputStream bytes = unpacked()) {
      read = bytes.readNBytes(start, 0, start.length);
    }
    if (read == start.length && Arrays.equals(start, ZIP)) {
      throw new InputException(
          file
              + ": expected text, found a zip archive, as spreadsheets are; save it as CSV, or unpack"
              + " it");
    }
    boolean little = read >= 2 && start[0] == (byte) 0xFF && start[1] == (byte) 0xFE;
    boolean big = read >= 2 && start[0] == (byte) 0xFE && start[1] == (byte) 0xFF;
    if (little || big) {
      found.add("the text is UTF-16");
      return StandardCharsets.UTF_16;
    }
    if (read == start.length && (start[0] == 0 || start[1] == 0)) {
      throw new InputException(
          file
              + ": expected text, found zeros in it; if it is UTF-16, say data.encoding=UTF-16LE or"
              + " UTF-16BE");
    }
    if (isUtf8()) {
      return StandardCharsets.UTF_8;
    }
    found.add("the text is not UTF-8 and is read as Latin-1");
    return StandardCharsets.ISO_8859_1;
  }

  private boolean isUtf8() throws IOException {
    try (Reader text =
        new InputStreamReader(
            unpacked(),
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT))) {
      char[] block = new char[1 << 16];
      while (text.read(block) >= 0) {
        // only whether it can be read
      }
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private Reader decoded() throws IOException {
    return new InputStreamReader(unpacked(), charset);
  }

  private InputStream unpacked() throws IOException {
    BufferedInputStream raw = new BufferedInputStream(Files.newInputStream(file));
    raw.mark(2);
    boolean packed = raw.read() == 0x1F && raw.read() == 0x8B;
    raw.reset();
    return packed ? new BufferedInputStream(new GZIPInputStream(raw)) : raw;
  }

  /** DataVec reads UTF-8. */
  private InputStream inUtf8() throws IOException {
    if (charset.equals(StandardCharsets.UTF_8)) {
      return unpacked();
    }
    try (InputStream bytes = unpacked()) {
      byte[] content = bytes.readNBytes(MAX_DECODED + 1);
      if (content.length > MAX_DECODED) {
        throw new InputException(
            String.format(
                Locale.ROOT,
                "%s: expected at most %d bytes of text that is not UTF-8, found more; save it as UTF-8",
                file,
                MAX_DECODED));
      }
      return new ByteArrayInputStream(
          new String(content, charset).getBytes(StandardCharsets.UTF_8));
    }
  }

  /**
   * Returns the values of the next row, without spaces around them; null at the end.
   *
   * @throws InputException if the text cannot be taken apart; names the line
   */
  @Nullable List<String> next() {
    while (hasNext()) {
      line++;
      List<String> cells = parsed();
      if (cells.size() == 1 && cells.get(0).isEmpty()) {
        blank++;
      } else {
        blankBefore = blank; // those at the end are no rows that somebody may miss
        rows++;
        return cells;
      }
    }
    return null;
  }

  private boolean hasNext() {
    try {
      return reader.hasNext();
    } catch (LockstepException e) {
      throw e;
    } catch (IllegalStateException e) { // how DataVec's line iterator passes on an IOException
      throw new InputException(
          at(line + 1) + "expected text that can be read, found that " + Reasons.of(e), e);
    }
  }

  private List<String> parsed() {
    try {
      return reader.next().stream().map(this::text).toList();
    } catch (LockstepException e) {
      throw e;
    } catch (RuntimeException e) { // how DataVec's parser passes on an IOException
      if (String.valueOf(e.getMessage()).contains(UNTERMINATED)) {
        throw new InputException(
            at(line)
                + "expected the value that a quote opens to end in its line, found that it does not;"
                + " line breaks within a value are not read: take them out, or the quote",
            e);
      }
      throw new InputException(
          "%sexpected values separated by %s, found %s"
              .formatted(
                  at(line), separator == ',' ? "commas" : "'" + separator + "'", Reasons.of(e)),
          e);
    }
  }

  private String text(Writable cell) {
    String whole = cell.toString();
    String text =
        (!whole.isEmpty() && whole.charAt(0) == BYTE_ORDER_MARK ? whole.substring(1) : whole)
            .strip();
    return decimalComma && DECIMAL_COMMA.matcher(text).matches() ? text.replace(',', '.') : text;
  }

  /** Returns whether the row that {@link #next} returned last is the first of the file. */
  boolean isAtFirst() {
    return rows == 1;
  }

  /** Returns the line of the last row, from 1. */
  int line() {
    return line;
  }

  /** Returns how a message about a line begins. */
  String at(int number) {
    return file + ":" + number + ": ";
  }

  /** Returns a wrong value as a message shows it. */
  static String shown(String text) {
    String printable = text.replaceAll("\\p{Cntrl}", "?");
    return '"'
        + (printable.length() <= SHOWN_CHARACTERS
            ? printable
            : printable.substring(0, SHOWN_CHARACTERS) + "…")
        + '"';
  }

  @Override
  public void close() {
    try {
      reader.close();
      in.close();
    } catch (IOException e) {
      throw new InputException(file + ": cannot be closed: " + Reasons.of(e), e);
    }
  }
}
