package dev.lockstep.experiments.resume;

import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.Snapshot;
import dev.lockstep.core.compare.SoloTraining;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Solo;
import dev.lockstep.core.wording.Reasons;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Shows the progress of a run and keeps, from time to time, what it would need to go on. */
public final class Checkpoints implements LockstepListener {

  /** What a power cut may cost: set shorter by tests. */
  private static final long INTERVAL_MILLIS = Long.getLong("lockstep.checkpoint.millis", 20_000);

  /** A checkpoint may take one part in so many of the time, however large the network is. */
  private static final int SHARE = 20;

  private final LockstepListener progress;
  private final Consumer<String> complaints;
  private final BooleanSupplier asked;
  private final CheckpointFile file;
  private long next = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(INTERVAL_MILLIS);
  private boolean complains = true;
  private volatile boolean interrupted;

  /**
   * @param complaints is told what a user must know
   * @param asked whether the run is to end
   */
  public Checkpoints(
      LockstepListener progress,
      Consumer<String> complaints,
      BooleanSupplier asked,
      CheckpointFile file) {
    this.progress = progress;
    this.complaints = complaints;
    this.asked = asked;
    this.file = file;
  }

  @Override
  public void stepTaken(long step, long steps, double referenceLoss, double candidateLoss) {
    progress.stepTaken(step, steps, referenceLoss, candidateLoss);
    keepLocale();
  }

  @Override
  public void stepBegins(long step, String side) {
    progress.stepBegins(step, side);
  }

  @Override
  public void stepEnds(long step, String side) {
    progress.stepEnds(step, side);
  }

  /** A side has the process to itself while it computes, and may leave it changed. */
  private void keepLocale() {
    if (!Locale.getDefault().equals(Locale.ROOT)) {
      complaints.accept(
          "a side set the locale of the process to %s, in which every number would be written: set back"
              .formatted(Locale.getDefault().toLanguageTag()));
      Locale.setDefault(Locale.ROOT);
    }
  }

  @Override
  public void evaluated(Curves.AccuracyPoint point, long steps) {
    progress.evaluated(point, steps);
  }

  @Override
  public boolean stops() {
    interrupted |= asked.getAsBoolean();
    return interrupted;
  }

  @Override
  public void steppedAlone(long step, long steps, double loss) {
    progress.steppedAlone(step, steps, loss);
  }

  @Override
  public void evaluatedAlone(Solo.Point point, long steps) {
    progress.evaluatedAlone(point, steps);
  }

  @Override
  public void explaining() {
    progress.explaining();
  }

  @Override
  public void betweenSteps(Supplier<Snapshot> snapshot, boolean stops) {
    keep(stops, () -> file.write(snapshot.get()));
  }

  @Override
  public void compared(Supplier<Snapshot> snapshot) {
    keep(true, () -> file.write(snapshot.get()));
  }

  @Override
  public void betweenStepsAlone(Supplier<SoloTraining.Snapshot> snapshot, boolean stops) {
    keep(stops, () -> file.write(snapshot.get()));
  }

  /** Writes a checkpoint. */
  private interface Writing {
    void write() throws IOException;
  }

  private void keep(boolean now, Writing checkpoint) {
    long start = System.nanoTime();
    if (!now && start - next < 0) {
      return;
    }
    try {
      checkpoint.write();
    } catch (IOException e) {
      complain(e);
    }
    long end = System.nanoTime();
    long pause = TimeUnit.MILLISECONDS.toNanos(INTERVAL_MILLIS);
    next = end + (pause == 0 ? 0 : Math.max(pause, SHARE * (end - start)));
  }

  /** A full disk may be empty again when the next checkpoint is due; the run itself needs none. */
  private void complain(IOException e) {
    if (complains) {
      complaints.accept(
          "no checkpoint could be written (%s): the run goes on, but could not be resumed from here"
              .formatted(Reasons.of(e)));
    }
    complains = false;
  }

  /** Returns whether the run ended before its time because the process was asked to end. */
  public boolean interrupted() {
    return interrupted;
  }
}
