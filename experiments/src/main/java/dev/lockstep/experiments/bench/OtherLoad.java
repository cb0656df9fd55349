package dev.lockstep.experiments.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** What other programs take of the machine while this one rests. */
public final class OtherLoad {

  /** Of all processors; background services of an idle machine take a few percent. */
  static final double ALLOWED = 0.2;

  private static final int SAMPLE_MILLIS = 1000;

  private OtherLoad() {}

  /** Rests for a second and returns what is to be said if the machine did not. */
  public static Optional<String> notice() {
    if (!(ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system)) {
      return Optional.empty();
    }
    system.getCpuLoad(); // each call tells of the time since the one before
    try {
      TimeUnit.MILLISECONDS.sleep(SAMPLE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return notice(system.getCpuLoad());
  }

  /**
   * @param share of all processors that was busy; negative: it cannot be told
   */
  static Optional<String> notice(double share) {
    return share <= ALLOWED
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "a quiet machine: other programs took %.0f %% of it when this began, so every number may be off",
                100 * share));
  }
}
