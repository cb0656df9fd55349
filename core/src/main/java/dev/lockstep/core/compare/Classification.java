package dev.lockstep.core.compare;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;

/** The class that a model names for every image of a split. */
public final class Classification {

  /** Images predicted at once: bounds memory, and is past what makes a product faster. */
  private static final int CHUNK = 500;

  private final Split split;
  private final int[] classes;

  private Classification(Split split, int[] classes) {
    this.split = split;
    this.classes = classes;
  }

  /**
   * @param input the shape of one sample
   */
  public static Classification of(Model model, Split split, Shape input) {
    int[] classes = new int[split.size()];
    for (int from = 0; from < classes.length; from += CHUNK) {
      int to = Math.min(from + CHUNK, classes.length);
      Tensor outputs = model.predict(split.inputs(Split.range(from, to), input));
      for (int i = from; i < to; i++) {
        classes[i] = largest(outputs, i - from);
      }
    }
    return new Classification(split, classes);
  }

  /** Returns the first of the largest elements of a row; a row that is all NaN names class 0. */
  private static int largest(Tensor outputs, int row) {
    int width = outputs.shape().length(1);
    int best = 0;
    for (int i = 1; i < width; i++) {
      if (outputs.data()[row * width + i] > outputs.data()[row * width + best]) {
        best = i;
      }
    }
    return best;
  }

  public int classOf(int sample) {
    return classes[sample];
  }

  /** Returns the share of images whose class is their label. */
  public double accuracy() {
    int right = 0;
    for (int i = 0; i < classes.length; i++) {
      if (classes[i] == split.label(i)) {
        right++;
      }
    }
    return (double) right / classes.length;
  }

  /** Returns for how many images of the same split another model names another class. */
  public int differentFrom(Classification other) {
    int different = 0;
    for (int i = 0; i < classes.length; i++) {
      if (classes[i] != other.classes[i]) {
        different++;
      }
    }
    return different;
  }
}
