package dev.lockstep.core.compare;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** The thread on which the reference works while the candidate is at work on the calling one. */
final class ReferenceThread {

  private final ExecutorService executor =
      Executors.newSingleThreadExecutor(
          task -> {
            Thread thread = new Thread(task, "reference");
            thread.setDaemon(true);
            return thread;
          });

  /** Work under way. */
  @FunctionalInterface
  interface Work<T> {

    /** Waits for the result; what was thrown is thrown here. */
    T result();
  }

  Work<?> run(Runnable task) {
    return call(
        () -> {
          task.run();
          return true;
        });
  }

  <T> Work<T> call(Callable<T> task) {
    Future<T> future = executor.submit(task);
    return () -> await(future);
  }

  /** Waits for what is still under way: the models it works on are about to be closed. */
  void end() {
    executor.shutdown();
    try {
      while (!executor.awaitTermination(1, TimeUnit.MINUTES)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the reference was at work", e);
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
