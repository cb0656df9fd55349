package dev.lockstep.dl4j.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.core.InputException;
import dev.lockstep.core.UsageException;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.Stream;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.factory.Nd4j;

class Dl4jProviderTest {

  private static final Dl4jProvider PROVIDER = Dl4jProvider.aligned(Precision.DOUBLE);

  @TempDir private Path directory;

  private static NetworkSpec zoo(String name) {
    return Objects.requireNonNull(Zoo.networks().get(name));
  }

  @Test
  void itsNameIsThatOfReports() {
    assertThat(PROVIDER.name()).isEqualTo("dl4j");
  }

  @TestFactory
  Stream<DynamicTest> aSavedNetworkGoesOnWithTheSameBits() {
    return Zoo.networks().entrySet().stream()
        .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> saveAndGoOn(entry.getValue())));
  }

  private static Model restored(Path file) throws IOException {
    try {
      return ModelSerializer.restoreMultiLayerNetwork(file.toFile(), true);
    } catch (RuntimeException e) {
      return ModelSerializer.restoreComputationGraph(file.toFile(), true);
    }
  }

  private void saveAndGoOn(NetworkSpec network) throws IOException {
    Path file = directory.resolve("network.zip");
    try (Dl4jModel model = Fixture.model(network, Fixture.start(network, 1))) {
      Fixture.train(model, network, 1, 3);
      model.save(file);
      try (Dl4jModel loaded = PROVIDER.adopt(network, restored(file))) {
        assertThat(loaded.state()).isEqualTo(model.state());
        Fixture.train(model, network, 4, 6);
        Fixture.train(loaded, network, 4, 6);
        assertThat(loaded.state()).isEqualTo(model.state());
      }
    }
  }

  @Test
  void aSequenceIsAMultiLayerNetworkAndBranchesAreAGraph() throws IOException {
    Path sequence = directory.resolve("sequence.zip");
    Path graph = directory.resolve("graph.zip");
    try (Dl4jModel model = PROVIDER.create(zoo("dense"))) {
      model.save(sequence);
    }
    try (Dl4jModel model = PROVIDER.create(zoo("residual"))) {
      model.save(graph);
    }

    MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(sequence.toFile());
    ComputationGraph branching = ModelSerializer.restoreComputationGraph(graph.toFile());
    assertThat(network.getLayer("affine1").getParam("W").shape()).containsExactly(5, 4);
    assertThat(branching.getLayer("residual1/conv1").getParam("W").shape())
        .containsExactly(2, 2, 3, 3);
  }

  @Test
  void aRestoredDropoutLayerAsksForItsMasks() throws IOException {
    Path file = directory.resolve("network.zip");
    try (Dl4jModel model = PROVIDER.create(zoo("dense"))) {
      model.save(file);
    }
    MultiLayerNetwork network = ModelSerializer.restoreMultiLayerNetwork(file.toFile());

    assertThatThrownBy(
            () -> network.fit(Nd4j.ones(DataType.DOUBLE, 2, 5), Nd4j.ones(DataType.DOUBLE, 2, 3)))
        .hasMessageContaining("dropout1")
        .hasMessageContaining("useMasks");
  }

  @Test
  void aFileThatCannotBeWrittenIsNamed() {
    Path file = directory.resolve("missing").resolve("network.zip");
    try (Dl4jModel model = PROVIDER.create(zoo("dense"))) {
      assertThatThrownBy(() -> model.save(file))
          .isInstanceOf(InputException.class)
          .hasMessageContaining("network.zip");
    }
  }

  @Test
  void aLayerWithTheNameOfTheLossIsRefused() {
    NetworkSpec network =
        Fixture.network(
            Shape.of(2), Fixture.CROSS_ENTROPY, 0, Fixture.SGD, Fixture.affine("loss", 3));

    assertThatThrownBy(() -> PROVIDER.create(network))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("loss");
  }
}
