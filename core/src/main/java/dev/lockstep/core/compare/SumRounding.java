package dev.lockstep.core.compare;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * How far two orders of summing lie apart, for the long sums whose order the twin keeps: the
 * squares of the decayed weights in the loss, and each channel of an image in the running
 * statistics of batch normalization. The twin permutes samples, and nothing within them.
 *
 * @param shares of a tensor's magnitude, by tensor
 */
record SumRounding(Map<TensorKey, Double> shares) {

  /** No sum is long. */
  static final SumRounding NONE = new SumRounding(Map.of());

  private static final TensorKey LOSS = new TensorKey(Phase.LOSS, NetworkSpec.LOSS);

  SumRounding {
    shares = Map.copyOf(shares);
  }

  /**
   * @param samples of a batch
   * @param inFloat whether one of the two sums is taken in float
   */
  static SumRounding of(NetworkSpec network, int samples, boolean inFloat) {
    Map<TensorKey, Double> shares = new LinkedHashMap<>();
    shares.put(LOSS, share(decayedWeights(network), inFloat));
    Map<String, Shape> inputs = network.inputShapes();
    for (LayerSpec layer : network.allLayers()) {
      if (layer instanceof LayerSpec.BatchNormalization norm && norm.perChannel()) {
        Shape input = Objects.requireNonNull(inputs.get(norm.name()));
        double share = share((double) samples * input.size() / input.length(0), inFloat);
        shares.put(new TensorKey(Phase.UPDATE, norm.name() + "/runningMean"), share);
        shares.put(new TensorKey(Phase.UPDATE, norm.name() + "/runningVar"), share);
      }
    }
    return new SumRounding(shares);
  }

  private static double decayedWeights(NetworkSpec network) {
    return network.weightDecay() == 0
        ? 0
        : network.parameters().stream()
            .filter(ParameterSpec::decayed)
            .mapToLong(parameter -> parameter.shape().size())
            .sum();
  }

  private static double share(double additions, boolean inFloat) {
    return units(additions) * (inFloat ? Math.ulp(1f) : Math.ulp(1.0));
  }

  /**
   * Returns how many units in the last place of a sum two orders of summing lie apart.
   *
   * <p>Each of n additions errs by up to half a unit in the last place of the sum so far, which
   * grows evenly: a random walk whose standard deviation is √(n/3 · 1/12) units.
   */
  static double units(double additions) {
    return Math.sqrt(additions) / 6;
  }

  /** Returns the share of a tensor's magnitude by which two orders lie apart. */
  double of(TensorKey tensor) {
    return shares.getOrDefault(tensor, 0.0);
  }
}
