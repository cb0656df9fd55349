package dev.lockstep.experiments.machine;

/** What is said where the memory of the process does not suffice. */
public final class Memory {

  private static final long MIB = 1 << 20;

  private Memory() {}

  /** Returns what was found and how to give more. */
  public static String exhausted(OutOfMemoryError e) {
    long has = Runtime.getRuntime().maxMemory() / MIB;
    return "out of memory: expected more than the %,d MiB that Java may use here (%s); give it more: LOCKSTEP_JAVA_OPTS=-Xmx%dm lockstep …, or take smaller batches or networks"
        .formatted(has, e.getMessage(), 2 * has);
  }
}
