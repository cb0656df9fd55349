package dev.lockstep.experiments.reproduce;

import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.SingleStep;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * The smallest step that still shows a difference.
 *
 * @param tensor that differs
 * @param shown it on both sides
 */
public record Reproduction(SingleStep step, TensorKey tensor, SingleStep.Shown shown) {

  private static final int[] SIZES = {1, 2, 3, 4, 6, 8};
  private static final int[] SAMPLES = {1, 2, 3, 4, 8};

  /** Short in print and exact in both precisions: multiples of this. */
  private static final double GRAIN = 1.0 / 64;

  private static final long SEED = 1;

  /** Every second element is kept; the test that is written says the same. */
  static final Masks MASKS =
      (layer, ratio, shape) -> {
        Tensor mask = Tensor.zeros(shape);
        for (int i = 0; i < mask.size(); i += 2) {
          mask.data()[i] = 1;
        }
        return mask;
      };

  /**
   * Looks for a small network and batch that show a difference, the smallest first.
   *
   * @param first what was found in the whole network
   * @return empty if the difference shows in none of them
   */
  public static Optional<Reproduction> find(
      Lockstep.Sides sides, NetworkSpec network, FirstDivergence first) {
    TensorKey key = new TensorKey(first.phase(), first.tensor());
    if (key.equals(ExpectedTensor.PREDICTION) || inBranches(network, first.layer())) {
      return Optional.empty();
    }
    SmallNetworks networks = new SmallNetworks(network, first.tensor(), first.layer());
    for (SmallNetworks.Form form : SmallNetworks.Form.values()) {
      for (int size : SIZES) {
        for (int samples : SAMPLES) {
          Optional<Reproduction> found =
              networks
                  .of(size, form)
                  .map(small -> step(small, samples, first.step()))
                  .flatMap(step -> differing(step, sides, key));
          if (found.isPresent()) {
            return found;
          }
        }
      }
    }
    return Optional.empty();
  }

  /** What joins branches is no single layer. */
  private static boolean inBranches(NetworkSpec network, String layer) {
    return network.allLayers().stream()
        .anyMatch(spec -> spec instanceof LayerSpec.Branches && spec.name().equals(layer));
  }

  private static Optional<Reproduction> differing(
      SingleStep step, Lockstep.Sides sides, TensorKey key) {
    return ExpectedTensor.of(step.network()).stream()
        .filter(tensor -> tensor.key().equals(key))
        .findFirst()
        .flatMap(tensor -> step.taken(sides, tensor))
        .filter(SingleStep.Shown::differs)
        .map(shown -> new Reproduction(step, key, shown));
  }

  private static SingleStep step(NetworkSpec network, int samples, long number) {
    Random random = new Random(SEED);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    network
        .state()
        .forEach((path, shape) -> tensors.put(path, numbers(shape, random, isPositive(path))));
    Tensor inputs = numbers(network.input().batchOf(samples), random, false);
    Tensor targets = Tensor.zeros(Shape.of(samples, network.classes()));
    for (int row = 0; row < samples; row++) {
      targets.data()[row * network.classes() + random.nextInt(network.classes())] = 1;
    }
    return new SingleStep(
        network, new ModelState(number - 1, tensors), new Batch(number, inputs, targets), MASKS);
  }

  /** Sums of squares and variances have no sign. */
  private static boolean isPositive(String path) {
    return path.endsWith("/h") || path.endsWith("/v") || path.endsWith("/runningVar");
  }

  private static Tensor numbers(Shape shape, Random random, boolean positive) {
    Tensor tensor = Tensor.zeros(shape);
    for (int i = 0; i < tensor.size(); i++) {
      double value = GRAIN * (1 + random.nextInt(64));
      tensor.data()[i] = positive || random.nextBoolean() ? value : -value;
    }
    return tensor;
  }
}
