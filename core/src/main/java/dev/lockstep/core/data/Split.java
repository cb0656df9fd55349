package dev.lockstep.core.data;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Labelled images, kept as bytes and converted a batch at a time: MNIST in double would be 376 MB.
 */
public final class Split {

  /** Of every value of a byte: from 0, black, to 1, white. */
  private static final double[] BRIGHTNESS =
      IntStream.rangeClosed(0, 255).mapToDouble(value -> value / 255.0).toArray();

  private final Shape image;
  private final int classes;
  private final byte[] pixels;
  private final byte[] labels;
  private final int size;

  /**
   * @param image the shape of one image, channels × height × width
   * @param classes the number of labels, which count from 0
   * @param pixels of all images one after another, 0 to 255; not copied
   * @param labels one per image; not copied
   */
  public Split(Shape image, int classes, byte[] pixels, byte[] labels) {
    this(image, classes, pixels, labels, labels.length);
    if ((long) image.size() * labels.length != pixels.length) {
      throw new IllegalArgumentException(
          "%d labels of images of %s need %d pixels, found %d"
              .formatted(labels.length, image, (long) image.size() * labels.length, pixels.length));
    }
    for (byte label : labels) {
      if (Byte.toUnsignedInt(label) >= classes) {
        throw new IllegalArgumentException(
            "labels: expected 0 to %d, found %d".formatted(classes - 1, Byte.toUnsignedInt(label)));
      }
    }
  }

  private Split(Shape image, int classes, byte[] pixels, byte[] labels, int size) {
    this.image = image;
    this.classes = classes;
    this.pixels = pixels;
    this.labels = labels;
    this.size = size;
  }

  /** Returns the number of images. */
  public int size() {
    return size;
  }

  /** Returns the shape of one image, channels × height × width. */
  public Shape image() {
    return image;
  }

  public int classes() {
    return classes;
  }

  public int label(int sample) {
    return Byte.toUnsignedInt(labels[sample]);
  }

  /** Returns one pixel as it is stored, 0 to 255. */
  public int pixel(int sample, int position) {
    return Byte.toUnsignedInt(pixels[sample * image.size() + position]);
  }

  /** Adds the pixels of all images, then their labels, to a hash. */
  void addTo(MessageDigest digest) {
    digest.update(pixels, 0, size * image.size());
    digest.update(labels, 0, size);
  }

  /** Returns the first images of this split, sharing their bytes. */
  public Split first(int count) {
    return count >= size ? this : new Split(image, classes, pixels, labels, count);
  }

  /** Returns a split of its own of the given images, in their order. */
  public Split select(int[] samples) {
    int length = image.size();
    byte[] chosenPixels = new byte[Math.multiplyExact(samples.length, length)];
    byte[] chosenLabels = new byte[samples.length];
    for (int i = 0; i < samples.length; i++) {
      System.arraycopy(pixels, samples[i] * length, chosenPixels, i * length, length);
      chosenLabels[i] = labels[samples[i]];
    }
    return new Split(image, classes, chosenPixels, chosenLabels, samples.length);
  }

  /**
   * Returns images as a network reads them, pixels divided by 255.
   *
   * @param input the shape of one sample; of as many elements as an image
   * @return samples × input
   */
  public Tensor inputs(int[] samples, Shape input) {
    int length = image.size();
    Tensor inputs = Tensor.zeros(input.batchOf(samples.length));
    double[] values = inputs.data();
    for (int row = 0; row < samples.length; row++) {
      int from = samples[row] * length;
      for (int i = 0; i < length; i++) {
        values[row * length + i] = BRIGHTNESS[Byte.toUnsignedInt(pixels[from + i])];
      }
    }
    return inputs;
  }

  /** Returns one-hot labels, samples × classes. */
  public Tensor targets(int[] samples) {
    Tensor targets = Tensor.zeros(Shape.of(samples.length, classes));
    for (int row = 0; row < samples.length; row++) {
      targets.data()[row * classes + label(samples[row])] = 1;
    }
    return targets;
  }

  /** Returns what a step trains on. */
  public Batch batch(long step, int[] samples, Shape input) {
    return new Batch(step, inputs(samples, input), targets(samples));
  }

  /** Returns the positions {@code from … to − 1}. */
  public static int[] range(int from, int to) {
    return IntStream.range(from, to).toArray();
  }

  @Override
  public String toString() {
    return size + " images of " + image + ", labels " + Arrays.toString(new int[] {0, classes - 1});
  }
}
