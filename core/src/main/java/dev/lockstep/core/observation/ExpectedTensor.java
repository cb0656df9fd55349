package dev.lockstep.core.observation;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A tensor that every implementation must show in every observed step.
 *
 * @param layer the layer that computes it, and so answers for it. The gradient with respect to a
 *     layer's output is computed by the layer after it
 * @param perSample true if its first axis is the batch
 */
public record ExpectedTensor(TensorKey key, String layer, boolean perSample) {

  /** The layer that answers for the network's output, the loss and the gradient they start. */
  public static final String LOSS_LAYER = "loss";

  /** The network's output, on which the floors of the loss and of the prediction rest. */
  public static final ExpectedTensor OUTPUT = output(Phase.FORWARD, NetworkSpec.OUTPUT, LOSS_LAYER);

  /**
   * What the network predicts for the step's batch before the step: prediction mode is another path
   * through dropout and batch normalization, which no training step shows. The comparison asks for
   * it itself; models do not show it. It stands after the layers' outputs, so that a fault in a
   * layer that both paths share is put down to the layer.
   */
  public static final TensorKey PREDICTION = new TensorKey(Phase.FORWARD, "prediction/out");

  private static final String PREDICTION_LAYER = "prediction";

  /** The network's prediction as a tensor that is compared. */
  public static final ExpectedTensor OF_PREDICTION =
      new ExpectedTensor(PREDICTION, PREDICTION_LAYER, true);

  /** The loss as a step shows it. */
  public static final ExpectedTensor SHOWN_LOSS = whole(Phase.LOSS, NetworkSpec.LOSS, LOSS_LAYER);

  /** Returns all tensors of a step in the order in which a step computes them. */
  public static List<ExpectedTensor> of(NetworkSpec network) {
    List<ExpectedTensor> expected = new ArrayList<>();
    for (LayerSpec layer : network.allLayers()) {
      expected.add(output(Phase.FORWARD, layer.name() + "/out", layer.name()));
    }
    expected.add(OUTPUT);
    expected.add(OF_PREDICTION);
    expected.add(SHOWN_LOSS);

    Map<String, List<ParameterSpec>> parameters =
        network.parameters().stream()
            .collect(Collectors.groupingBy(parameter -> layerOf(parameter.path())));
    collectBackward(network.layers(), LOSS_LAYER, parameters, expected);
    collectUpdate(network, expected);
    return Collections.unmodifiableList(expected);
  }

  /** Returns what all tensors of a step are known by. */
  public static Set<TensorKey> keys(NetworkSpec network) {
    return of(network).stream().map(ExpectedTensor::key).collect(Collectors.toSet());
  }

  /** Returns the tensors of a step whose first axis is the batch. */
  public static Set<TensorKey> perSample(NetworkSpec network) {
    return of(network).stream()
        .filter(ExpectedTensor::perSample)
        .map(ExpectedTensor::key)
        .collect(Collectors.toSet());
  }

  /** Returns the gradient of a parameter. */
  public static ExpectedTensor gradient(String path) {
    return whole(Phase.BACKWARD, path, layerOf(path));
  }

  /** Walks the layers from the last to the first, as gradients do. */
  private static void collectBackward(
      List<LayerSpec> layers,
      String next,
      Map<String, List<ParameterSpec>> parameters,
      List<ExpectedTensor> expected) {
    String source = next;
    for (int i = layers.size() - 1; i >= 0; i--) {
      LayerSpec layer = layers.get(i);
      expected.add(output(Phase.BACKWARD, layer.name() + "/out", source));
      for (ParameterSpec parameter : parameters.getOrDefault(layer.name(), List.of())) {
        expected.add(gradient(parameter.path()));
      }
      if (layer instanceof LayerSpec.Branches branches) {
        for (List<LayerSpec> branch : branches.branches()) {
          collectBackward(branch, branches.name(), parameters, expected);
        }
      }
      source = layer.name();
    }
  }

  /**
   * Statistics move in the forward pass, and a parameter moves by its optimizer state: a cause
   * stands before its effect.
   */
  private static void collectUpdate(NetworkSpec network, List<ExpectedTensor> expected) {
    for (String path : network.statistics().keySet()) {
      expected.add(whole(Phase.UPDATE, path, layerOf(path)));
    }
    for (ParameterSpec parameter : network.parameters()) {
      String layer = layerOf(parameter.path());
      for (String slot : network.optimizer().slotNames()) {
        expected.add(whole(Phase.UPDATE, parameter.path() + "/" + slot, layer));
      }
      expected.add(whole(Phase.UPDATE, parameter.path(), layer));
    }
  }

  /** Returns {@code block/affine1} of {@code block/affine1/W}. */
  private static String layerOf(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  private static ExpectedTensor output(Phase phase, String path, String layer) {
    return new ExpectedTensor(new TensorKey(phase, path), layer, true);
  }

  private static ExpectedTensor whole(Phase phase, String path, String layer) {
    return new ExpectedTensor(new TensorKey(phase, path), layer, false);
  }
}
