package dev.lockstep.core.rounding;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.tensor.Tensor;

/**
 * The inputs of the perturbed reference: every number moved by one unit in the last place, the rows
 * of the batch in reverse, which changes the order of every sum over the batch. How far its results
 * lie from the original's is how far rounding alone carries two correct computations apart.
 *
 * <p>Equal numbers are moved alike, so that what was a tie stays one: a maximum among equal pixels
 * is the same element in both.
 */
public final class PerturbedStep {

  private PerturbedStep() {}

  /** Returns a perturbed copy of a batch, rows reversed. */
  public static Batch of(Batch batch) {
    Tensor inputs = reversed(batch.inputs());
    perturb(inputs, false);
    return new Batch(batch.step(), inputs, reversed(batch.targets()));
  }

  /** Returns the masks of the same rows in reverse. */
  public static Masks of(Masks masks) {
    return (layer, ratio, shape) -> reversed(masks.mask(layer, ratio, shape));
  }

  /**
   * Moves every number but 0 by one unit in the last place, up or down by its own bits.
   *
   * @param inFloat whether the unit is that of a float
   */
  public static void perturb(Tensor tensor, boolean inFloat) {
    double[] values = tensor.data();
    for (int i = 0; i < values.length; i++) {
      double value = values[i];
      if (value != 0 && Math.abs(value) <= Double.MAX_VALUE) {
        boolean up = isUp(value);
        if (inFloat) {
          float single = (float) value;
          values[i] = up ? Math.nextUp(single) : Math.nextDown(single);
        } else {
          values[i] = up ? Math.nextUp(value) : Math.nextDown(value);
        }
      }
    }
  }

  /** A bit of the number's own bits, mixed (the finalizer of MurmurHash3). */
  private static boolean isUp(double value) {
    long bits = Double.doubleToRawLongBits(value);
    bits = (bits ^ (bits >>> 33)) * 0xff51afd7ed558ccdL;
    bits = (bits ^ (bits >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return ((bits ^ (bits >>> 33)) & 1) == 0;
  }

  /** Returns a copy whose rows stand in the opposite order. */
  public static Tensor reversed(Tensor tensor) {
    Tensor reversed = Tensor.zeros(tensor.shape());
    reverse(tensor, reversed);
    return reversed;
  }

  /** Copies rows into another tensor of the same shape, in the opposite order. */
  public static void reverse(Tensor from, Tensor to) {
    int rows = from.shape().length(0);
    int length = from.size() / rows;
    for (int row = 0; row < rows; row++) {
      System.arraycopy(from.data(), row * length, to.data(), (rows - 1 - row) * length, length);
    }
  }

  /**
   * Returns the largest difference between an original and its perturbed copy, the rows put back in
   * order. Elements that are not finite measure nothing: were one to count, everything would be
   * allowed.
   */
  public static double spread(Tensor original, Tensor perturbed, boolean perSample) {
    double[] a = original.data();
    double[] b = perturbed.data();
    if (a.length == 0) {
      return 0;
    }
    int rows = perSample ? original.shape().length(0) : 1;
    int length = a.length / rows;
    double spread = 0;
    for (int row = 0; row < rows; row++) {
      int from = row * length;
      int reversedFrom = (rows - 1 - row) * length;
      for (int i = 0; i < length; i++) {
        double difference = Math.abs(a[from + i] - b[reversedFrom + i]);
        if (difference > spread && difference <= Double.MAX_VALUE) {
          spread = difference;
        }
      }
    }
    return spread;
  }
}
