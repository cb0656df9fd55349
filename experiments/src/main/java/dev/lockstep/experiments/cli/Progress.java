package dev.lockstep.experiments.cli;

import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Solo;
import java.io.PrintStream;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Tells on stderr how far a run is: a bar with the remaining time on a terminal, a line per
 * evaluation elsewhere, nothing if asked to be quiet.
 */
final class Progress implements LockstepListener {

  /** Set by the launcher, which knows whether stderr is a terminal; Java 17 cannot tell. */
  private static final boolean TERMINAL = Boolean.getBoolean("lockstep.terminal.err");

  private static final int REFRESH_MILLIS = 200;

  private final String title;
  private final boolean quiet;
  private final PrintStream err = System.err;
  private @Nullable ProgressBar bar;
  private String losses = "";

  Progress(String title, boolean quiet) {
    this.title = title;
    this.quiet = quiet;
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
    losses = latest;
    if (quiet || !TERMINAL) {
      return;
    }
    if (bar == null) {
      bar =
          new ProgressBarBuilder()
              .setTaskName(title)
              .setInitialMax(steps)
              .setStyle(ProgressBarStyle.ASCII)
              .setUpdateIntervalMillis(REFRESH_MILLIS)
              .setConsumer(new ConsoleProgressBarConsumer(err))
              .build();
    }
    bar.maxHint(steps);
    bar.stepTo(step);
    bar.setExtraMessage(losses);
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
    if (!quiet && !TERMINAL) {
      err.printf(
          Locale.ROOT,
          "%s: step %d of %d, %s, test accuracy %s%n",
          title,
          step,
          steps,
          losses,
          shares);
    }
  }

  @Override
  public void explaining() {
    if (!quiet) {
      String message = "looking for what explains the difference";
      if (bar == null) {
        err.println(title + ": " + message);
      } else {
        bar.setExtraMessage(message);
      }
    }
  }

  /** Tells what a user must know even if asked to be quiet. */
  void say(String message) {
    err.println("lockstep: " + title + ": " + message);
  }

  /** Leaves the terminal as it was. */
  void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
