package dev.lockstep.scratch.book.learning;

import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.book.Require;

/**
 * The loss functions of section 4.2, each averaged over the batch. Outputs and targets are vectors
 * (one sample) or samples × outputs. Outputs that are NaN give a loss that is NaN.
 */
public final class Losses {

  private Losses() {}

  /**
   * Returns {@code ½ Σ (y − t)²}.
   *
   * @throws IllegalArgumentException if the shapes differ, the batch is empty or a target is not
   *     finite
   */
  public static double sumOfSquares(Tensor y, Tensor t) {
    return 0.5 * squares(y, t) / samples(y);
  }

  /**
   * Returns {@code Σ (y − t)² / outputs}. DL4J: {@code LossMSE}.
   *
   * @throws IllegalArgumentException as {@link #sumOfSquares}
   */
  public static double meanSquared(Tensor y, Tensor t) {
    return squares(y, t) / y.size();
  }

  private static double squares(Tensor y, Tensor t) {
    requireTargets(y, t);
    double sum = 0;
    for (int i = 0; i < y.size(); i++) {
      double difference = y.data()[i] - t.data()[i];
      sum += difference * difference;
    }
    return sum;
  }

  /**
   * Returns {@code −Σ t·log(y + stabilizer)}. DL4J: {@code LossMCXENT}, which clips {@code y}
   * instead.
   *
   * @param y probabilities
   * @param t of the same shape, such as one-hot labels
   * @param stabilizer keeps the logarithm finite where {@code y} is 0; the book's is {@link
   *     dev.lockstep.core.network.LossSpec#BOOK_STABILIZER}
   * @throws IllegalArgumentException as {@link #sumOfSquares}
   */
  public static double crossEntropy(Tensor y, Tensor t, double stabilizer) {
    requireTargets(y, t);
    double sum = 0;
    for (int i = 0; i < y.size(); i++) {
      // Where t is 0 the term is 0, even if y is 0 and nothing stabilizes its logarithm.
      if (t.data()[i] != 0) {
        sum -= t.data()[i] * Math.log(y.data()[i] + stabilizer);
      }
    }
    return sum / samples(y);
  }

  /**
   * Returns {@code −log(y[label] + stabilizer)}: the same number for targets that are labels.
   *
   * @param y probabilities, samples × classes or those of one sample
   * @param labels one per sample, counted from 0
   * @throws IllegalArgumentException if the batch is empty, the counts differ or a label is out of
   *     range
   */
  public static double crossEntropy(Tensor y, int[] labels, double stabilizer) {
    Require.rows("y", y);
    int classes = Require.lastLength(y);
    if (labels.length != samples(y)) {
      throw new IllegalArgumentException(
          "labels: expected %d, one per sample, found %d".formatted(samples(y), labels.length));
    }
    double sum = 0;
    for (int row = 0; row < labels.length; row++) {
      if (labels[row] < 0 || labels[row] >= classes) {
        throw new IllegalArgumentException(
            "labels: expected 0 to %d, found %d at %d".formatted(classes - 1, labels[row], row));
      }
      sum -= Math.log(y.data()[row * classes + labels[row]] + stabilizer);
    }
    return sum / labels.length;
  }

  private static void requireTargets(Tensor y, Tensor t) {
    Require.rows("y", y);
    Require.shape("targets", t, y.shape());
    Require.finite("targets", t);
  }

  private static int samples(Tensor y) {
    return y.shape().rank() == 1 ? 1 : y.shape().length(0);
  }
}
