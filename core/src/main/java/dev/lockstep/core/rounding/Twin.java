package dev.lockstep.core.rounding;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.plan.RandomStreams;
import dev.lockstep.core.tensor.Tensor;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * The same step as another correct computation would see it: every input moved by one unit in the
 * last place, the rows of the batch in reverse, which changes the order of every sum over the
 * batch. How far its results lie from the original's is how far rounding alone can carry two
 * correct implementations apart.
 */
public final class Twin {

  private Twin() {}

  public static Batch of(Batch batch, RandomStreams streams) {
    UniformRandomProvider random = streams.stream("twin", batch.step());
    Tensor inputs = reversed(batch.inputs());
    double[] values = inputs.data();
    for (int i = 0; i < values.length; i++) {
      if (values[i] != 0) {
        values[i] = random.nextBoolean() ? Math.nextUp(values[i]) : Math.nextDown(values[i]);
      }
    }
    return new Batch(batch.step(), inputs, reversed(batch.targets()));
  }

  public static Masks of(Masks masks) {
    return (layer, ratio, shape) -> reversed(masks.mask(layer, ratio, shape));
  }

  /** Returns a copy whose rows stand in the opposite order. */
  public static Tensor reversed(Tensor tensor) {
    int rows = tensor.shape().length(0);
    int length = tensor.size() / rows;
    Tensor reversed = Tensor.zeros(tensor.shape());
    for (int row = 0; row < rows; row++) {
      System.arraycopy(
          tensor.data(), row * length, reversed.data(), (rows - 1 - row) * length, length);
    }
    return reversed;
  }

  /**
   * Returns the largest difference between an original and its twin, the rows put back in order.
   * Elements that are not finite measure nothing: were one to count, everything would be allowed.
   */
  public static double spread(Tensor original, Tensor twin, boolean perSample) {
    double[] a = original.data();
    double[] b = twin.data();
    if (a.length == 0) {
      return 0;
    }
    int rows = perSample ? original.shape().length(0) : 1;
    int length = a.length / rows;
    double spread = 0;
    for (int row = 0; row < rows; row++) {
      int from = row * length;
      int twinFrom = (rows - 1 - row) * length;
      for (int i = 0; i < length; i++) {
        double difference = Math.abs(a[from + i] - b[twinFrom + i]);
        if (difference > spread && difference <= Double.MAX_VALUE) {
          spread = difference;
        }
      }
    }
    return spread;
  }
}
