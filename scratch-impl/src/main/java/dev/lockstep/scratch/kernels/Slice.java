package dev.lockstep.scratch.kernels;

/**
 * Some samples of a batch.
 *
 * <p>Where each sample is computed by itself, a batch is cut into {@value #COUNT} slices, whatever
 * the number of threads: what is summed within a slice and then over the slices does not depend on
 * who computes it.
 *
 * @param index of the slice, which has its own room for sums
 * @param from the first sample
 * @param to the sample after the last
 */
public record Slice(int index, int from, int to) {

  /** The slices of a batch. */
  public static final int COUNT = 4;

  /** Returns one slice of a batch. */
  public static Slice of(int index, int samples) {
    return new Slice(index, index * samples / COUNT, (index + 1) * samples / COUNT);
  }

  /** Returns a whole batch as one slice. */
  public static Slice whole(int samples) {
    return new Slice(0, 0, samples);
  }

  /** Returns at most {@code count} samples of this slice, from one of its samples on. */
  public Slice part(int first, int count) {
    return new Slice(index, first, Math.min(first + count, to));
  }
}
