package dev.lockstep.experiments.verify;

import dev.lockstep.core.network.NetworkSpec;

/**
 * A part of networks and the small network in which it is tried.
 *
 * @param kind such as {@code layer} or {@code optimizer}
 * @param name begins with the part's name in experiment files
 */
public record Part(String kind, String name, NetworkSpec network) {

  /** Returns kind and name, {@code optimizer adam, dense}. */
  public String title() {
    return kind + " " + name;
  }
}
