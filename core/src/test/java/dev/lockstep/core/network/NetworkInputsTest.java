package dev.lockstep.core.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.tensor.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What each layer reads, as a picture of the network needs it. */
class NetworkInputsTest {

  private static LayerSpec relu(String name) {
    return new LayerSpec.Activation(name, ActivationFunction.RELU);
  }

  @Test
  void branchesReadTheirEndsAndAnEmptyOneWhatLiesBeforeThem() {
    NetworkSpec network =
        new NetworkSpec(
            Shape.of(4),
            List.of(
                relu("relu1"),
                new LayerSpec.Branches(
                    "residual1",
                    LayerSpec.Join.SUM,
                    List.of(List.of(relu("residual1/relu1"), relu("residual1/relu2")), List.of())),
                relu("relu2")),
            new LossSpec(LossSpec.Type.SOFTMAX_CROSS_ENTROPY, LossSpec.BOOK_STABILIZER),
            0,
            new OptimizerSpec.Sgd(LearningRate.constant(0.1)));
    assertThat(network.inputs())
        .containsExactly(
            Map.entry("relu1", List.of("input")),
            Map.entry("residual1/relu1", List.of("relu1")),
            Map.entry("residual1/relu2", List.of("residual1/relu1")),
            Map.entry("residual1", List.of("residual1/relu2", "relu1")),
            Map.entry("relu2", List.of("residual1")),
            Map.entry("loss", List.of("relu2")));
  }
}
