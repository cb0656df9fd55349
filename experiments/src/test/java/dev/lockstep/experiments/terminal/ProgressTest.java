package dev.lockstep.experiments.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.compare.Cadence;
import dev.lockstep.experiments.terminal.Progress.Standing;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The time left is told once it can be, and is then right. */
class ProgressTest {

  private static final long STEPS = 5000;
  private static final long MILLISECOND = TimeUnit.MILLISECONDS.toNanos(1);

  /** Steps whose cost is known: the estimate is the sum of what is to come. */
  private static Standing after(long step, Cadence cadence, long observed, long others) {
    Standing standing = Standing.before("starting");
    long now = 1;
    for (long i = 1; i <= step; i++) {
      now += cadence.observes(i, STEPS) ? observed : others;
      standing = Progress.stepped(standing, i, STEPS, now, cadence, "");
    }
    return standing;
  }

  @Test
  void observedStepsDoNotSpeakForTheOthers() {
    Cadence cadence = new Cadence(Cadence.SPARSER);
    long observed = 300 * MILLISECOND;
    for (long step : new long[] {12, 13, 100, 4000, STEPS}) {
      long left =
          LongStream.rangeClosed(step + 1, STEPS)
              .map(i -> cadence.observes(i, STEPS) ? observed : MILLISECOND)
              .sum();
      assertThat(after(step, cadence, observed, MILLISECOND).left()).isEqualTo(left);
    }
    assertThat(after(10, cadence, observed, MILLISECOND).left()).isNegative();
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, 7})
  void nothingIsToldInTheFirstMoments(long every) {
    Cadence cadence = new Cadence(every);
    long second = TimeUnit.SECONDS.toNanos(1);
    assertThat(after(2, cadence, second, second).left()).isNegative();
    long step = 20;
    assertThat(after(step, cadence, second, second).left()).isEqualTo((STEPS - step) * second);
  }

  /** A run that goes on from a saved state knows nothing of the steps before. */
  @Test
  void aResumedRunCountsItsOwnSteps() {
    Cadence cadence = new Cadence(0);
    Standing standing = Standing.before("starting");
    for (long step = 4000; step <= 4005; step++) {
      long now = TimeUnit.SECONDS.toNanos(step);
      standing = Progress.stepped(standing, step, STEPS, now, cadence, "");
    }
    assertThat(standing.left()).isEqualTo(TimeUnit.SECONDS.toNanos(STEPS - 4005));
  }
}
