package dev.lockstep.dl4j.model;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.ledger.Conventions;
import dev.lockstep.dl4j.translate.Translation;
import dev.lockstep.dl4j.translate.Updaters;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.exception.DL4JException;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration.GraphBuilder;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/**
 * Builds the networks of a specification in Deeplearning4j.
 *
 * <p>A model starts as DL4J draws it from the seed; in a comparison it is restored from the plan's
 * initial state, and then draws nothing. Where a convention about a start is left to DL4J's way,
 * restoring a state before the first step keeps DL4J's start of that tensor.
 *
 * <p>What is compared are DL4J's built-in layers: M2.1 leaves its accelerated ones off ({@code
 * org.eclipse.deeplearning4j.helpers.disable}), and its usual library has none.
 */
public final class Dl4jProvider implements ModelProvider {

  private final Precision precision;
  private final Set<Convention> conventions;
  private final long seed;

  /**
   * @param conventions left to DL4J's way
   * @param seed of what DL4J draws itself: initial values before a restore, and dropout masks under
   *     {@link Convention#WHO_DRAWS}
   */
  public Dl4jProvider(Precision precision, Set<Convention> conventions, long seed) {
    this.precision = precision;
    this.conventions = Set.copyOf(conventions);
    this.seed = seed;
  }

  /** Returns a provider of networks whose formulas are the book's. */
  public static Dl4jProvider aligned(Precision precision) {
    return new Dl4jProvider(precision, Set.of(), 0);
  }

  /** Returns a provider of the nearest thing that a DL4J user would write without knowing. */
  public static Dl4jProvider stock(Precision precision) {
    return new Dl4jProvider(precision, Conventions.stock(), 0);
  }

  @Override
  public String name() {
    return "dl4j";
  }

  /**
   * Builds a {@code MultiLayerNetwork}, or a {@code ComputationGraph} where there are branches.
   *
   * @throws UsageException if a part of the network has no counterpart, naming it
   */
  @Override
  public Dl4jModel create(NetworkSpec network) {
    requireFreeName(network);
    List<Translation.Node> nodes = Translation.of(network, conventions);
    NeuralNetConfiguration.Builder settings = settings(network);
    boolean branching = network.layers().stream().anyMatch(LayerSpec.Branches.class::isInstance);
    try {
      Network built = branching ? graph(settings, nodes) : sequence(settings, nodes);
      return new Dl4jModel(network, built, precision.type(), conventions);
    } catch (DL4JException e) {
      throw new UsageException("dl4j cannot build this network: " + e.getMessage(), e);
    }
  }

  private static void requireFreeName(NetworkSpec network) {
    for (LayerSpec layer : network.allLayers()) {
      if (layer.name().equals(Translation.LOSS)) {
        throw new UsageException(
            "dl4j: expected layer names other than %s, which the loss layer has, found a layer"
                    .formatted(Translation.LOSS)
                + " called so; give it another name");
      }
    }
  }

  /**
   * Takes over a network that DL4J's {@code ModelSerializer} restored, such as one that {@link
   * Dl4jModel#save} wrote; masks are attached again, and training goes on where it was.
   *
   * @param network what was translated, with this provider's settings
   */
  public Dl4jModel adopt(NetworkSpec network, Model restored) {
    return new Dl4jModel(network, Network.of(restored), precision.type(), conventions);
  }

  /**
   * Weight decay is DL4J's {@code l2}. Its {@code weightDecay} acts after the updater, and set
   * here, for all layers, DL4J 1.0.0-M2.1 applies it twice.
   */
  private NeuralNetConfiguration.Builder settings(NetworkSpec network) {
    NeuralNetConfiguration.Builder settings =
        new NeuralNetConfiguration.Builder()
            .seed(seed) // DL4J's default is the clock
            .dataType(precision.type())
            .updater(new Updaters(conventions).updater(network.optimizer()))
            .miniBatch(true);
    if (network.adjustments().l1() != 0) {
      settings.l1(network.adjustments().l1());
    }
    if (network.weightDecay() == 0) {
      return settings;
    } else if (conventions.contains(Convention.GLOBAL_DECAY_TWICE)) {
      return settings.weightDecay(network.weightDecay());
    } else if (conventions.contains(Convention.DECAY_AFTER_UPDATER)) {
      return settings; // the layers have it
    }
    return settings.l2(network.weightDecay());
  }

  private static Network sequence(
      NeuralNetConfiguration.Builder settings, List<Translation.Node> nodes) {
    NeuralNetConfiguration.ListBuilder list = settings.list().validateOutputLayerConfig(false);
    for (int i = 0; i < nodes.size(); i++) {
      Translation.Node node = nodes.get(i);
      list.layer(i, Objects.requireNonNull(node.layer()));
      if (node.reshape() != null) {
        list.inputPreProcessor(i, node.reshape());
      }
    }
    MultiLayerNetwork network = new MultiLayerNetwork(list.build());
    network.init();
    return new Network.Sequence(network);
  }

  private static Network graph(
      NeuralNetConfiguration.Builder settings, List<Translation.Node> nodes) {
    GraphBuilder graph =
        settings.graphBuilder().addInputs(Translation.INPUT).validateOutputLayerConfig(false);
    for (Translation.Node node : nodes) {
      String[] inputs = node.inputs().toArray(String[]::new);
      if (node.layer() != null) {
        graph.addLayer(node.name(), node.layer(), node.reshape(), inputs);
      } else {
        graph.addVertex(node.name(), node.vertex(), inputs);
      }
    }
    ComputationGraph network = new ComputationGraph(graph.setOutputs(Translation.LOSS).build());
    network.init();
    return new Network.Graph(network);
  }
}
