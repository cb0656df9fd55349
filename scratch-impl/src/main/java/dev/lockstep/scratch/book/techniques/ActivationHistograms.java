package dev.lockstep.scratch.book.techniques;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.WeightInitialization;
import dev.lockstep.scratch.book.neuralnetwork.Activations;
import dev.lockstep.scratch.book.neuralnetwork.Matrices;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * How initial weights spread the activations of a deep network (section 6.2.2): 1,000 samples of
 * 100 normal numbers go through five layers of 100 units, without biases. Weights that are too
 * large drive a sigmoid to its ends, weights that are too small leave every unit the same value.
 */
public final class ActivationHistograms {

  private static final int SAMPLES = 1000;
  private static final int UNITS = 100;
  private static final int LAYERS = 5;

  private ActivationHistograms() {}

  /** Draws the input, 1,000 × 100, from a normal distribution around 0 with deviation 1. */
  public static Tensor input(RandomGenerator random) {
    return WeightInitialization.draw(
        new InitialValues.Normal(1), Shape.of(SAMPLES, UNITS), UNITS, UNITS, random);
  }

  /** Draws the weights of the five layers, 100 × 100 each. */
  public static List<Tensor> weights(InitialValues initial, RandomGenerator random) {
    List<Tensor> weights = new ArrayList<>();
    for (int layer = 0; layer < LAYERS; layer++) {
      weights.add(WeightInitialization.draw(initial, Shape.of(UNITS, UNITS), UNITS, UNITS, random));
    }
    return weights;
  }

  /**
   * Returns the activations of every layer.
   *
   * @param input samples × inputs
   * @param weights of each layer, inputs × units
   * @return of each layer, samples × units
   */
  public static List<Tensor> activations(
      Tensor input, List<Tensor> weights, ActivationFunction function) {
    List<Tensor> activations = new ArrayList<>();
    Tensor x = input;
    for (Tensor w : weights) {
      x = Activations.apply(Activations.of(function), Matrices.dot(x, w)); // N×units
      activations.add(x);
    }
    return activations;
  }

  /**
   * Counts values in bins of equal width over {@code from … to}. A bin holds its lower edge, the
   * last one its upper edge too; what lies outside is not counted.
   *
   * @return one count per bin
   * @throws IllegalArgumentException if there is no bin or the range is empty
   */
  public static Tensor histogram(Tensor values, int bins, double from, double to) {
    if (bins < 1 || !(from < to)) {
      throw new IllegalArgumentException(
          "histogram: expected at least one bin and a range, found %d, %s to %s"
              .formatted(bins, from, to));
    }
    Tensor counts = Tensor.zeros(Shape.of(bins));
    for (double value : values.data()) {
      if (value >= from && value <= to) {
        int bin = (int) ((value - from) / (to - from) * bins);
        counts.data()[Math.min(bin, bins - 1)]++;
      }
    }
    return counts;
  }
}
