package dev.lockstep.experiments.terminal;

import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Lines as wide as the window: the gaps of a table that is too wide become narrow, and what is
 * still too wide goes on in the next line. No word and no number is broken, and no command: the
 * terminal wraps it, so that whoever copies it has it whole.
 */
public final class FittedLines extends Writer {

  private static final Pattern GAP_WITHIN = Pattern.compile("\\S {2,}\\S");
  private static final Pattern COLOUR = Pattern.compile("\u001b\\[[0-9;]*m");
  private static final Pattern COMMAND = Pattern.compile("(?<!')\\b(lockstep|mvnw) [a-z-]");
  private static final int GAP = 2;

  private final Writer to;
  private final int columns;
  private final StringBuilder line = new StringBuilder();
  private final List<String> table = new ArrayList<>();

  FittedLines(Writer to, int columns) {
    this.to = to;
    this.columns = columns;
  }

  /**
   * Returns a writer of lines that are as wide as the window, if there is one.
   *
   * @param terminal whether the stream is one
   * @param atOnce whether each line is shown as soon as it ends; a table is then narrowed line by
   *     line
   */
  public static PrintWriter of(OutputStream stream, boolean terminal, boolean atOnce) {
    Writer bytes = new OutputStreamWriter(stream, StandardCharsets.UTF_8);
    return new PrintWriter(
        terminal ? new FittedLines(bytes, LiveLines.columns()) : bytes, atOnce || !terminal);
  }

  @Override
  public void write(char[] text, int from, int length) throws IOException {
    for (int i = from; i < from + length; i++) {
      if (text[i] == '\n') {
        end(line.toString());
        line.setLength(0);
      } else {
        line.append(text[i]);
      }
    }
  }

  private void end(String whole) throws IOException {
    if (GAP_WITHIN.matcher(whole).find()) {
      table.add(whole);
    } else {
      endTable();
      to.write(folded(whole, columns) + "\n");
    }
  }

  private void endTable() throws IOException {
    boolean fits = table.stream().allMatch(row -> width(row) <= columns);
    for (String row : fits ? table : below(narrow(table))) {
      to.write(folded(row, columns) + "\n");
    }
    table.clear();
  }

  /**
   * Puts all other columns below the first, where they then fit: they stay columns, which they do
   * not where each row goes on in the next line.
   */
  private List<String> below(List<String> rows) {
    int second = secondColumn(rows);
    int indent = 2 * GAP;
    boolean helps =
        second > 0
            && rows.size() > 1
            && rows.stream().anyMatch(row -> width(row) > columns)
            && rows.stream()
                .allMatch(row -> indent + width(row) - second <= columns && second <= columns);
    return helps
        ? rows.stream()
            .flatMap(
                row ->
                    row.length() <= second
                        ? Stream.of(row)
                        : Stream.of(
                            row.substring(0, second).stripTrailing(),
                            " ".repeat(indent) + row.substring(second)))
            .toList()
        : rows;
  }

  /** Returns where the second column of a table begins, if all of its rows have one there. */
  private static int secondColumn(List<String> rows) {
    int shortest = rows.stream().mapToInt(String::length).min().orElse(0);
    int text =
        rows.stream().mapToInt(row -> row.length() - row.stripLeading().length()).max().orElse(0);
    for (int column = text + 1; column + GAP < shortest; column++) {
      int at = column;
      if (rows.stream().allMatch(row -> row.startsWith(" ".repeat(GAP), at))) {
        return column + GAP;
      }
    }
    return -1;
  }

  /** Takes from a gap that all rows have what is more than a gap needs. */
  private static List<String> narrow(List<String> rows) {
    int length = rows.stream().mapToInt(String::length).max().orElse(0);
    List<StringBuilder> narrow = rows.stream().map(row -> new StringBuilder()).toList();
    int gap = 0;
    for (int column = 0; column < length; column++) {
      int at = column;
      boolean blank = rows.stream().allMatch(row -> at >= row.length() || row.charAt(at) == ' ');
      gap = blank ? gap + 1 : 0;
      if (gap <= GAP) {
        for (int i = 0; i < rows.size(); i++) {
          narrow.get(i).append(at < rows.get(i).length() ? rows.get(i).charAt(at) : ' ');
        }
      }
    }
    return narrow.stream().map(row -> row.toString().stripTrailing()).toList();
  }

  /** Breaks a line between its cells if it can, else between its words. */
  static String folded(String line, int columns) {
    if (COMMAND.matcher(line).find()) {
      return line;
    }
    int indent = line.length() - line.stripLeading().length();
    String next = " ".repeat(Math.min(indent + GAP, columns / 2));
    StringBuilder folded = new StringBuilder();
    String rest = line;
    while (width(rest) > columns) {
      int end = breakAt(rest, rest.length() - rest.stripLeading().length(), columns);
      if (end < 0) {
        break;
      }
      folded.append(rest.substring(0, end).stripTrailing()).append('\n');
      rest = next + rest.substring(end).stripLeading();
    }
    return folded + rest;
  }

  /**
   * Returns where a line is best broken: between cells in the window's right half, else between
   * words, or as soon as it can be.
   */
  private static int breakAt(String line, int indent, int columns) {
    int word = -1;
    int cell = -1;
    for (int i = line.indexOf(' ', indent); i >= 0; i = line.indexOf(' ', i + 1)) {
      if (line.startsWith(" %", i)) {
        continue; // a number stays with its sign
      }
      boolean within = width(line.substring(0, i)) <= columns;
      if (!within && word >= 0) {
        break;
      }
      word = i;
      if (line.startsWith("  ", i) && within) {
        cell = i;
        i = i + line.substring(i).length() - line.substring(i).stripLeading().length() - 1;
      }
    }
    return cell >= columns / 2 ? cell : word;
  }

  private static int width(String line) {
    return COLOUR.matcher(line).replaceAll("").length();
  }

  @Override
  public void flush() throws IOException {
    endTable();
    to.write(line.toString());
    line.setLength(0);
    to.flush();
  }

  @Override
  public void close() throws IOException {
    flush();
    to.close();
  }
}
