package dev.lockstep.experiments.terminal;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The lines at the end of stderr that are drawn again and again, one for each run at work, where
 * stderr is a terminal. By hand: progress bars of libraries come with a terminal library that takes
 * the signals of the process, Ctrl-C among them.
 */
public final class LiveLines {

  /** Set by the launcher, which knows whether stderr is a terminal; Java 17 cannot tell. */
  public static final boolean IS_TERMINAL = Boolean.getBoolean("lockstep.terminal.err");

  private static final int REFRESH_MILLIS = 200;
  private static final int USUAL_COLUMNS = 80;

  /** A terminal whose size nobody set says 0. */
  private static final int FEWEST_COLUMNS = 20;

  /** A window that was made smaller shows the beginning of a line, in place of two halves. */
  private static final String WRAPS_NOT = "\u001b[?7l";

  private static final String WRAPS = "\u001b[?7h";
  private static final String CLEARS_BELOW = "\u001b[J";

  /**
   * Clears what a longer line has left, and does so in place: a multiplexer would keep a screen
   * that is cleared from its top in its history.
   */
  private static final String CLEARS_TO_THE_END = "\u001b[K";

  public static final LiveLines STDERR = new LiveLines(System.err, IS_TERMINAL, columns());

  /** One of the lines. */
  interface Line {

    /**
     * Returns what is to be seen.
     *
     * @param columns that there are
     */
    String text(int columns);

    /** Called several times a second, on a terminal or not. */
    default void tick() {}
  }

  private final PrintStream err;
  private final boolean terminal;
  private final int columns;
  private final List<Line> lines = new ArrayList<>();
  private int drawn;
  private @Nullable Thread painter;

  /**
   * @param terminal false: nothing is drawn
   */
  LiveLines(PrintStream err, boolean terminal, int columns) {
    this.err = err;
    this.terminal = terminal;
    this.columns = columns;
  }

  /** Returns how wide the terminal is. */
  public static int columns() {
    int said = Integer.getInteger("lockstep.terminal.columns", USUAL_COLUMNS);
    return said < FEWEST_COLUMNS ? USUAL_COLUMNS : said;
  }

  boolean isTerminal() {
    return terminal;
  }

  /**
   * Draws a line below the others until it is removed.
   *
   * @param line called by another thread
   */
  synchronized void add(Line line) {
    lines.add(line);
    if (painter == null) {
      painter = new Thread(this::paint, "progress");
      painter.setDaemon(true);
      painter.start();
    }
  }

  /** Leaves the terminal as if the line had never been there. */
  synchronized void remove(Line line) {
    lines.remove(line);
    draw("");
  }

  /** Prints a line that stays, above those that do not. */
  public synchronized void print(String line) {
    String fitted =
        terminal
            ? line.lines()
                .map(one -> FittedLines.folded(one, columns))
                .collect(Collectors.joining(System.lineSeparator()))
            : line;
    if (drawn == 0) {
      // over the keys of Ctrl-C, which the terminal has shown
      err.println((terminal ? "\r" : "") + fitted);
    } else {
      draw(fitted + System.lineSeparator());
    }
  }

  private void paint() {
    try {
      while (true) {
        TimeUnit.MILLISECONDS.sleep(REFRESH_MILLIS);
        tick();
        draw("");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private synchronized void tick() {
    List.copyOf(lines).forEach(Line::tick);
  }

  /** In one piece, so that nothing else comes between. */
  private synchronized void draw(String above) {
    if (!terminal || (drawn == 0 && lines.isEmpty())) {
      return;
    }
    StringBuilder text = new StringBuilder();
    if (drawn > 1) {
      text.append(String.format(Locale.ROOT, "\u001b[%dA", drawn - 1));
    }
    text.append('\r')
        .append(above.replace("\n", CLEARS_TO_THE_END + "\n"))
        .append(WRAPS_NOT)
        // a line that fills the last column may scroll
        .append(
            lines.stream()
                .map(line -> line.text(columns - 1) + CLEARS_TO_THE_END)
                .collect(Collectors.joining("\r\n")))
        .append(lines.isEmpty() ? CLEARS_TO_THE_END : "");
    if (Math.max(1, lines.size()) < drawn) {
      text.append(CLEARS_BELOW);
    }
    // a terminal shows the keys of Ctrl-C where the cursor is: behind a long line they would wrap
    text.append(WRAPS).append('\r');
    drawn = lines.size();
    err.print(text);
    err.flush();
  }
}
