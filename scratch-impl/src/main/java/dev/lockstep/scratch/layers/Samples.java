package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Tensor;

/**
 * Gradients on their way back through a {@link Chain}: of the whole batch, or of the samples being
 * worked on only, which then stay in the cache.
 */
final class Samples {

  /** Gradients that nobody asks for. */
  static final Samples NONE = new Samples(new double[0], 0, 0);

  private final double[] data;
  private final int size;
  private final int room;

  private Samples(double[] data, int size, int room) {
    this.data = data;
    this.size = size;
    this.room = room;
  }

  /** Wraps the gradients of a whole batch. */
  static Samples whole(Tensor tensor) {
    int samples = tensor.shape().length(0);
    return new Samples(tensor.data(), tensor.size() / samples, 0);
  }

  /**
   * Makes room for a few samples of every slice.
   *
   * @param size the number of elements of a sample
   */
  static Samples few(int samplesAtOnce, int size) {
    return new Samples(new double[Slice.COUNT * samplesAtOnce * size], size, samplesAtOnce);
  }

  double[] data() {
    return data;
  }

  /** Returns the number of elements of a sample. */
  int size() {
    return size;
  }

  /** Returns where a sample of the slice being worked on starts. */
  int start(Slice slice, int sample) {
    int position = room == 0 ? sample : slice.index() * room + sample - slice.from();
    return position * size;
  }

  boolean fits(int samplesAtOnce, int sampleSize) {
    return room == samplesAtOnce && size == sampleSize;
  }
}
