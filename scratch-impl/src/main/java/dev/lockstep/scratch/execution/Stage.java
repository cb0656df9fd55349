package dev.lockstep.scratch.execution;

import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Slice;
import dev.lockstep.scratch.kernels.Workers;
import dev.lockstep.scratch.layers.MaxPooling;
import dev.lockstep.scratch.layers.Pass;
import dev.lockstep.scratch.layers.Relu;
import dev.lockstep.scratch.layers.Samples;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Neighbouring layers through all of which a few samples pass before the next ones follow: what one
 * layer writes is still in the cache when the next one reads it. A layer that needs the whole batch
 * at once is a stage by itself, and so is every layer of a step that is observed. Which layers
 * share a stage changes no bit.
 *
 * <p>Within a stage nobody observes, so an output may take the place of its input, gradients are
 * kept of a few samples only, and a ReLU waits for the max pooling after it: the largest positive
 * part is the positive part of the largest, and the pooled image is the smaller one.
 */
final class Stage {

  /** What the outputs of a few samples may hold together: half of a usual second-level cache. */
  private static final int CACHED_NUMBERS = 1 << 15;

  /** From how many numbers on the threads share them: some tens of microseconds of work. */
  private static final int SHARED_NUMBERS = 1 << 16;

  private final List<Node> nodes;
  private final boolean sampleBySample;
  private int samplesAtOnce;
  private boolean shared;

  private Stage(List<Node> nodes, boolean sampleBySample) {
    this.nodes = List.copyOf(nodes);
    this.sampleBySample = sampleBySample;
  }

  /** Returns a layer as a stage. */
  static Stage of(Node node) {
    return new Stage(List.of(node), node.layer.sampleBySample());
  }

  /** Returns layers as the fewest stages. */
  static List<Stage> of(List<Node> nodes) {
    List<Stage> stages = new ArrayList<>();
    for (int from = 0, to; from < nodes.size(); from = to) {
      to = from + 1;
      if (nodes.get(from).layer.sampleBySample()) {
        while (to < nodes.size() && nodes.get(to).layer.sampleBySample()) {
          to++;
        }
      }
      stages.add(
          new Stage(poolingFirst(nodes.subList(from, to)), nodes.get(from).layer.sampleBySample()));
    }
    return stages;
  }

  private static List<Node> poolingFirst(List<Node> nodes) {
    List<Node> order = new ArrayList<>(nodes);
    for (int i = 1; i < order.size(); i++) {
      if (order.get(i - 1).layer instanceof Relu && order.get(i).layer instanceof MaxPooling) {
        Collections.swap(order, i - 1, i);
      }
    }
    return order;
  }

  Tensor forward(Tensor x, Pass pass, Workers workers) {
    Tensor y = x;
    long numbers = 0;
    boolean replaceable = false;
    for (Node node : nodes) {
      y = node.begin(y, replaceable, pass);
      replaceable = !node.layer.readsOutput();
      numbers += y.size();
    }
    int samples = x.shape().length(0);
    samplesAtOnce = (int) Math.max(1, Math.min(samples, CACHED_NUMBERS * (long) samples / numbers));
    shared = numbers >= SHARED_NUMBERS;
    forEachPart(samples, workers, part -> nodes.forEach(node -> node.forward(part)));
    last().showOutput(pass);
    return y;
  }

  /**
   * Goes back through the training pass that came last.
   *
   * @param needed false if nobody asks for the gradient with respect to the input: what is returned
   *     then holds nothing of use
   */
  Tensor backward(Tensor dout, boolean needed, Pass pass, Workers workers) {
    last().showGradient(dout, pass);
    Tensor dx = needed ? nodes.get(0).inputGradient() : dout;
    forEachPart(
        dout.shape().length(0),
        workers,
        part -> backward(Samples.of(dout, part), needed ? Samples.of(dx, part) : null));
    for (int i = nodes.size() - 1; i >= 0; i--) {
      nodes.get(i).finishBackward(pass);
    }
    return dx;
  }

  private void backward(Samples dout, @Nullable Samples dx) {
    Samples gradient = dout;
    for (int i = nodes.size() - 1; i >= 0; i--) {
      Node node = nodes.get(i);
      node.backwardToParameters(gradient);
      Samples next = i == 0 ? dx : node.inputGradients(gradient, gradient != dout, samplesAtOnce);
      if (next != null) {
        node.backwardToInput(gradient, next);
        gradient = next;
      }
    }
  }

  private Node last() {
    return nodes.get(nodes.size() - 1);
  }

  private void forEachPart(int samples, Workers workers, Consumer<Slice> action) {
    if (!sampleBySample) {
      action.accept(Slice.whole(samples));
      return;
    }
    (shared ? workers : Workers.NONE)
        .run(
            Slice.COUNT,
            i -> {
              Slice slice = Slice.of(i, samples);
              for (int from = slice.from(); from < slice.to(); from += samplesAtOnce) {
                action.accept(slice.part(from, samplesAtOnce));
              }
            });
  }
}
