package dev.lockstep.scratch.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {

  /** Far more than a thread needs to wake; only a failing test waits so long. */
  private static final long PATIENCE_SECONDS = 30;

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 5})
  void everyPartRunsOnceHoweverOftenTheyAreCalled(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int call = 0; call < 2000; call++) {
        AtomicIntegerArray runs = new AtomicIntegerArray(4);
        workers.run(4, runs::incrementAndGet);
        for (int part = 0; part < 4; part++) {
          assertThat(runs.get(part)).as("call %d, part %d", call, part).isEqualTo(1);
        }
      }
    }
  }

  @Test
  void partsRunAtOnce() {
    try (Workers workers = new Workers(2)) {
      CountDownLatch both = new CountDownLatch(2);
      Set<Thread> threads = ConcurrentHashMap.newKeySet();
      workers.run(
          2,
          part -> {
            threads.add(Thread.currentThread());
            both.countDown();
            // Each part waits for the other, so neither thread can run both.
            assertThat(awaits(both)).isTrue();
          });
      assertThat(threads).hasSize(2).contains(Thread.currentThread());
    }
  }

  private static boolean awaits(CountDownLatch latch) {
    try {
      return latch.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void aFailureComesOutAndTheNextCallRuns(int threads) {
    try (Workers workers = new Workers(threads)) {
      assertThatThrownBy(
              () ->
                  workers.run(
                      3,
                      part -> {
                        if (part == 1) {
                          throw new IllegalArgumentException("part 1");
                        }
                      }))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("part 1");

      AtomicIntegerArray runs = new AtomicIntegerArray(3);
      workers.run(3, runs::incrementAndGet);
      assertThat(runs.toString()).isEqualTo("[1, 1, 1]");
    }
  }

  @Test
  void thereIsAtLeastOneThread() {
    assertThatThrownBy(() -> new Workers(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("threads: expected at least 1, found 0");
  }
}
