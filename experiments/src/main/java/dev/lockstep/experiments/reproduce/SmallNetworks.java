package dev.lockstep.experiments.reproduce;

import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The layer of a network that computes a tensor, by itself and small. Where the tensor is the
 * gradient of another layer's output, that layer stands in front of it.
 */
final class SmallNetworks {

  /** How much stands around the layer, the least first. */
  enum Form {
    ALONE,
    /** An affine layer follows: not every implementation takes every layer as its last. */
    ANSWERED,
    /** The whole network: an implementation may have no other. */
    WHOLE
  }

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
   */
  Optional<NetworkSpec> of(int size, Form form) {
    List<LayerSpec> layers = new ArrayList<>();
    (form == Form.WHOLE ? network.layers() : needed)
        .forEach(layer -> layers.add(small(layer, size)));
    if (form == Form.ANSWERED) {
      layers.add(new LayerSpec.Affine("answer", size, new InitialValues.He()));
    }
    try {
      return Optional.of(network.withInput(input(layers, size)).withLayers(layers));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static LayerSpec small(LayerSpec layer, int size) {
    if (layer instanceof LayerSpec.Affine affine) {
      return new LayerSpec.Affine(affine.name(), size, affine.initial(), affine.bias());
    } else if (layer instanceof LayerSpec.Convolution conv) {
      return new LayerSpec.Convolution(
          conv.name(), size, conv.window(), conv.initial(), conv.bias());
    }
    return layer;
  }

  private static int extent(Window window) {
    return Math.max(window.rows().extent(), window.columns().extent());
  }

  /** Returns room for as many places along each axis as the size says. */
  private Shape input(List<LayerSpec> layers, int size) {
    LayerSpec first = layers.get(0);
    Shape was = network.inputShapes().getOrDefault(first.name(), Shape.of(size));
    if (was.rank() == 1 || first instanceof LayerSpec.Affine) {
      return Shape.of(size);
    }
    int side = size;
    for (LayerSpec layer : layers) {
      if (layer instanceof LayerSpec.Convolution conv) {
        side += extent(conv.window()) - 1;
      } else if (layer instanceof LayerSpec.Pooling pool) {
        side += extent(pool.window()) - 1;
      }
    }
    return Shape.of(size, side, side);
  }
}
