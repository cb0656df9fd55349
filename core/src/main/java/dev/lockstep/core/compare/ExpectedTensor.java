package dev.lockstep.core.compare;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A tensor that every implementation must show in every observed step.
 *
 * @param layer the layer that computes it, and so answers for it. The gradient with respect to a
 *     layer's output is computed by the layer behind it
 * @param perSample true if its first axis is the batch
 */
public record ExpectedTensor(TensorKey key, String layer, boolean perSample) {

  /** The layer that answers for the network's output, the loss and the gradient they start. */
  public static final String LOSS_LAYER = "loss";

  /**
   * What the network predicts for the step's batch before the step: prediction mode is another path
   * through dropout and batch normalization, which no training step shows. The comparison asks for
   * it itself; models do not show it.
   */
  public static final TensorKey PREDICTION = new TensorKey(Phase.FORWARD, "prediction/out");

  private static final String PREDICTION_LAYER = "prediction";

  /** Returns all tensors of a step in the order in which a step computes them. */
  public static List<ExpectedTensor> of(NetworkSpec network) {
    List<ExpectedTensor> expected = new ArrayList<>();
    expected.add(new ExpectedTensor(PREDICTION, PREDICTION_LAYER, true));
    for (LayerSpec layer : network.allLayers()) {
      expected.add(output(Phase.FORWARD, layer.name() + "/out", layer.name()));
    }
    expected.add(output(Phase.FORWARD, NetworkSpec.OUTPUT, LOSS_LAYER));
    expected.add(whole(Phase.LOSS, NetworkSpec.LOSS, LOSS_LAYER));

    List<ExpectedTensor> backward = new ArrayList<>();
    collectBackward(network.layers(), LOSS_LAYER, network.parameters(), backward);
    expected.addAll(backward);

    for (String path : network.state().keySet()) {
      expected.add(whole(Phase.UPDATE, path, layerOf(path, network)));
    }
    return Collections.unmodifiableList(expected);
  }

  /** Walks the layers from the last to the first, as gradients do. */
  private static void collectBackward(
      List<LayerSpec> layers,
      String behind,
      List<ParameterSpec> parameters,
      List<ExpectedTensor> backward) {
    String source = behind;
    for (int i = layers.size() - 1; i >= 0; i--) {
      LayerSpec layer = layers.get(i);
      backward.add(output(Phase.BACKWARD, layer.name() + "/out", source));
      if (layer instanceof LayerSpec.Branches branches) {
        for (List<LayerSpec> branch : branches.branches()) {
          collectBackward(branch, branches.name(), parameters, backward);
        }
      } else {
        for (ParameterSpec parameter : parameters) {
          if (isOf(parameter.path(), layer.name())) {
            backward.add(whole(Phase.BACKWARD, parameter.path(), layer.name()));
          }
        }
      }
      source = layer.name();
    }
  }

  private static String layerOf(String path, NetworkSpec network) {
    return network.allLayers().stream()
        .map(LayerSpec::name)
        .filter(name -> path.startsWith(name + "/"))
        .max(java.util.Comparator.comparingInt(String::length))
        .orElse(path);
  }

  /** True for {@code affine1/W} of {@code affine1}, not for {@code block/affine1/W} of block. */
  private static boolean isOf(String path, String layer) {
    return path.startsWith(layer + "/") && path.indexOf('/', layer.length() + 1) < 0;
  }

  private static ExpectedTensor output(Phase phase, String path, String layer) {
    return new ExpectedTensor(new TensorKey(phase, path), layer, true);
  }

  private static ExpectedTensor whole(Phase phase, String path, String layer) {
    return new ExpectedTensor(new TensorKey(phase, path), layer, false);
  }
}
