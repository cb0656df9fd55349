package dev.lockstep.scratch.book.learning;

import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.NetworkSpec;

/** Builds networks of two layers that learn by the numerical gradient. */
public final class NumericalGradientProvider implements ModelProvider {

  @Override
  public String name() {
    return "scratch-numerical";
  }

  @Override
  public Model create(NetworkSpec network) {
    return new NumericalGradientModel(network);
  }
}
