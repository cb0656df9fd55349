package dev.lockstep.core.rounding;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.tensor.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rounding that the perturbed reference does not show: of long sums whose order it keeps — the
 * squares of the decayed weights in the loss, and each channel of an image in batch normalization,
 * as it permutes samples and nothing within them.
 *
 * @param shares of a tensor's magnitude, by tensor
 * @param squares what holds squares of gradients
 * @param inFloat whether one of the two sides computes in float
 */
@SuppressWarnings("exports") // how squares are held is for this package alone
public record KnownRounding(
    Map<TensorKey, Double> shares, Map<TensorKey, Square> squares, boolean inFloat) {

  /** There is none. */
  public static final KnownRounding NONE = new KnownRounding(Map.of(), Map.of(), false);

  private static final TensorKey LOSS = new TensorKey(Phase.LOSS, NetworkSpec.LOSS);

  /**
   * What an optimizer keeps of the square of a gradient.
   *
   * @param share of the square that is added in a step
   */
  record Square(ExpectedTensor gradient, double share) {}

  public KnownRounding {
    shares = Map.copyOf(shares);
    squares = Map.copyOf(squares);
  }

  /**
   * @param samples of a batch
   * @param inFloat whether one of the two sums is taken in float
   */
  public static KnownRounding of(NetworkSpec network, int samples, boolean inFloat) {
    Map<TensorKey, Double> shares = new LinkedHashMap<>();
    double ofDecay = LayerSums.randomUnits(decayedWeights(network));
    shares.put(LOSS, share(ofDecay, inFloat));
    Map<String, Shape> inputs = network.inputShapes();
    List<ExpectedTensor> expected = ExpectedTensor.of(network);
    for (LayerSpec layer : network.allLayers()) {
      if (layer instanceof LayerSpec.BatchNormalization norm && norm.perChannel()) {
        Shape input = Objects.requireNonNull(inputs.get(norm.name()));
        double units = LayerSums.units((double) samples * input.size() / input.length(0));
        double share = share(units, inFloat);
        shares.put(new TensorKey(Phase.UPDATE, norm.name() + "/runningMean"), share);
        shares.put(new TensorKey(Phase.UPDATE, norm.name() + "/runningVar"), share);
        expected.stream()
            .filter(tensor -> tensor.layer().equals(norm.name()) && tensor.perSample())
            .forEach(tensor -> shares.put(tensor.key(), share));
      }
    }
    return new KnownRounding(shares, squares(network), inFloat);
  }

  private static Map<TensorKey, Square> squares(NetworkSpec network) {
    Map<TensorKey, Square> squares = new LinkedHashMap<>();
    for (OptimizerSpec.Slot slot : network.optimizer().slots()) {
      if (slot.squares()) {
        for (ParameterSpec parameter : network.parameters()) {
          squares.put(
              slot(parameter, slot),
              new Square(ExpectedTensor.gradient(parameter.path()), 1 - slot.decay()));
        }
      }
    }
    return squares;
  }

  private static TensorKey slot(ParameterSpec parameter, OptimizerSpec.Slot slot) {
    return new TensorKey(Phase.UPDATE, parameter.path() + "/" + slot.name());
  }

  private static double decayedWeights(NetworkSpec network) {
    return network.weightDecay() == 0 && network.adjustments().l1() == 0
        ? 0
        : network.parameters().stream()
            .filter(ParameterSpec::decayed)
            .mapToLong(parameter -> parameter.shape().size())
            .sum();
  }

  private static double share(double units, boolean inFloat) {
    return units * (inFloat ? Math.ulp(1f) : Math.ulp(1.0));
  }

  /** Returns the unit in the last place of a magnitude, in the coarser precision of the two. */
  public double unit(double magnitude) {
    return inFloat ? Math.ulp((float) Math.min(magnitude, Float.MAX_VALUE)) : Math.ulp(magnitude);
  }

  /** Returns what a tensor holds the square of, null for most. */
  @Nullable Square square(TensorKey tensor) {
    return squares.get(tensor);
  }

  /** Returns the share of a tensor's magnitude by which this rounding sets two sides apart. */
  public double of(TensorKey tensor) {
    return shares.getOrDefault(tensor, 0.0);
  }
}
