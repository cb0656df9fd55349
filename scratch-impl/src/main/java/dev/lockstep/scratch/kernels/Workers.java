package dev.lockstep.scratch.kernels;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the parts of a computation on a number of threads, the caller's among them.
 *
 * <p>How a computation is cut into parts must not depend on the number of threads; then its result
 * does not either. Used by one thread at a time.
 *
 * <p>Steps of small networks take less time than waking a thread does, so a thread that has nothing
 * to do looks for work for a while before it goes to sleep.
 */
public final class Workers implements AutoCloseable {

  /** Everything on the caller's thread. */
  public static final Workers NONE = new Workers(1);

  /** How often a thread looks for work before it sleeps: a few tenths of a millisecond. */
  private static final int LOOKS = 10_000;

  /** How long a thread whose parts are done sleeps at a time until the others' are, in ns. */
  private static final long NAP = 20_000;

  private final Thread[] threads;
  private volatile Job job = Job.DONE;
  private volatile boolean closed;

  /**
   * @param threads at least 1, the caller's included
   */
  public Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads: expected at least 1, found " + threads);
    }
    this.threads = new Thread[threads - 1];
    for (int i = 0; i < this.threads.length; i++) {
      this.threads[i] = new Thread(this::serve, "scratch-worker-" + (i + 1));
      this.threads[i].setDaemon(true);
      this.threads[i].start();
    }
  }

  /** Runs the parts 0 … parts − 1 and returns when all are done. */
  public void run(int parts, IntConsumer part) {
    if (threads.length == 0) {
      for (int i = 0; i < parts; i++) {
        part.accept(i);
      }
      return;
    }
    Job current = new Job(parts, part);
    job = current;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
    current.work();
    current.await();
    job = Job.DONE;
    current.rethrow();
  }

  private void serve() {
    int looks = 0;
    while (!closed) {
      if (job.work()) {
        looks = 0;
      } else if (looks++ < LOOKS) {
        Thread.onSpinWait();
      } else {
        LockSupport.park(this);
        looks = 0;
      }
    }
  }

  /** Lets the threads end. */
  @Override
  public void close() {
    closed = true;
    for (Thread thread : threads) {
      LockSupport.unpark(thread);
    }
  }

  /** One computation; each thread takes the next part that nobody has taken. */
  private static final class Job {

    private static final Job DONE = new Job(0, part -> {});

    private final int parts;
    private final IntConsumer part;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger left;
    private volatile @Nullable Throwable failure;

    private Job(int parts, IntConsumer part) {
      this.parts = parts;
      this.part = part;
      this.left = new AtomicInteger(parts);
    }

    /** Takes parts while there are any; returns whether there were. */
    private boolean work() {
      boolean worked = false;
      while (next.get() < parts) {
        int taken = next.getAndIncrement();
        if (taken < parts) {
          run(taken);
          worked = true;
        }
      }
      return worked;
    }

    private void run(int taken) {
      try {
        part.accept(taken);
      } catch (RuntimeException | Error e) {
        failure = e;
      } finally {
        left.decrementAndGet();
      }
    }

    private void await() {
      for (int looks = 0; left.get() > 0; looks++) {
        if (looks < LOOKS) {
          Thread.onSpinWait();
        } else {
          LockSupport.parkNanos(this, NAP);
        }
      }
    }

    private void rethrow() {
      if (failure instanceof RuntimeException e) {
        throw e;
      } else if (failure instanceof Error e) {
        throw e;
      }
    }
  }
}
