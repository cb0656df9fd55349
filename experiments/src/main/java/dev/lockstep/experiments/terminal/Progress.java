package dev.lockstep.experiments.terminal;

import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Solo;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * Tells on stderr how far a run is: a line with the remaining time on a terminal, a line per
 * evaluation elsewhere, nothing if asked to be quiet.
 */
public final class Progress implements LockstepListener, AutoCloseable {

  /** No step of a bundled network takes as long. */
  private static final long LONG_STEP_SECONDS = Long.getLong("lockstep.longStepSeconds", 30);

  private static final int SHORTEST_TITLE = 12;
  private static final int SHORTEST_BAR = 10;
  private static final int LONGEST_BAR = 40;

  private final String title;
  private final boolean detailed;
  private final boolean quiet;
  private final LiveLines lines;
  private final LiveLines.Line line =
      new LiveLines.Line() {
        @Override
        public String text(int columns) {
          return line(columns);
        }

        @Override
        public void tick() {
          tellOfALongStep();
        }
      };
  private final long start = System.nanoTime();

  /** Where the run stands: one object, since the line is drawn by another thread. */
  private volatile Standing standing = new Standing(0, 0, 0, start, "starting");

  /** The steps under way, by side: the two compute at the same time. */
  private final Map<String, Begun> begun = new ConcurrentHashMap<>();

  /**
   * A step that a side is taking.
   *
   * @param told whether it was told that it takes long
   */
  private record Begun(long step, long since, boolean told) {}

  /**
   * @param first step that was counted: a run that was resumed takes no time for earlier ones
   * @param since when it ended
   */
  private record Standing(long step, long steps, long first, long since, String latest) {}

  /**
   * @param detailed whether every evaluation is told where there is no terminal: not of one of
   *     several runs, which are told as they end
   */
  public Progress(String title, boolean detailed, boolean quiet) {
    this(title, detailed, quiet, LiveLines.STDERR);
  }

  Progress(String title, boolean detailed, boolean quiet, LiveLines lines) {
    this.title = title;
    this.detailed = detailed;
    this.quiet = quiet;
    this.lines = lines;
    if (!quiet) {
      lines.add(line);
    }
  }

  /** Says what comes before the first step. */
  public static Progress starting(String title, boolean quiet) {
    Progress progress = new Progress(title, true, quiet);
    if (!quiet && !LiveLines.STDERR.isTerminal()) {
      progress.lines.print(title + ": starting");
    }
    return progress;
  }

  @Override
  public void stepBegins(long step, String side) {
    begun.put(side, new Begun(step, System.nanoTime(), false));
  }

  @Override
  public void stepEnds(long step, String side) {
    begun.remove(side);
  }

  private void tellOfALongStep() {
    begun.forEach(
        (side, now) -> {
          long taken = System.nanoTime() - now.since();
          if (!now.told() && taken > TimeUnit.SECONDS.toNanos(LONG_STEP_SECONDS)) {
            begun.replace(side, now, new Begun(now.step(), now.since(), true));
            lines.print(
                "%s: step %d of %s has taken more than %d s and goes on; Ctrl-C ends it"
                    .formatted(title, now.step(), side, LONG_STEP_SECONDS));
          }
        });
  }

  @Override
  public void stepTaken(long step, long steps, double referenceLoss, double candidateLoss) {
    step(step, steps, String.format(Locale.ROOT, "loss %.4f | %.4f", referenceLoss, candidateLoss));
  }

  @Override
  public void steppedAlone(long step, long steps, double loss) {
    step(step, steps, String.format(Locale.ROOT, "loss %.4f, alone", loss));
  }

  private void step(long step, long steps, String latest) {
    begun.clear();
    Standing before = standing;
    boolean begins = before.steps() != steps || step <= before.step();
    standing =
        begins
            ? new Standing(step, steps, step, System.nanoTime(), latest)
            : new Standing(step, steps, before.first(), before.since(), latest);
  }

  @Override
  public void evaluated(Curves.AccuracyPoint point, long steps) {
    accuracy(
        point.step(),
        steps,
        String.format(Locale.ROOT, "%.4f | %.4f", point.referenceTest(), point.candidateTest()));
  }

  @Override
  public void evaluatedAlone(Solo.Point point, long steps) {
    accuracy(point.step(), steps, String.format(Locale.ROOT, "%.4f, alone", point.test()));
  }

  private void accuracy(long step, long steps, String shares) {
    if (detailed && !quiet && !lines.isTerminal()) {
      lines.print(
          String.format(
              Locale.ROOT,
              "%s: step %d of %d, %s, test accuracy %s",
              title,
              step,
              steps,
              standing.latest(),
              shares));
    }
  }

  @Override
  public void explaining() {
    String message = "looking for what explains the difference";
    standing = new Standing(0, 0, 0, System.nanoTime(), message);
    if (detailed && !quiet && !lines.isTerminal()) {
      lines.print(title + ": " + message);
    }
  }

  /** Tells what a user must know even if asked to be quiet. */
  public void say(String message) {
    lines.print("lockstep: " + title + ": " + message);
  }

  /** Leaves the terminal as it was. */
  @Override
  public void close() {
    lines.remove(line);
  }

  /** What matters most comes first and is never cut off: how far, and how long yet. */
  private String line(int columns) {
    Standing now = standing;
    long elapsed = System.nanoTime() - start;
    if (now.steps() == 0) {
      return fitted(columns, now.latest(), clock(elapsed) + " elapsed");
    }
    String percent = 100 * now.step() / now.steps() + " %";
    long counted = now.step() - now.first();
    String left =
        counted == 0
            ? "time left not known yet"
            : clock((System.nanoTime() - now.since()) / counted * (now.steps() - now.step()))
                + " left";
    String steps = "step %d of %d".formatted(now.step(), now.steps());
    return fitted(columns, percent + ", " + left, steps, now.latest(), clock(elapsed) + " elapsed");
  }

  /**
   * Returns the title, and as many parts as fit, the first in any case; a bar where there is room.
   */
  private String fitted(int columns, String first, String... parts) {
    String text = first;
    for (String part : parts) {
      String longer = text + ", " + part;
      if (Math.min(title.length(), SHORTEST_TITLE) + 2 + longer.length() > columns) {
        break;
      }
      text = longer;
    }
    int room = columns - text.length() - 2;
    String name = title;
    if (name.length() > room) {
      name = room < 3 ? "" : name.substring(0, room - 2) + "..";
    }
    String line = name.isEmpty() ? text : name + ": " + text;
    return line + bar(columns - line.length() - 3);
  }

  private String bar(int room) {
    Standing now = standing;
    int width = Math.min(room, LONGEST_BAR);
    if (width < SHORTEST_BAR || now.steps() == 0) {
      return "";
    }
    int done = (int) (width * now.step() / now.steps());
    return " [" + "=".repeat(done) + " ".repeat(width - done) + "]";
  }

  static String clock(long nanos) {
    Duration time = Duration.of(nanos, TimeUnit.NANOSECONDS.toChronoUnit());
    return time.toHours() > 0
        ? "%d:%02d:%02d".formatted(time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : "%d:%02d".formatted(time.toMinutes(), time.toSecondsPart());
  }
}
