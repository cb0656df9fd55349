package dev.lockstep.experiments.verify;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.observation.TensorKey;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Biases right before batch normalization, which takes away whatever they add. Their true gradient
 * is 0, so what is computed of it is rounding alone; an optimizer that divides by the root of past
 * squares makes steps of it that are not small, and two correct implementations differ there.
 *
 * <p>A step by itself shows that in the bias and in its optimizer state. Over several steps the
 * drift of the bias is carried on by the layer's output and the running mean of the normalization,
 * and by the prediction, from which the running mean takes the drift away only in part. In training
 * nothing downstream of the normalization sees it.
 */
final class RedundantBiases {

  private final Set<TensorKey> drifting = new LinkedHashSet<>();
  private final Set<TensorKey> shifted = new LinkedHashSet<>();
  private final OptimizerSpec optimizer;

  /** Finds such biases in a network; there are none under other optimizers. */
  RedundantBiases(NetworkSpec network) {
    this.optimizer = network.optimizer();
    if (driftUnder(optimizer)) {
      collect(network.layers());
    }
  }

  /** Returns whether a network has none. */
  boolean isEmpty() {
    return drifting.isEmpty();
  }

  /** Returns whether a tensor carries the drift of such a bias. */
  boolean reach(Reading reading, TensorKey tensor) {
    return drifting.contains(tensor)
        || (reading == Reading.ACCUMULATED && shifted.contains(tensor));
  }

  /** Returns whether an optimizer divides gradients by a root of their own past squares. */
  static boolean driftUnder(OptimizerSpec optimizer) {
    return optimizer instanceof OptimizerSpec.AdaGrad
        || optimizer instanceof OptimizerSpec.RmsProp
        || optimizer instanceof OptimizerSpec.Adam;
  }

  private void collect(List<LayerSpec> layers) {
    for (int i = 0; i < layers.size(); i++) {
      LayerSpec layer = layers.get(i);
      if (layer instanceof LayerSpec.Branches branches) {
        branches.branches().forEach(this::collect);
      } else if (hasBias(layer)
          && i + 1 < layers.size()
          && layers.get(i + 1) instanceof LayerSpec.BatchNormalization norm) {
        add(layer.name(), norm.name());
      }
    }
  }

  private static boolean hasBias(LayerSpec layer) {
    return layer instanceof LayerSpec.Affine || layer instanceof LayerSpec.Convolution;
  }

  private void add(String layer, String norm) {
    drifting.add(new TensorKey(Phase.UPDATE, layer + "/b"));
    for (String slot : optimizer.slotNames()) {
      drifting.add(new TensorKey(Phase.UPDATE, layer + "/b/" + slot));
    }
    shifted.add(new TensorKey(Phase.FORWARD, layer + "/out"));
    shifted.add(new TensorKey(Phase.UPDATE, norm + "/runningMean"));
    shifted.add(ExpectedTensor.PREDICTION);
  }
}
