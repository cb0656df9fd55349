package dev.lockstep.report;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Cells in rows under a header, for the screen and for a page. */
public record Table(List<String> header, List<List<String>> rows) {

  private static final String GAP = "  ";

  /** Returns columns as wide as they need to be. */
  public String text() {
    int[] widths =
        IntStream.range(0, header.size())
            .map(
                column ->
                    Math.max(
                        header.get(column).length(),
                        rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0)))
            .toArray();
    return line(header, widths)
        + rows.stream().map(row -> line(row, widths)).collect(Collectors.joining());
  }

  private static String line(List<String> cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int column = 0; column < widths.length; column++) {
      String cell = cells.get(column);
      line.append(cell).append(" ".repeat(widths[column] - cell.length())).append(GAP);
    }
    return line.toString().stripTrailing() + "\n";
  }

  /** Returns a table of GitHub's Markdown. */
  public String markdown() {
    return row(header)
        + row(header.stream().map(cell -> "---").toList())
        + rows.stream().map(Table::row).collect(Collectors.joining());
  }

  private static String row(List<String> cells) {
    return cells.stream()
        .map(cell -> cell.replace("|", "\\|"))
        .collect(Collectors.joining(" | ", "| ", " |\n"));
  }
}
