package dev.lockstep.experiments.work;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/** Carries out units of work on this machine's cores, several at the same time. */
public final class Cores {

  private final int jobs;
  private final long memory;
  private int running;
  private long taken;

  /**
   * @param jobs units at the same time
   * @param memory that all units at work may take together, in bytes; one by itself may take more
   */
  public Cores(int jobs, long memory) {
    this.jobs = jobs;
    this.memory = memory;
  }

  /** Makes something of each element, as {@link #each(int, IntToLongFunction, IntFunction)}. */
  public <S, T extends @Nullable Object> List<T> each(List<S> elements, Function<S, T> work) {
    return each(elements.size(), unit -> 0, unit -> work.apply(elements.get(unit)));
  }

  /**
   * Carries out every unit, begun in order. One that fails ends none of the others.
   *
   * @param need of a unit, in bytes
   * @param work of a unit, on a thread of its own
   * @return what each came to, in order, whichever ended first
   * @throws RuntimeException or an error: that of the first unit that failed, after all have ended
   */
  public <T extends @Nullable Object> List<T> each(
      int units, IntToLongFunction need, IntFunction<T> work) {
    List<Future<T>> begun = new ArrayList<>();
    ExecutorService threads =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "unit of work");
              thread.setDaemon(true);
              return thread;
            });
    try {
      for (int i = 0; i < units; i++) {
        int unit = i;
        long bytes = need.applyAsLong(unit);
        take(bytes);
        begun.add(
            threads.submit(
                () -> {
                  try {
                    return work.apply(unit);
                  } finally {
                    give(bytes);
                  }
                }));
      }
      for (Future<T> each : begun) {
        awaitEnd(each);
      }
      List<T> results = new ArrayList<>();
      for (Future<T> each : begun) {
        results.add(resultOf(each));
      }
      return results;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while units of work were under way", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private synchronized void take(long bytes) throws InterruptedException {
    while (running > 0 && (running >= jobs || taken + bytes > memory)) {
      wait();
    }
    running++;
    taken += bytes;
  }

  private synchronized void give(long bytes) {
    running--;
    taken -= bytes;
    notifyAll();
  }

  private static void awaitEnd(Future<?> unit) throws InterruptedException {
    try {
      unit.get();
    } catch (ExecutionException e) {
      // told once all have ended
    }
  }

  private static <T extends @Nullable Object> T resultOf(Future<T> unit)
      throws InterruptedException {
    try {
      return unit.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
