package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Slice;

/**
 * Some samples of a batch, often all of them: a view of a tensor whose first axis counts samples.
 * Elements are numbered from 0, through the first of these samples to the last.
 */
public final class Samples {

  private final Tensor tensor;
  private final double[] data;
  private final Slice slice;
  private final int sampleSize;
  private final int start;
  private final int size;

  /**
   * @param position where the first of the samples stands in the tensor
   */
  public Samples(Tensor tensor, int position, Slice slice) {
    this.tensor = tensor;
    this.data = tensor.data();
    this.slice = slice;
    this.sampleSize = tensor.size() / tensor.shape().length(0);
    this.start = position * sampleSize;
    this.size = (slice.to() - slice.from()) * sampleSize;
  }

  /** Returns some samples of a whole batch. */
  public static Samples of(Tensor batch, Slice slice) {
    return new Samples(batch, slice.from(), slice);
  }

  /** Returns the same samples of another tensor, which holds the whole batch. */
  public Samples in(Tensor batch) {
    return of(batch, slice);
  }

  /** Returns the number of samples. */
  public int count() {
    return slice.to() - slice.from();
  }

  /** Returns the number of elements, of all these samples together. */
  public int size() {
    return size;
  }

  /** Returns an element. */
  public double get(int i) {
    return data[start + i];
  }

  /** Sets an element. */
  public void set(int i, double value) {
    data[start + i] = value;
  }

  /** Returns the array that the samples are in. */
  public double[] data() {
    return data;
  }

  /** Returns where one of the samples, counted from 0, starts in {@link #data}. */
  public int start(int sample) {
    return start + sample * sampleSize;
  }

  /** Returns which samples of the batch these are. */
  public Slice slice() {
    return slice;
  }

  /** Returns the tensor that the samples are in. */
  public Tensor tensor() {
    return tensor;
  }
}
