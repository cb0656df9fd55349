package dev.lockstep.scratch.book.learning;

import java.util.random.RandomGenerator;

/** Which samples a step learns from (section 4.2.3), by their position in the data set. */
public final class MiniBatch {

  private MiniBatch() {}

  /** Draws every sample anew from all of them, as the book does: one may come twice. */
  public static int[] withReplacement(RandomGenerator random, int samples, int batchSize) {
    requirePositive("samples", samples);
    requirePositive("batchSize", batchSize);
    int[] batch = new int[batchSize];
    for (int i = 0; i < batchSize; i++) {
      batch[i] = random.nextInt(samples);
    }
    return batch;
  }

  /**
   * Draws different samples: the first of a random order (Fisher and Yates).
   *
   * @throws IllegalArgumentException if there are fewer than a batch needs
   */
  public static int[] withoutReplacement(RandomGenerator random, int samples, int batchSize) {
    requirePositive("samples", samples);
    requirePositive("batchSize", batchSize);
    if (batchSize > samples) {
      throw new IllegalArgumentException(
          "batchSize: expected at most %d, the number of samples, found %d"
              .formatted(samples, batchSize));
    }
    int[] order = new int[samples];
    for (int i = 0; i < samples; i++) {
      order[i] = i;
    }
    int[] batch = new int[batchSize];
    for (int i = 0; i < batchSize; i++) {
      int j = i + random.nextInt(samples - i);
      batch[i] = order[j];
      order[j] = order[i];
    }
    return batch;
  }

  private static void requirePositive(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(name + ": expected at least 1, found " + value);
    }
  }
}
