package dev.lockstep.scratch.book.neuralnetwork;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.book.Require;
import java.util.function.UnaryOperator;

/** What a network says about images it is shown (section 3.6). */
public final class Inference {

  private Inference() {}

  /**
   * Returns the class with the highest score of each row, the first of equal ones; as in NumPy, a
   * NaN counts as the highest.
   *
   * @param scores samples × classes, or those of one sample
   */
  public static int[] labels(Tensor scores) {
    Require.rows("scores", scores);
    int classes = Require.lastLength(scores);
    int[] labels = new int[scores.size() / classes];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = highest(scores.data(), row * classes, classes);
    }
    return labels;
  }

  private static int highest(double[] scores, int from, int classes) {
    int best = 0;
    for (int i = 0; i < classes; i++) {
      if (Double.isNaN(scores[from + i])) {
        return i;
      }
      if (scores[from + i] > scores[from + best]) {
        best = i;
      }
    }
    return best;
  }

  /**
   * Returns the share of samples whose class was recognised.
   *
   * @param scores samples × classes
   * @param targets samples × classes, one-hot
   */
  public static double accuracy(Tensor scores, Tensor targets) {
    Require.shape("targets", targets, scores.shape());
    int[] found = labels(scores);
    int[] expected = labels(targets);
    int right = 0;
    for (int i = 0; i < found.length; i++) {
      right += found[i] == expected[i] ? 1 : 0;
    }
    return (double) right / found.length;
  }

  /**
   * Returns the share of images whose class a network recognises.
   *
   * @param predict samples × input → samples × classes
   * @param images to be shown
   * @param input the shape of one sample as the network reads it
   * @param batchSize how many images are shown at once; 1 for one at a time. It changes the speed,
   *     not the answer
   * @throws IllegalArgumentException if there are no images
   */
  public static double accuracy(
      UnaryOperator<Tensor> predict, Split images, Shape input, int batchSize) {
    if (images.size() == 0 || batchSize < 1) {
      throw new IllegalArgumentException(
          "accuracy: expected at least one image and batches of at least one, found %d and %d"
              .formatted(images.size(), batchSize));
    }
    int right = 0;
    for (int from = 0; from < images.size(); from += batchSize) {
      int[] samples = Split.range(from, Math.min(from + batchSize, images.size()));
      int[] found = labels(predict.apply(images.inputs(samples, input)));
      for (int i = 0; i < samples.length; i++) {
        right += found[i] == images.label(samples[i]) ? 1 : 0;
      }
    }
    return (double) right / images.size();
  }
}
