package dev.lockstep.core.model;

import dev.lockstep.core.network.NetworkSpec;

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
}
