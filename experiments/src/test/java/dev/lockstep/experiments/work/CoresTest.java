package dev.lockstep.experiments.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CoresTest {

  private static final long AMPLE = Long.MAX_VALUE;

  private static List<Integer> numbers(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  @Test
  void resultsStandInTheOrderOfTheUnitsWhicheverEndsFirst() {
    CountDownLatch secondHasEnded = new CountDownLatch(1);
    List<String> results =
        new Cores(2, AMPLE)
            .each(
                numbers(2),
                unit -> {
                  if (unit == 1) {
                    secondHasEnded.countDown();
                  } else {
                    await(secondHasEnded);
                  }
                  return "unit " + unit;
                });
    assertThat(results).containsExactly("unit 0", "unit 1");
  }

  @Test
  void aUnitThatFailsEndsNoOtherAndTheFirstIsTold() {
    Set<Integer> begun = ConcurrentHashMap.newKeySet();
    assertThatThrownBy(
            () ->
                new Cores(2, AMPLE)
                    .each(
                        numbers(9),
                        unit -> {
                          begun.add(unit);
                          if (unit == 2 || unit == 5) {
                            throw new IllegalArgumentException("unit " + unit);
                          }
                          return unit;
                        }))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unit 2");
    assertThat(begun).containsExactlyInAnyOrderElementsOf(numbers(9));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void noMoreRunThanAreAskedFor(int jobs) {
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    new Cores(jobs, AMPLE)
        .each(
            numbers(40),
            unit -> {
              most.accumulateAndGet(running.incrementAndGet(), Math::max);
              pause();
              return running.decrementAndGet();
            });
    assertThat(most.get()).isBetween(1, jobs);
  }

  /** The needs are such that a bound on their number alone would take 12 together. */
  @Test
  void noMoreRunThanFitIntoMemoryAndOneThatNeedsMoreRunsAlone() {
    long memory = 10;
    long[] needs = {4, 4, 4, 9, 2, 25, 1, 10, 3, 3, 3};
    AtomicLong taken = new AtomicLong();
    AtomicLong most = new AtomicLong();
    AtomicLong besidesTheLargest = new AtomicLong();
    new Cores(3, memory)
        .each(
            needs.length,
            unit -> needs[unit],
            unit -> {
              long now = taken.addAndGet(needs[unit]);
              if (needs[unit] > memory) {
                besidesTheLargest.set(now - needs[unit]);
              } else {
                most.accumulateAndGet(now, Math::max);
              }
              pause();
              return taken.addAndGet(-needs[unit]);
            });
    assertThat(most.get()).isLessThanOrEqualTo(memory);
    assertThat(besidesTheLargest.get()).isZero();
  }

  /** Lets others begin. */
  private static void pause() {
    try {
      Thread.sleep(2);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
