package dev.lockstep.experiments.terminal;

import java.lang.reflect.Proxy;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.stream.Stream;

/**
 * Notices that the process was asked to end, by Ctrl-C or otherwise. The process then exits as the
 * signal wants it: with 130 after Ctrl-C. Asked a second time, it ends at once.
 */
public final class Interruption implements AutoCloseable {

  /** What the process exits with after Ctrl-C: 128 and the number of the signal. */
  public static final int EXIT_CODE = 130;

  /** The slowest step, or evaluation, of a bundled network takes seconds. */
  private static final long PATIENCE_SECONDS = 60;

  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread hook;
  private volatile boolean asked;

  private Interruption(boolean heldBack, Runnable whenAsked) {
    hook =
        new Thread(
            () -> {
              asked = true;
              endAtOnceWhenAskedAgain();
              whenAsked.run();
              if (heldBack) {
                hold();
              }
            },
            "interruption");
    Runtime.getRuntime().addShutdownHook(hook);
  }

  /** Holds the end back until what looks at {@link #asked()} has come to an orderly end. */
  public static Interruption heldBack() {
    return new Interruption(
        true,
        () ->
            LiveLines.STDERR.print(
                "lockstep: interrupted: ends after the step at work; again to end at once"));
  }

  /**
   * Lets the process end at once while something is done, and with it those that it has started.
   *
   * @param said last of all
   * @param tidy takes away what would be left half done
   * @return what the command exits with
   */
  public static int endsAtOnce(String said, Runnable tidy, IntSupplier command) {
    Interruption interruption =
        new Interruption(
            false,
            () -> {
              ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
              tidy.run();
              LiveLines.STDERR.print("lockstep: interrupted; " + said);
            });
    try {
      return command.getAsInt();
    } catch (RuntimeException e) {
      interruption.letASignalArrive();
      throw e;
    } finally {
      interruption.close();
    }
  }

  /**
   * Returns whether the process was asked to end, and waits a moment before it says no: Ctrl-C ends
   * a process that was started as well, and its end may be noticed first.
   */
  public boolean arrives() {
    try {
      TimeUnit.SECONDS.sleep(1);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return asked;
  }

  private void letASignalArrive() {
    try {
      if (arrives()) {
        hook.join();
        TimeUnit.DAYS.sleep(1); // until the process is gone
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void hold() {
    try {
      if (!ended.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        LiveLines.STDERR.print("lockstep: the step at work does not end; ended without a report");
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

  /** The virtual machine itself would wait for the end that was held back. */
  private static void endAtOnceWhenAskedAgain() {
    try {
      // compilers warn of these classes, and no option of theirs says that it is meant
      Class<?> signal = Class.forName("sun.misc.Signal");
      Class<?> handler = Class.forName("sun.misc.SignalHandler");
      Object halts =
          Proxy.newProxyInstance(
              handler.getClassLoader(),
              new Class<?>[] {handler},
              (proxy, method, arguments) -> {
                Runtime.getRuntime().halt(EXIT_CODE);
                return null;
              });
      for (String name : new String[] {"INT", "TERM"}) {
        signal
            .getMethod("handle", signal, handler)
            .invoke(null, signal.getConstructor(String.class).newInstance(name), halts);
      }
    } catch (ReflectiveOperationException e) {
      // Then it ends when it can.
    }
  }

  /**
   * Returns where the end of the process was asked for by a call and not by a signal: the class and
   * method that called {@link System#exit}.
   */
  public static Optional<String> exitedBy() {
    return Thread.getAllStackTraces().values().stream()
        .flatMap(
            trace ->
                Stream.of(trace)
                    .dropWhile(frame -> !isExit(frame))
                    .dropWhile(Interruption::isExit)
                    .limit(1))
        .map(frame -> frame.getClassName() + "." + frame.getMethodName())
        .findFirst();
  }

  private static boolean isExit(StackTraceElement frame) {
    return frame.getMethodName().equals("exit")
        && (frame.getClassName().equals(System.class.getName())
            || frame.getClassName().equals(Runtime.class.getName()));
  }
}
