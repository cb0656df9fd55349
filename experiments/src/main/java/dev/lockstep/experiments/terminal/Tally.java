package dev.lockstep.experiments.terminal;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/** Tells on stderr how many of several runs have ended: a line that stays for each elsewhere. */
public final class Tally implements AutoCloseable {

  private final String command;
  private final int of;
  private final boolean quiet;
  private final LiveLines lines = LiveLines.STDERR;
  private final LiveLines.Line line = this::line;
  private final long start = System.nanoTime();
  private final AtomicInteger ended = new AtomicInteger();

  /**
   * @param of how many runs there are
   */
  public Tally(String command, int of, boolean quiet) {
    this.command = command;
    this.of = of;
    this.quiet = quiet;
    if (!quiet) {
      lines.add(line);
    }
  }

  public int of() {
    return of;
  }

  /**
   * Called by several threads.
   *
   * @param verdict as it stands in the table of runs
   */
  public void ended(String title, String verdict) {
    int count = ended.incrementAndGet();
    if (!quiet && !lines.isTerminal()) {
      lines.print(
          String.format(
              Locale.ROOT, "%s: %d of %d done: %s: %s", command, count, of, title, verdict));
    }
  }

  private String line(int columns) {
    int count = ended.get();
    long elapsed = System.nanoTime() - start;
    String left = Progress.left(count == 0 ? -1 : elapsed / count * (of - count));
    String text = "%s: %d of %d done, %s".formatted(command, count, of, left);
    return text.substring(0, Math.min(columns, text.length()));
  }

  @Override
  public void close() {
    if (!quiet) {
      lines.remove(line);
    }
  }
}
