package dev.lockstep.report;

import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.Verdict;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page that is made of text, tables and pictures, for whatever is not the training of a network.
 *
 * @param word the verdict, in one word or few
 * @param good whether that is good news
 * @param headline one sentence: what was found
 * @param meaning one sentence: what that means
 * @param next what to type next, the most useful first
 */
public record Page(
    String title,
    String word,
    boolean good,
    String headline,
    String meaning,
    List<Next> next,
    List<Section> sections) {

  /** As many are seen at a glance. */
  private static final int FEW_ROWS = 12;

  /**
   * Something to type.
   *
   * @param why one sentence: what it answers
   */
  public record Next(String why, String command) {}

  /**
   * @param id without spaces, unique on the page
   */
  public record Section(String id, String title, List<Block> blocks) {}

  /** A part of a section. */
  public sealed interface Block {}

  /** A paragraph. */
  public record Text(String text) implements Block {}

  /**
   * A table.
   *
   * @param sortable whether a reader can sort and filter it
   */
  public record Rows(String caption, List<String> head, List<Row> rows, boolean sortable)
      implements Block {
    /** Returns a table of words, to sort and filter where it is long. */
    public static Rows of(String caption, Table table) {
      return new Rows(
          caption,
          table.header(),
          table.rows().stream().map(Row::of).toList(),
          table.rows().size() > FEW_ROWS);
    }
  }

  /** Figures, drawn by their kind. */
  public record Pictures(List<Figure> figures) implements Block {}

  /**
   * @param marked whether it should catch the eye
   */
  public record Row(List<Cell> cells, boolean marked) {
    /** Returns a row of words. */
    public static Row of(List<String> cells) {
      return new Row(cells.stream().map(Cell::of).toList(), false);
    }
  }

  /**
   * @param number shown rounded and sorted as a number; null if it is none
   * @param link a file beside the page; null if there is none
   * @param verdict shown as a badge; null if it is none
   */
  public record Cell(
      String text, @Nullable Double number, @Nullable String link, @Nullable Verdict verdict) {
    public static Cell of(String text) {
      return new Cell(text, null, null, null);
    }

    public static Cell of(double number) {
      return new Cell("", number, null, null);
    }

    public static Cell of(Verdict verdict) {
      return new Cell("", null, null, verdict);
    }

    /** Returns words that lead to a file beside the page. */
    public static Cell link(String text, String file) {
      return new Cell(text, null, file, null);
    }
  }
}
