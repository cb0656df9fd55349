package dev.lockstep.experiments.reproduce;

import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The layer of a network that computes a tensor, by itself and small. Where the tensor is the
 * gradient of another layer's output, that layer stands in front of it.
 */
final class SmallNetworks {

  private final NetworkSpec network;
  private final List<LayerSpec> needed = new ArrayList<>();

  /**
   * @param tensor path of a layer's tensor, {@code affine1/W}
   * @param layer that computes it; {@code loss} is no layer
   */
  SmallNetworks(NetworkSpec network, String tensor, String layer) {
    this.network = network;
    String owner = tensor.substring(0, tensor.lastIndexOf('/'));
    find(owner).ifPresent(needed::add);
    if (!owner.equals(layer)) {
      find(layer).ifPresent(needed::add);
    }
    if (needed.isEmpty()) {
      needed.add(new LayerSpec.Affine("affine1", 1, new InitialValues.He()));
    }
  }

  private Optional<LayerSpec> find(String name) {
    return network.allLayers().stream().filter(layer -> layer.name().equals(name)).findFirst();
  }

  /**
   * Returns the layers of a size, with the network's own loss, optimizer and weight decay; empty if
   * they do not fit each other when they are that small.
   *
   * @param size the number of features, of units, or of channels and of places along each axis that
   *     a window can take
   * @param answered true if an affine layer stands behind, since not every implementation takes
   *     every layer as its last
   */
  Optional<NetworkSpec> of(int size, boolean answered) {
    List<LayerSpec> layers =
        new ArrayList<>(needed.stream().map(layer -> small(layer, size)).toList());
    if (answered) {
      layers.add(new LayerSpec.Affine("answer", size, new InitialValues.He()));
    }
    try {
      return Optional.of(
          new NetworkSpec(
              input(size), layers, network.loss(), network.weightDecay(), network.optimizer()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static LayerSpec small(LayerSpec layer, int size) {
    if (layer instanceof LayerSpec.Affine affine) {
      return new LayerSpec.Affine(affine.name(), size, affine.initial());
    } else if (layer instanceof LayerSpec.Convolution conv) {
      return new LayerSpec.Convolution(
          conv.name(),
          size,
          conv.kernelHeight(),
          conv.kernelWidth(),
          conv.stride(),
          conv.pad(),
          conv.initial());
    }
    return layer;
  }

  private Shape input(int size) {
    LayerSpec first = needed.get(0);
    Shape was = network.inputShapes().getOrDefault(first.name(), Shape.of(size));
    if (was.rank() == 1 || first instanceof LayerSpec.Affine) {
      return Shape.of(size);
    }
    int window = 1;
    for (LayerSpec layer : needed) {
      if (layer instanceof LayerSpec.Convolution conv) {
        window += Math.max(conv.kernelHeight(), conv.kernelWidth()) - 1;
      } else if (layer instanceof LayerSpec.Pooling pool) {
        window += Math.max(pool.height(), pool.width()) - 1;
      }
    }
    return Shape.of(size, window + size - 1, window + size - 1);
  }
}
