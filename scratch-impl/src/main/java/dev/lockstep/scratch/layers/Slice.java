package dev.lockstep.scratch.layers;

/**
 * Some samples of a batch.
 *
 * <p>Where samples can be worked on by themselves, a batch is cut into {@value #COUNT} slices,
 * whatever the number of threads: what is summed within a slice and then over the slices does not
 * depend on who computes it.
 *
 * @param index of the slice, which has its own room for sums
 * @param from the first sample
 * @param to the sample after the last
 */
record Slice(int index, int from, int to) {

  static final int COUNT = 4;

  /** Returns one slice of a batch. */
  static Slice of(int index, int samples) {
    return new Slice(index, index * samples / COUNT, (index + 1) * samples / COUNT);
  }

  int samples() {
    return to - from;
  }

  /** Returns the samples from … to − 1 of this slice. */
  Slice part(int from, int to) {
    return new Slice(index, from, to);
  }
}
