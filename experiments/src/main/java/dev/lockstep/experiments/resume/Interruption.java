package dev.lockstep.experiments.resume;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Notices that the process was asked to end, by Ctrl-C or otherwise, and holds it back until what
 * is at work has come to an orderly end. The process then exits as the signal wants it: with 130
 * after Ctrl-C.
 */
public final class Interruption implements AutoCloseable {

  /** A step of the largest bundled network takes seconds; a process that hangs must end too. */
  private static final long PATIENCE_MINUTES = 10;

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook = new Thread(this::hold, "interruption");
  private volatile boolean asked;

  public Interruption() {
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private void hold() {
    asked = true;
    try {
      if (!ended.await(PATIENCE_MINUTES, TimeUnit.MINUTES)) {
        System.err.println("lockstep: a step takes too long; ended without a report");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Returns true once the process was asked to end. */
  public boolean asked() {
    return asked;
  }

  /** Lets the process end. */
  @Override
  public void close() {
    ended.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process is ending already.
    }
  }
}
