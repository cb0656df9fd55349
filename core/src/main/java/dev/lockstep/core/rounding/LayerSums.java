package dev.lockstep.core.rounding;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * By how much the outputs of layers that add up may err. An output near 0 is what is left of terms
 * that cancelled, and errs by units of the terms, not of itself. That is much for what the output
 * is worth, and Adam, which divides a gradient by its own size, makes of it much in a weight.
 *
 * @param terms of one element, by the path of the output, see {@link LayerSpec#terms}
 */
public record LayerSums(Map<String, Integer> terms) {

  public LayerSums {
    terms = Map.copyOf(terms);
  }

  public static LayerSums of(NetworkSpec network) {
    Map<String, Integer> terms = new LinkedHashMap<>();
    Map<String, Shape> inputs = network.inputShapes();
    for (LayerSpec layer : network.allLayers()) {
      Shape input = Objects.requireNonNull(inputs.get(layer.name()));
      String path = layer.name() + "/out";
      if (layer.terms(input) != LayerSpec.NO_SUM) {
        terms.put(path, layer.terms(input));
      }
    }
    return new LayerSums(terms);
  }

  /**
   * Returns how far two orders of summing lie apart in a tensor, in units of its typical element's
   * last place; 0 if it is no output that is a sum.
   */
  public double units(Phase phase, String path, Tensor tensor) {
    Integer known = phase == Phase.FORWARD ? terms.get(path) : null;
    if (known == null) {
      return 0;
    }
    // N×C×H×W or N×C: a mean for each C
    int number =
        known == LayerSpec.MEAN_OVER_BATCH ? tensor.size() / tensor.shape().length(1) : known;
    return Math.max(1, units(number));
  }

  /**
   * Returns how many units in the last place of a sum two orders of summing lie apart.
   *
   * <p>Each of n additions errs by up to half a unit in the last place of the sum so far, which
   * grows evenly: a random walk whose standard deviation is √(n/3 · 1/12) units. Equal terms, such
   * as those of an image's black background, err in the same direction: what is accepted is at
   * least n/2 units, which no order of summing exceeds (Higham, Accuracy and Stability of Numerical
   * Algorithms, section 4.2).
   */
  public static double units(double additions) {
    return Math.max(randomUnits(additions), additions / 2 / Tolerance.MAX_ERROR_OVER_FLOOR);
  }

  /** Returns the same for terms that are all different, such as weights. */
  static double randomUnits(double additions) {
    return Math.sqrt(additions) / 6;
  }

  /** Returns the root of the mean square. */
  public static double typical(double[] values) {
    double squares = 0;
    for (double value : values) {
      squares += value * value;
    }
    return Math.sqrt(squares / Math.max(1, values.length));
  }
}
