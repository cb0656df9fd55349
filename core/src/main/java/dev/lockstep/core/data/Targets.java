package dev.lockstep.core.data;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.security.MessageDigest;
import java.util.Arrays;

/** What samples should be answered with: a class of each, or a number for every output. */
public final class Targets {

  private static final int BYTES = 256;

  private final Task task;
  private final int[] labels;
  private final double[] values;
  private final double[] units;

  /** Of a sequence that is answered step by step; 0 where a sample has one answer. */
  private final int steps;

  private Targets(Task task, int[] labels, double[] values, double[] units, int steps) {
    this.task = task;
    this.labels = labels;
    this.values = values;
    this.units = units;
    this.steps = steps;
  }

  /**
   * @param task of telling classes apart
   * @param labels the class of every sample, from 0; not copied
   * @throws IllegalArgumentException if there is no such class
   */
  public static Targets classes(Task task, int[] labels) {
    for (int label : labels) {
      if (label < 0 || label >= task.outputs()) {
        throw new IllegalArgumentException(
            "labels: expected 0 to %d, found %d".formatted(task.outputs() - 1, label));
      }
    }
    return new Targets(task, labels, new double[0], new double[0], 0);
  }

  /**
   * @param task of numbers, or of yes and no
   * @param values one for every output of every sample; not copied
   * @param units of every output, how much of what was measured a difference of 1 is: the scale
   *     that was taken out
   */
  public static Targets numbers(Task task, double[] values, double[] units) {
    if (task.kind() == Task.Kind.CLASS || units.length != task.outputs()) {
      throw new IllegalArgumentException(
          "%s of %d units are no numbers".formatted(task, units.length));
    }
    return new Targets(task, new int[0], values, units, 0);
  }

  /**
   * Answers to each step of sequences.
   *
   * @param values sequences × outputs × steps, one-hot where classes are told apart; NaN where no
   *     answer is asked for; not copied
   * @param units see {@link #numbers}
   * @param steps of one sequence
   */
  public static Targets sequences(Task task, double[] values, double[] units, int steps) {
    if (units.length != task.outputs() || steps < 1) {
      throw new IllegalArgumentException(
          "%s of %d units in %d steps".formatted(task, units.length, steps));
    }
    return new Targets(task, new int[0], values, units, steps);
  }

  Task task() {
    return task;
  }

  /** Returns the number of samples. */
  int size() {
    return isClass() ? labels.length : values.length / answer().size();
  }

  /** Returns the shape of what one sample is answered with: outputs, or outputs × steps. */
  Shape answer() {
    return steps == 0 ? Shape.of(task.outputs()) : Shape.of(task.outputs(), steps);
  }

  private boolean isClass() {
    return task.kind() == Task.Kind.CLASS && steps == 0;
  }

  double[] units() {
    return isClass() ? filled(task.outputs()) : units.clone();
  }

  private static double[] filled(int length) {
    double[] ones = new double[length];
    Arrays.fill(ones, 1);
    return ones;
  }

  int label(int sample) {
    return labels[sample];
  }

  /** Returns samples × outputs, or × steps, one-hot where a class is asked for. */
  Tensor of(int[] samples) {
    int outputs = task.outputs();
    if (!isClass()) {
      Shape answer = answer();
      return Tensor.of(
          answer.batchOf(samples.length), Features.selected(values, samples, answer.size()));
    }
    Tensor targets = Tensor.zeros(Shape.of(samples.length, outputs));
    for (int row = 0; row < samples.length; row++) {
      targets.data()[row * outputs + labels[samples[row]]] = 1;
    }
    return targets;
  }

  Targets select(int[] samples) {
    return isClass()
        ? new Targets(task, Arrays.stream(samples).map(i -> labels[i]).toArray(), values, units, 0)
        : new Targets(
            task, labels, Features.selected(values, samples, answer().size()), units, steps);
  }

  /** Adds those of the first samples to a hash: labels as bytes where a byte holds them. */
  void addTo(MessageDigest digest, int count) {
    if (!isClass()) {
      Features.hash(digest, values, count * answer().size());
      return;
    }
    for (int i = 0; i < count; i++) {
      digest.update((byte) labels[i]);
      if (task.outputs() > BYTES) {
        digest.update((byte) (labels[i] >>> 8));
        digest.update((byte) (labels[i] >>> 16));
      }
    }
  }
}
