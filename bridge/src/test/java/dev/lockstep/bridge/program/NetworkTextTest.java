package dev.lockstep.bridge.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class NetworkTextTest {

  @Test
  void everyNetworkIsReadAsItWasWritten() {
    List<NetworkSpec> networks = new ArrayList<>(BundledSidesTest.networks());
    for (OptimizerSpec optimizer : BundledSidesTest.everyOptimizer()) {
      networks.add(networks.get(0).withOptimizer(optimizer));
    }
    for (ActivationFunction function : ActivationFunction.all()) {
      networks.add(
          networks
              .get(0)
              .withLayers(
                  List.of(
                      new LayerSpec.Activation(
                          "f1", function.with((name, usual) -> usual + 0.125)))));
    }
    for (LossSpec.Type type : LossSpec.Type.values()) {
      networks.add(networks.get(0).withLoss(new LossSpec(type, 0.25)));
    }
    for (NetworkSpec network : networks) {
      assertThat(NetworkText.read(NetworkText.of(network))).isEqualTo(network);
    }
  }

  @Test
  void isWrittenAsAnExperimentFileWouldBe() {
    assertThat(NetworkText.of(ProgramTest.NETWORK))
        .isEqualTo(
            "{\"input\":[3],"
                + "\"layers\":[{\"affine\":{\"name\":\"affine1\",\"units\":2,\"initial\":\"he\"}}],"
                + "\"loss\":{\"type\":\"softmaxCrossEntropy\",\"stabilizer\":0.0},"
                + "\"weightDecay\":0.0,"
                + "\"optimizer\":{\"type\":\"sgd\",\"learningRate\":0.1}}");
  }
}
