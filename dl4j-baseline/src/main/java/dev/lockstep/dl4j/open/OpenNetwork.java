package dev.lockstep.dl4j.open;

import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.dl4j.model.Network;
import java.util.List;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.BackpropType;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.MultiLayerConfiguration;
import org.deeplearning4j.nn.conf.WorkspaceMode;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.buffer.DataType;

/**
 * A network that DL4J alone builds, and what is seen of it.
 *
 * @param spec its layers from outside, and how it is trained
 * @param json what DL4J builds it from
 * @param graph whether that is a graph's
 * @param inputs the shape of one sample of each input; they come one after another in a tensor of
 *     samples
 * @param answers of several output layers, how many numbers each answers with, one layer after
 *     another; empty for one
 * @param wholeNumbers whether inputs are indices, as an embedding takes
 * @param meansOverBatch whether gradients are divided by the number of samples
 * @param remarks what is other than the file says, a sentence each
 */
public record OpenNetwork(
    NetworkSpec spec,
    String json,
    boolean graph,
    List<Shape> inputs,
    List<Integer> answers,
    boolean wholeNumbers,
    boolean meansOverBatch,
    List<String> remarks) {

  public OpenNetwork {
    remarks = List.copyOf(remarks);
    inputs = List.copyOf(inputs);
    answers = List.copyOf(answers);
  }

  Network build(DataType type, long seed) {
    return build(json, graph, type, seed);
  }

  /** Builds a network as DL4J starts it. Truncated backpropagation becomes the whole. */
  static Network build(String json, boolean graph, DataType type, long seed) {
    Model model = graph ? graph(json, type, seed) : sequence(json, type, seed);
    if (json.contains(CROPPING)) {
      withoutWorkspaces(model);
    }
    model.init();
    return Network.of(model);
  }

  /** DL4J M2.1 hands on what such a layer cuts out of its input in no workspace, and refuses it. */
  private static final String CROPPING = "layers.convolutional.Cropping";

  private static void withoutWorkspaces(Model model) {
    if (model instanceof ComputationGraph graph) {
      graph.getConfiguration().setTrainingWorkspaceMode(WorkspaceMode.NONE);
      graph.getConfiguration().setInferenceWorkspaceMode(WorkspaceMode.NONE);
    } else if (model instanceof MultiLayerNetwork sequence) {
      sequence.getLayerWiseConfigurations().setTrainingWorkspaceMode(WorkspaceMode.NONE);
      sequence.getLayerWiseConfigurations().setInferenceWorkspaceMode(WorkspaceMode.NONE);
    }
  }

  private static Model sequence(String json, DataType type, long seed) {
    MultiLayerConfiguration sequence = Network.named(json);
    sequence.setDataType(type);
    sequence.setBackpropType(BackpropType.Standard);
    sequence.getConfs().forEach(conf -> conf.setSeed(seed));
    return new MultiLayerNetwork(sequence);
  }

  private static Model graph(String json, DataType type, long seed) {
    ComputationGraphConfiguration graph = ComputationGraphConfiguration.fromJson(json);
    graph.setDataType(type);
    graph.setBackpropType(BackpropType.Standard);
    graph.getDefaultConfiguration().setSeed(seed);
    graph
        .getVertices()
        .forEach(
            (name, vertex) -> {
              if (vertex instanceof org.deeplearning4j.nn.conf.graph.LayerVertex layer) {
                layer.getLayerConf().getLayer().setLayerName(name);
              }
            });
    return new ComputationGraph(graph);
  }
}
