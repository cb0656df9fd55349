package dev.lockstep.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.statistics.inference.ChiSquareTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RandomStreamsTest {

  /** All draws are seeded: a p-value below this is a fault, not bad luck, and stays one. */
  private static final double IMPROBABLE = 1e-3;

  private static final RandomStreams STREAMS = new RandomStreams(1);

  /**
   * The numbers were computed by another program (Python's hashlib, and xoshiro256++ written after
   * Blackman and Vigna's description), so they are the same on every machine.
   */
  @ParameterizedTest
  @CsvSource({
    "1, order, 0, 1335350771405085074, 4158902126691626682",
    "1, order, 1, -1745136060499150696, 86300202705444945",
    "-5, dropout/dropout1, 1800, -5043900693049868619, -4999702873171920124",
    "1, initial/affine1/W, 0, 5233847470619964822, -6331890557816459242",
  })
  void areXoshiro256PlusPlusSeededByTheHashOfSeedPositionAndName(
      long seed, String name, long position, long first, long second) {
    UniformRandomProvider stream = new RandomStreams(seed).stream(name, position);
    assertThat(stream.nextLong()).isEqualTo(first);
    assertThat(stream.nextLong()).isEqualTo(second);
  }

  @Test
  void areNotShiftedByOtherConsumers() {
    UniformRandomProvider alone = STREAMS.stream("order", 3);
    UniformRandomProvider accompanied = STREAMS.stream("order", 3);
    for (int i = 0; i < 10; i++) {
      STREAMS.stream("dropout/dropout1", 3).nextLong();
      STREAMS.stream("order", 4).nextLong();
      assertThat(accompanied.nextLong()).isEqualTo(alone.nextLong());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 7, 1000})
  void permuteEveryNumberOnce(int size) {
    int[] order = STREAMS.permutation("order", 5, size);
    Arrays.sort(order);
    assertThat(order).isEqualTo(IntStream.range(0, size).toArray());
  }

  @Test
  void permuteUniformly() {
    int size = 4;
    int perPermutation = 500;
    long[] counts = new long[256];
    for (int position = 0; position < 24 * perPermutation; position++) {
      counts[code(STREAMS.permutation("order", position, size))]++;
    }
    long[] seen = Arrays.stream(counts).filter(count -> count > 0).toArray();
    assertThat(seen).as("all 4! permutations").hasSize(24);
    assertUniform(seen);
  }

  private static int code(int[] order) {
    return Arrays.stream(order).reduce(0, (code, element) -> 4 * code + element);
  }

  /** Where an element lands in one epoch says nothing of where it lands in the next. */
  @Test
  void permuteEachPositionIndependently() {
    int size = 5;
    long[] pairs = new long[size * size];
    for (int position = 0; position < 25 * 500; position++) {
      int here = STREAMS.permutation("order", position, size)[0];
      int next = STREAMS.permutation("order", position + 1, size)[0];
      pairs[here * size + next]++;
    }
    assertUniform(pairs);
  }

  @Test
  void permuteEachSeedIndependently() {
    int size = 5;
    long[] pairs = new long[size * size];
    for (int seed = 0; seed < 25 * 500; seed++) {
      int here = new RandomStreams(seed).permutation("order", 0, size)[0];
      int next = new RandomStreams(seed + 1).permutation("order", 0, size)[0];
      pairs[here * size + next]++;
    }
    assertUniform(pairs);
  }

  private static void assertUniform(long[] counts) {
    assertThat(ChiSquareTest.withDefaults().test(counts).getPValue()).isGreaterThan(IMPROBABLE);
  }
}
