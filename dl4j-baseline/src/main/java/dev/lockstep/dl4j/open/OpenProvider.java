package dev.lockstep.dl4j.open;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.model.Precision;
import java.util.Map;

/** Builds a network that DL4J alone can build. */
public final class OpenProvider implements ModelProvider {

  private final OpenNetwork network;
  private final Precision precision;

  public OpenProvider(OpenNetwork network, Precision precision) {
    this.network = network;
    this.precision = precision;
  }

  @Override
  public String name() {
    return "dl4j";
  }

  @Override
  public OpenModel create(NetworkSpec asked) {
    if (!asked.equals(network.spec())) {
      throw new UsageException("dl4j: builds the network of its own file only, found another");
    }
    return new OpenModel(network, network.build(precision.type(), 0), precision.type());
  }

  /** Returns what DL4J draws and what it starts optimizers with: everything. */
  @Override
  public Map<String, Tensor> start(NetworkSpec asked, long seed) {
    try (OpenModel model =
        new OpenModel(
            network, network.build(Precision.DOUBLE.type(), seed), Precision.DOUBLE.type())) {
      return model.state().tensors();
    }
  }
}
