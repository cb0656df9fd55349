package dev.lockstep.dl4j.json;

import dev.lockstep.core.InputException;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.dl4j.model.Network;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.jspecify.annotations.Nullable;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/**
 * DL4J's own network of a configuration, with what {@code ModelSerializer} wrote beside it. The
 * configuration must have passed the list of known classes: nothing else in a zip is looked at.
 */
final class SavedNetwork {

  private static final String WEIGHTS = "coefficients.bin";
  private static final String UPDATER = "updaterState.bin";

  /** What an entry holds besides its numbers, in bytes: shape and type. */
  private static final int HEADER = 4096;

  private SavedNetwork() {}

  /** Returns the network with parameters as DL4J draws them. */
  static Model build(String json) {
    return build(json, null, null);
  }

  /**
   * Returns the network with the zip's weights and, if there is one, its updater's state.
   *
   * @return null if the zip has no weights
   * @throws InputException if the zip holds another number of weights
   */
  static @Nullable Model read(Path zip, String json, NetworkSpec network) throws IOException {
    try (ZipFile entries = new ZipFile(zip.toFile())) {
      INDArray weights = array(entries, WEIGHTS, network);
      if (weights == null) {
        return null;
      }
      try {
        return build(json, weights, array(entries, UPDATER, network));
      } catch (IllegalArgumentException | IllegalStateException e) {
        throw new InputException(
            "expected weights and an updater's state of this network, found %d weights of another: %s"
                .formatted(weights.length(), e.getMessage()),
            e);
      }
    }
  }

  private static @Nullable INDArray array(ZipFile zip, String name, NetworkSpec network)
      throws IOException {
    ZipEntry entry = zip.getEntry(name);
    if (entry == null) {
      return null;
    }
    long numbers = network.state().values().stream().mapToLong(Shape::size).sum();
    if (entry.getSize() > Double.BYTES * numbers + HEADER) {
      throw new InputException(
          "%s: expected at most %d numbers, found %d bytes"
              .formatted(name, numbers, entry.getSize()));
    }
    try (DataInputStream stream =
        new DataInputStream(new BufferedInputStream(zip.getInputStream(entry)))) {
      return Nd4j.read(stream);
    } catch (RuntimeException e) {
      throw new InputException(
          "%s: expected an array that DL4J wrote, found that it is damaged".formatted(name), e);
    }
  }

  private static Model build(String json, @Nullable INDArray weights, @Nullable INDArray state) {
    if (Dl4jConfiguration.isGraph(json)) {
      ComputationGraph graph = new ComputationGraph(ComputationGraphConfiguration.fromJson(json));
      graph.init(weights, false);
      if (state != null) {
        graph.getUpdater().setStateViewArray(state);
      }
      return graph;
    }
    MultiLayerNetwork network = new MultiLayerNetwork(Network.named(json));
    network.init(weights, false);
    if (state != null) {
      network.getUpdater().setStateViewArray(network, state, false);
    }
    return network;
  }
}
