package dev.lockstep.core.data;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.stream.IntStream;

/** What samples are described by, one after another: pixels as bytes, or any numbers. */
public abstract sealed class Features {

  /** What {@link #addTo} hashes at a time. */
  private static final int BLOCK = 1 << 10;

  private Features() {}

  /**
   * Keeps pixels as they are and divides them when they are read: MNIST in double would be 376 MB.
   *
   * @param pixels from 0 to 255; not copied
   * @param divisor of every pixel
   */
  public static Features pixels(byte[] pixels, double divisor) {
    return new Pixels(
        pixels, IntStream.rangeClosed(0, 255).mapToDouble(value -> value / divisor).toArray());
  }

  /**
   * @param values not copied
   */
  public static Features numbers(double[] values) {
    return new Numbers(values);
  }

  /** Returns how many values there are of all samples. */
  abstract long size();

  /** Copies {@code length} values as a network reads them. */
  abstract void copy(long from, double[] to, int at, int length);

  /** Copies values into others of the same kind, for a split of its own. */
  abstract Features select(int[] samples, int length);

  /** Adds the first values to a hash. */
  abstract void addTo(MessageDigest digest, int count);

  private static final class Pixels extends Features {
    private final byte[] pixels;
    private final double[] levels;

    Pixels(byte[] pixels, double[] levels) {
      this.pixels = pixels;
      this.levels = levels;
    }

    @Override
    long size() {
      return pixels.length;
    }

    @Override
    void copy(long from, double[] to, int at, int length) {
      int first = (int) from;
      for (int i = 0; i < length; i++) {
        to[at + i] = levels[Byte.toUnsignedInt(pixels[first + i])];
      }
    }

    @Override
    Features select(int[] samples, int length) {
      byte[] chosen = new byte[Math.multiplyExact(samples.length, length)];
      for (int i = 0; i < samples.length; i++) {
        System.arraycopy(pixels, samples[i] * length, chosen, i * length, length);
      }
      return new Pixels(chosen, levels);
    }

    @Override
    void addTo(MessageDigest digest, int count) {
      digest.update(pixels, 0, count);
    }
  }

  private static final class Numbers extends Features {
    private final double[] values;

    Numbers(double[] values) {
      this.values = values;
    }

    @Override
    long size() {
      return values.length;
    }

    @Override
    void copy(long from, double[] to, int at, int length) {
      System.arraycopy(values, (int) from, to, at, length);
    }

    @Override
    Features select(int[] samples, int length) {
      return new Numbers(selected(values, samples, length));
    }

    @Override
    void addTo(MessageDigest digest, int count) {
      hash(digest, values, count);
    }
  }

  static double[] selected(double[] values, int[] samples, int length) {
    double[] chosen = new double[Math.multiplyExact(samples.length, length)];
    for (int i = 0; i < samples.length; i++) {
      System.arraycopy(values, samples[i] * length, chosen, i * length, length);
    }
    return chosen;
  }

  static void hash(MessageDigest digest, double[] values, int count) {
    ByteBuffer block = ByteBuffer.allocate(BLOCK * Double.BYTES);
    for (int from = 0; from < count; from += BLOCK) {
      block.clear();
      block.asDoubleBuffer().put(values, from, Math.min(BLOCK, count - from));
      digest.update(block.array(), 0, Math.min(BLOCK, count - from) * Double.BYTES);
    }
  }
}
