package dev.lockstep.scratch.book.learning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.lockstep.core.data.Split;
import java.util.Arrays;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class MiniBatchTest {

  private final RandomGenerator random = new Random(1);

  @Test
  void withReplacementASampleMayComeTwice() {
    int[] batch = MiniBatch.withReplacement(random, 3, 100);

    assertThat(batch).hasSize(100).containsOnly(0, 1, 2);
  }

  @Test
  void withoutReplacementEachComesAtMostOnce() {
    int[] batch = MiniBatch.withoutReplacement(random, 1000, 400);

    assertThat(batch).hasSize(400).doesNotHaveDuplicates();
    assertThat(Split.range(0, 1000)).contains(batch);
    assertThat(MiniBatch.withoutReplacement(random, 5, 5)).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
  }

  /**
   * Every ordered pair of different samples of four is one of 12: 12,000 draws give each about
   * 1,000 times, with a standard deviation of √(12,000 · 1/12 · 11/12) ≈ 30.3.
   */
  @Test
  void withoutReplacementIsUniform() {
    int[] counts = new int[16];
    for (int draw = 0; draw < 12_000; draw++) {
      int[] pair = MiniBatch.withoutReplacement(random, 4, 2);
      counts[4 * pair[0] + pair[1]]++;
    }

    int fiveDeviations = 152;
    for (int i = 0; i < 16; i++) {
      int expected = i / 4 == i % 4 ? 0 : 1000;
      assertThat(Math.abs(counts[i] - expected))
          .as("pair %d, counts %s", i, Arrays.toString(counts))
          .isLessThan(expected == 0 ? 1 : fiveDeviations);
    }
  }

  @Test
  void theSameGeneratorGivesTheSameBatch() {
    assertThat(MiniBatch.withReplacement(new Random(7), 60_000, 100))
        .isEqualTo(MiniBatch.withReplacement(new Random(7), 60_000, 100));
  }

  @Test
  void refusesBatchesThatCannotBe() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MiniBatch.withoutReplacement(random, 10, 11))
        .withMessage("batchSize: expected at most 10, the number of samples, found 11");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MiniBatch.withReplacement(random, 10, 0))
        .withMessage("batchSize: expected at least 1, found 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> MiniBatch.withReplacement(random, 0, 1))
        .withMessage("samples: expected at least 1, found 0");
  }
}
