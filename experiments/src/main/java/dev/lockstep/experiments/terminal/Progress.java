package dev.lockstep.experiments.terminal;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Solo;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

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

  /** In the first moments of a run the virtual machine is still compiling it. */
  private static final long SETTLING_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final String title;
  private final Cadence cadence;
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
  private volatile Standing standing = Standing.before("starting");

  /** The steps under way, by side: the two compute at the same time. */
  private final Map<String, Begun> begun = new ConcurrentHashMap<>();

  /**
   * A step that a side is taking.
   *
   * @param told whether it was told that it takes long
   */
  private record Begun(long step, long since, boolean told) {}

  /**
   * @param at when the step had ended
   * @param observed steps, of which each takes many times as long as one of the others
   */
  record Standing(long step, long steps, long at, Share observed, Share others, String latest) {

    static Standing before(String latest) {
      return new Standing(0, 0, 0, Share.of(0), Share.of(0), latest);
    }

    /** Returns how long it goes on; negative: that cannot be told yet. */
    long left() {
      return !observed.isKnown()
              || !others.isKnown()
              || observed.nanos() + others.nanos() < SETTLING_NANOS
          ? -1
          : observed.toGo() + others.toGo();
    }
  }

  /**
   * Steps of one kind. A run that was resumed takes no time for earlier ones.
   *
   * @param left not taken yet
   * @param taken since the first that was seen to end
   * @param nanos that these took
   */
  record Share(long left, long taken, long nanos) {

    static Share of(long left) {
      return new Share(left, 0, 0);
    }

    Share after(long took) {
      return new Share(left - 1, taken + 1, nanos + took);
    }

    boolean isKnown() {
      return left == 0 || taken > 0;
    }

    long toGo() {
      return left == 0 ? 0 : nanos / taken * left;
    }
  }

  /**
   * @param cadence which steps are observed
   * @param detailed whether every evaluation is told where there is no terminal: not of one of
   *     several runs, which are told as they end
   */
  public Progress(String title, Cadence cadence, boolean detailed, boolean quiet) {
    this(title, cadence, detailed, quiet, LiveLines.STDERR);
  }

  Progress(String title, Cadence cadence, boolean detailed, boolean quiet, LiveLines lines) {
    this.title = title;
    this.cadence = cadence;
    this.detailed = detailed;
    this.quiet = quiet;
    this.lines = lines;
    if (!quiet) {
      lines.add(line);
    }
  }

  /** Says what comes before the first step. */
  public static Progress starting(String title, boolean quiet) {
    Progress progress = new Progress(title, new Cadence(0), true, quiet);
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
    String losses = String.format(Locale.ROOT, "loss %.4f | %.4f", referenceLoss, candidateLoss);
    step(step, steps, cadence, losses);
  }

  @Override
  public void steppedAlone(long step, long steps, double loss) {
    step(step, steps, new Cadence(0), String.format(Locale.ROOT, "loss %.4f, alone", loss));
  }

  private void step(long step, long steps, Cadence observing, String latest) {
    begun.clear();
    standing = stepped(standing, step, steps, System.nanoTime(), observing, latest);
  }

  static Standing stepped(
      Standing before, long step, long steps, long now, Cadence observing, String latest) {
    if (before.steps() != steps || step <= before.step()) {
      long observed =
          LongStream.rangeClosed(step + 1, steps).filter(i -> observing.observes(i, steps)).count();
      long others = Math.max(0, steps - step - observed);
      return new Standing(step, steps, now, Share.of(observed), Share.of(others), latest);
    }
    long took = now - before.at();
    return observing.observes(step, steps)
        ? new Standing(step, steps, now, before.observed().after(took), before.others(), latest)
        : new Standing(step, steps, now, before.observed(), before.others().after(took), latest);
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
    standing = Standing.before(message);
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
    String left = left(now.left());
    String steps = "step %d of %d".formatted(now.step(), now.steps());
    return fitted(columns, percent + ", " + left, steps, now.latest(), clock(elapsed) + " elapsed");
  }

  /** Returns how long it will take yet, in nanoseconds; below 0 where that is not known. */
  static String left(long nanos) {
    return nanos < 0 ? "time left unknown" : clock(nanos) + " left";
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
