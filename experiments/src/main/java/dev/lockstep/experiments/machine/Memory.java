package dev.lockstep.experiments.machine;

import java.util.Locale;
import java.util.Optional;

/** What is said where the memory of the process does not suffice. */
public final class Memory {

  private static final long MIB = 1 << 20;

  private Memory() {}

  /**
   * About how much memory a run needs.
   *
   * @param heap bytes of Java's own
   * @param beside bytes of Deeplearning4j's, outside it
   */
  public record Need(long heap, long beside) {

    /** What needs next to nothing. */
    public static final Need NONE = new Need(0, 0);

    public long total() {
      return heap + beside;
    }

    /**
     * Returns what is to be said before the run starts.
     *
     * @param most bytes that Java may use
     * @return empty if it suffices
     */
    public Optional<String> notice(long most) {
      return heap <= most
          ? Optional.empty()
          : Optional.of(
              String.format(
                  Locale.ROOT,
                  "a run of this size needs about %,d MiB of Java's memory and %,d MiB beside it; Java may use %,d MiB here. If it ends for want of memory: LOCKSTEP_JAVA_OPTS=-Xmx%dm lockstep …, or take smaller batches or networks",
                  heap / MIB,
                  beside / MIB,
                  most / MIB,
                  heap / MIB * 5 / 4));
    }
  }

  /** Returns what was found and how to give more. */
  public static String exhausted(OutOfMemoryError e) {
    long has = Runtime.getRuntime().maxMemory() / MIB;
    return "out of memory: expected more than the %,d MiB that Java may use here (%s); give it more: LOCKSTEP_JAVA_OPTS=-Xmx%dm lockstep …, or take smaller batches or networks"
        .formatted(has, e.getMessage(), 2 * has);
  }
}
