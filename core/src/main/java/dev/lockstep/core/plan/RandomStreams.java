package dev.lockstep.core.plan;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Independent random streams by name and position.
 *
 * <p>A stream's state is the SHA-256 of seed, name and position, so a new consumer never shifts
 * another's numbers and any position can be drawn again without drawing what came before it.
 *
 * @param seed of the whole run
 */
public record RandomStreams(long seed) {

  /**
   * @param name of the consumer, such as {@code initial/affine1/W}
   * @param position of the draw within the stream: a step, an epoch, 0 where there is but one
   * @return a generator that always starts at the same number
   */
  public UniformRandomProvider stream(String name, long position) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(ByteBuffer.allocate(16).putLong(seed).putLong(position).flip());
      ByteBuffer state = ByteBuffer.wrap(digest.digest(name.getBytes(StandardCharsets.UTF_8)));
      long[] words = {state.getLong(), state.getLong(), state.getLong(), state.getLong()};
      return RandomSource.XO_SHI_RO_256_PP.create(words);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Returns a uniformly random order of {@code 0 … size − 1} (Fisher and Yates). */
  public int[] permutation(String name, long position, int size) {
    UniformRandomProvider random = stream(name, position);
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }
}
