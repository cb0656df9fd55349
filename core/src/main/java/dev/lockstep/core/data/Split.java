package dev.lockstep.core.data;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;

/** Samples and what they should be answered with, converted a batch at a time. */
public final class Split {

  /** White. */
  private static final int LARGEST_PIXEL = 255;

  /** Of the choice that {@link #part} makes: the same in every run. */
  private static final long PART_SEED = 1;

  private final Shape sample;
  private final Features features;
  private final Targets targets;
  private final int size;

  /**
   * Labelled images, whose pixels a network reads divided by 255.
   *
   * @param image the shape of one image, channels × height × width
   * @param classes the number of labels, which count from 0
   * @param pixels of all images one after another, 0 to 255; not copied
   * @param labels one per image
   */
  public Split(Shape image, int classes, byte[] pixels, byte[] labels) {
    this(
        image,
        Features.pixels(pixels, LARGEST_PIXEL),
        Targets.classes(
            Task.classes(classes),
            IntStream.range(0, labels.length).map(i -> Byte.toUnsignedInt(labels[i])).toArray()));
  }

  /**
   * @param sample the shape of one sample
   * @throws IllegalArgumentException if there are not as many of one as of the other
   */
  public Split(Shape sample, Features features, Targets targets) {
    this(sample, features, targets, targets.size());
    if ((long) sample.size() * size != features.size()) {
      throw new IllegalArgumentException(
          "%d labels of images of %s need %d pixels, found %d"
              .formatted(size, sample, (long) sample.size() * size, features.size()));
    }
  }

  private Split(Shape sample, Features features, Targets targets, int size) {
    this.sample = sample;
    this.features = features;
    this.targets = targets;
    this.size = size;
  }

  /** Returns the number of samples. */
  public int size() {
    return size;
  }

  /** Returns the shape of one sample: of an image channels × height × width. */
  public Shape image() {
    return sample;
  }

  public Task task() {
    return targets.task();
  }

  /** Returns the number of classes, or of what else there is an output for. */
  public int classes() {
    return task().outputs();
  }

  /** Returns the shape of what one sample is answered with: outputs, of sequences × steps. */
  public Shape answer() {
    return targets.answer();
  }

  /**
   * Returns the same sequences, each answered in its last step alone.
   *
   * @throws IllegalArgumentException if samples are no sequences, or are answered step by step
   */
  public Split answeredAtTheEnd() {
    if (sample.rank() != 2 || answer().rank() != 1) {
      throw new IllegalArgumentException("samples of " + sample + " with answers " + answer());
    }
    int steps = sample.length(1);
    int outputs = classes();
    double[] values = new double[Math.multiplyExact(size, outputs * steps)];
    Arrays.fill(values, Double.NaN);
    double[] features = new double[sample.size()];
    for (int i = 0; i < size; i++) {
      this.features.copy((long) i * sample.size(), features, 0, features.length);
      int last = steps - 1;
      while (last > 0 && Double.isNaN(features[last])) {
        last--;
      }
      double[] answer = targets.of(new int[] {i}).data();
      for (int output = 0; output < outputs; output++) {
        values[(i * outputs + output) * steps + last] = answer[output];
      }
    }
    return new Split(
        sample, this.features, Targets.sequences(task(), values, units(), steps), size);
  }

  /**
   * Returns outputs as rows, one for every answer that is asked for: for every sample, or for steps
   * of its sequence.
   *
   * @param outputs of all samples of this split, or their targets
   * @return answers × outputs
   */
  public Tensor rows(Tensor outputs) {
    int width = classes();
    if (answer().rank() == 1) {
      return outputs.reshape(Shape.of(size, width));
    }
    int steps = answer().length(1);
    double[] asked = targets(range(0, size)).data();
    double[] rows = new double[asked.length];
    int count = 0;
    for (int i = 0; i < size; i++) {
      for (int step = 0; step < steps; step++) {
        if (!Double.isNaN(asked[i * width * steps + step])) {
          for (int output = 0; output < width; output++) {
            rows[count++] = outputs.data()[(i * width + output) * steps + step];
          }
        }
      }
    }
    return Tensor.of(Shape.of(count / width, width), Arrays.copyOf(rows, count));
  }

  /** Returns the class of a sample, where classes are told apart. */
  public int label(int index) {
    return targets.label(index);
  }

  /** Returns by how much a target's scale was divided, by output; 1 where it was left. */
  public double[] units() {
    return targets.units();
  }

  /** Returns one pixel from 0 to 255, of samples that a network reads from 0 to 1. */
  public int pixel(int index, int position) {
    double[] value = new double[1];
    features.copy((long) index * sample.size() + position, value, 0, 1);
    return (int) Math.round(LARGEST_PIXEL * value[0]);
  }

  /** Adds the features of all samples, then their targets, to a hash. */
  void addTo(MessageDigest digest) {
    features.addTo(digest, size * sample.size());
    targets.addTo(digest, size);
  }

  /** Returns the first samples of this split, sharing what they are kept in. */
  public Split first(int count) {
    return count >= size ? this : new Split(sample, features, targets, count);
  }

  /**
   * Returns samples that stand for all of them, chosen at random and the same in every run: the
   * first ones would not in a file that is sorted by class.
   */
  public Split part(int count) {
    if (count >= size) {
      return this;
    }
    int[] chosen = shuffled(size, PART_SEED);
    int[] part = Arrays.copyOf(chosen, count);
    Arrays.sort(part);
    return select(part);
  }

  /** Returns the positions {@code 0 … size − 1} in an order that a seed decides. */
  public static int[] shuffled(int size, long seed) {
    int[] order = range(0, size);
    Random random = new Random(seed);
    for (int i = size - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
    return order;
  }

  /** Returns a split of its own of the given samples, in their order. */
  public Split select(int[] samples) {
    return new Split(
        sample, features.select(samples, sample.size()), targets.select(samples), samples.length);
  }

  /**
   * Returns samples as a network reads them.
   *
   * @param input the shape of one sample; of as many elements as it has here
   * @return samples × input
   */
  public Tensor inputs(int[] samples, Shape input) {
    int length = sample.size();
    Tensor inputs = Tensor.zeros(input.batchOf(samples.length));
    for (int row = 0; row < samples.length; row++) {
      features.copy((long) samples[row] * length, inputs.data(), row * length, length);
    }
    return inputs;
  }

  /** Returns samples × {@link #answer}: one-hot labels where classes are told apart. */
  public Tensor targets(int[] samples) {
    return targets.of(samples);
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
    return size + " samples of " + sample + ", " + task();
  }
}
