package dev.lockstep.dl4j.json;

import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.dl4j.translate.Findings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.deeplearning4j.nn.conf.ComputationGraphConfiguration;
import org.deeplearning4j.nn.conf.InputPreProcessor;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.graph.ElementWiseVertex;
import org.deeplearning4j.nn.conf.graph.GraphVertex;
import org.deeplearning4j.nn.conf.graph.LayerVertex;
import org.deeplearning4j.nn.conf.graph.MergeVertex;
import org.jspecify.annotations.Nullable;

/**
 * Reads a graph as a sequence of layers some of which are branches that join again. The branches of
 * a join begin after its immediate dominator: the nearest vertex that every way to it leads
 * through.
 */
final class GraphReader {

  private final ComputationGraphConfiguration graph;
  private final LayerReader layers;
  private final Findings findings;
  private final Map<String, Set<String>> dominators = new HashMap<>();

  private final Set<String> begun = new HashSet<>();

  /** Of the vertices that were read: whether DL4J has their output as images. */
  private final Map<String, Boolean> images = new HashMap<>();

  GraphReader(ComputationGraphConfiguration graph, LayerReader layers, Findings findings) {
    this.graph = graph;
    this.layers = layers;
    this.findings = findings;
  }

  /** Returns the classes that a file may name for what is read here. */
  static Set<Class<?>> classes() {
    return Set.of(ElementWiseVertex.class, LayerVertex.class, MergeVertex.class);
  }

  List<LayerSpec> read() {
    if (graph.getNetworkInputs().size() != 1 || graph.getNetworkOutputs().size() != 1) {
      findings.unknown(
          "the graph",
          "inputs %s and outputs %s, expected one of each"
              .formatted(graph.getNetworkInputs(), graph.getNetworkOutputs()));
      return List.of();
    }
    String input = graph.getNetworkInputs().get(0);
    images.put(input, startsWithImages());
    List<LayerSpec> read = new ArrayList<>();
    read(input, graph.getNetworkOutputs().get(0), read);
    requireAllRead();
    return read;
  }

  private boolean startsWithImages() {
    List<NeuralNetConfiguration> confs = new ArrayList<>();
    List<@Nullable InputPreProcessor> reshapes = new ArrayList<>();
    for (GraphVertex vertex : graph.getVertices().values()) {
      if (vertex instanceof LayerVertex layer) {
        confs.add(layer.getLayerConf());
        reshapes.add(layer.getPreProcessor());
      }
    }
    return LayerReader.startsWithImages(confs, reshapes);
  }

  private void requireAllRead() {
    for (String vertex : graph.getVertices().keySet()) {
      if (!images.containsKey(vertex)) {
        findings.unknown(vertex, "does not lead to the output");
      }
    }
  }

  private List<String> inputsOf(String vertex) {
    return Objects.requireNonNull(graph.getVertexInputs().get(vertex), vertex);
  }

  /**
   * Reads what lies between two vertices.
   *
   * @param from a dominator of the last, not read itself
   * @param to the last vertex to read
   */
  private void read(String from, String to, List<LayerSpec> read) {
    if (to.equals(from)) {
      return;
    }
    if (!begun.add(to)) {
      findings.unknown(to, "part of several branches, expected branches that nest");
      return;
    }
    List<String> inputs = inputsOf(to);
    if (inputs.size() == 1) {
      read(from, inputs.get(0), read);
      single(inputs.get(0), to, read);
    } else {
      String fork = immediateDominator(to);
      read(from, fork, read);
      branches(fork, to, inputs, read);
    }
  }

  private void single(String from, String name, List<LayerSpec> read) {
    GraphVertex vertex = vertex(name);
    boolean image = Objects.requireNonNull(images.get(from), from);
    if (vertex instanceof LayerVertex layer) {
      image = layers.read(layer.getLayerConf(), layer.getPreProcessor(), image, read);
      nameBranches(name, read);
    } else if (!(vertex instanceof ElementWiseVertex) && !(vertex instanceof MergeVertex)) {
      findings.unknown(name, vertex.getClass().getSimpleName());
    } // else the sum or the concatenation of one thing, which is that thing
    images.put(name, image);
  }

  /** A translation's own join is followed by a layer that does nothing but name the branches. */
  private static void nameBranches(String name, List<LayerSpec> read) {
    int last = read.size() - 1;
    if (last > 0
        && read.get(last - 1) instanceof LayerSpec.Branches joined
        && joined.name().equals(name + "#join")) {
      read.remove(last);
      read.set(last - 1, new LayerSpec.Branches(name, joined.join(), joined.branches()));
    }
  }

  private void branches(String fork, String join, List<String> ends, List<LayerSpec> read) {
    List<List<LayerSpec>> branches = new ArrayList<>();
    for (String end : ends) {
      List<LayerSpec> branch = new ArrayList<>();
      read(fork, end, branch);
      branches.add(branch);
    }
    read.add(new LayerSpec.Branches(join, join(join), branches));
    images.put(join, Objects.requireNonNull(images.get(ends.get(0))));
  }

  private LayerSpec.Join join(String name) {
    GraphVertex vertex = vertex(name);
    if (vertex instanceof ElementWiseVertex sum) {
      findings.require(name, "operation", sum.getOp(), ElementWiseVertex.Op.Add);
      return LayerSpec.Join.SUM;
    } else if (vertex instanceof MergeVertex merge) {
      findings.require(name, "merge axis", merge.getMergeAxis(), MergeVertex.DEFAULT_MERGE_DIM);
    } else {
      findings.unknown(name, "joins, but is a " + vertex.getClass().getSimpleName());
    }
    return LayerSpec.Join.CONCATENATE;
  }

  private GraphVertex vertex(String name) {
    return Objects.requireNonNull(graph.getVertices().get(name), name);
  }

  private String immediateDominator(String vertex) {
    String nearest = graph.getNetworkInputs().get(0);
    for (String candidate : dominators(vertex)) {
      // the nearer one is, the more dominators it has itself
      if (!candidate.equals(vertex) && dominators(candidate).size() > dominators(nearest).size()) {
        nearest = candidate;
      }
    }
    return nearest;
  }

  private Set<String> dominators(String vertex) {
    Set<String> known = dominators.get(vertex);
    if (known != null) {
      return known;
    }
    dominators.put(vertex, Set.of()); // ends the search in a graph with a cycle
    Set<String> result = new HashSet<>();
    if (!graph.getNetworkInputs().contains(vertex)) {
      List<String> inputs = inputsOf(vertex);
      result.addAll(dominators(inputs.get(0)));
      for (String input : inputs) {
        result.retainAll(dominators(input));
      }
    }
    result.add(vertex);
    dominators.put(vertex, result);
    return result;
  }
}
