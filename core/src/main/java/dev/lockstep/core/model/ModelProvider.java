package dev.lockstep.core.model;

import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.Map;

/**
 * Builds models of one implementation. A user's own is found by {@link java.util.ServiceLoader}.
 */
public interface ModelProvider {

  /** Returns the name shown in reports, such as {@code scratch}. */
  String name();

  /**
   * Builds a model; its state is undefined until the first {@link Model#restore}.
   *
   * @throws dev.lockstep.core.UsageException if a part of the network is not implemented, naming it
   */
  Model create(NetworkSpec network);

  /**
   * Returns what layers start with that a network does not describe ({@link
   * dev.lockstep.core.network.LayerSpec.Open}), and optimizer state that does not start at 0, by
   * path. What is not among it starts as the network says.
   *
   * @param seed of what is drawn
   */
  default Map<String, Tensor> start(NetworkSpec network, long seed) {
    return Map.of();
  }
}
