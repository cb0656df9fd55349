package dev.lockstep.scratch;

import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.execution.Sequence;
import dev.lockstep.scratch.execution.Update;
import dev.lockstep.scratch.kernels.MatrixProduct;
import dev.lockstep.scratch.kernels.Workers;
import dev.lockstep.scratch.layers.Loss;
import dev.lockstep.scratch.layers.Parameter;
import dev.lockstep.scratch.layers.Pass;
import dev.lockstep.scratch.optimizers.Optimizer;
import dev.ludovic.netlib.blas.BLAS;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Any network, by hand: layers, a loss and an optimizer, and the tensors they share by path.
 *
 * <p>An observer is shown the model's own tensors, each at the moment at which it is complete, and
 * the rest of the step reads on from what it leaves in them.
 */
public final class ScratchModel implements Model {

  /** Samples that are predicted at once, so that the buffers of many stay those of few. */
  private static final int PREDICTED_AT_ONCE = 100;

  private final NetworkSpec network;
  private final InputCheck inputCheck;
  private final Workers workers;
  private final Sequence layers;
  private final Loss loss;
  private final Update update;
  private final Update biasUpdate;
  private final List<Parameter> parameters = new ArrayList<>();
  private final Map<String, Tensor> statistics = new LinkedHashMap<>();
  private final Map<String, Tensor> state = new LinkedHashMap<>();
  private long stepsTaken;
  private boolean restored;

  /**
   * @param blas multiplies the matrices of affine and convolution layers
   * @param threads at least 1; no number depends on it
   */
  public ScratchModel(NetworkSpec network, BLAS blas, int threads) {
    this.network = network;
    this.inputCheck = new InputCheck(network);
    this.workers = new Workers(threads);
    LayerFactory factory = new LayerFactory(network, new MatrixProduct(blas, workers), workers);
    this.layers = factory.layers();
    this.loss = factory.loss();
    this.update = new Update(Optimizer.of(network.optimizer()), workers);
    this.biasUpdate = new Update(Optimizer.of(network.biasOptimizer()), workers);
    layers.forEach(layer -> parameters.addAll(layer.parameters()));
    collectState();
  }

  /** Lists every tensor that a step may change, in the order of the network. */
  private void collectState() {
    for (Parameter parameter : parameters) {
      state.put(parameter.path(), parameter.value());
    }
    for (Parameter parameter : parameters) {
      for (String slot : network.optimizer().slotNames()) {
        state.put(parameter.path() + "/" + slot, parameter.slot(slot));
      }
    }
    layers.forEach(layer -> statistics.putAll(layer.statistics()));
    state.putAll(statistics);
  }

  @Override
  public double step(Batch batch, Masks masks, Observer observer) {
    requireState();
    inputCheck.require(batch);
    Tensor scores = layers.forward(batch.inputs(), Pass.training(masks, observer));
    Tensor output = loss.output(rows(scores)); // samples × classes
    if (observer.watches()) {
      observer.observe(Phase.FORWARD, NetworkSpec.OUTPUT, () -> output);
    }
    Tensor value = Tensor.scalar(loss.value(batch.targets()) + penalties());
    if (observer.watches()) {
      observer.observe(Phase.LOSS, NetworkSpec.LOSS, () -> value);
    }

    Tensor dout = loss.backward();
    layers.backwardToParameters(dout.reshape(scores.shape()));

    for (Parameter parameter : parameters) {
      (parameter.isBias() ? biasUpdate : update).run(parameter, stepsTaken, observer);
    }
    stepsTaken++;
    if (observer.watches()) {
      statistics.forEach((path, tensor) -> observer.observe(Phase.UPDATE, path, () -> tensor));
    }
    return value.data()[0];
  }

  private double penalties() {
    double sum = 0;
    for (Parameter parameter : parameters) {
      sum += parameter.penalty();
    }
    return sum;
  }

  /** Reads the last layer's output as one row per sample, as targets are. */
  private static Tensor rows(Tensor scores) {
    int samples = scores.shape().length(0);
    return scores.shape().rank() == 2
        ? scores
        : scores.reshape(Shape.of(samples, scores.size() / samples));
  }

  @Override
  public Tensor predict(Tensor inputs) {
    requireState();
    inputCheck.requireInputs(inputs);
    int samples = inputs.shape().length(0);
    Tensor output = Tensor.zeros(Shape.of(samples, network.classes()));
    for (int from = 0; from < samples; from += PREDICTED_AT_ONCE) {
      int to = Math.min(from + PREDICTED_AT_ONCE, samples);
      Tensor part = loss.output(rows(layers.forward(slice(inputs, from, to), Pass.PREDICTION)));
      System.arraycopy(part.data(), 0, output.data(), from * network.classes(), part.size());
    }
    return output;
  }

  private Tensor slice(Tensor inputs, int from, int to) {
    if (to - from == inputs.shape().length(0)) {
      return inputs;
    }
    Tensor slice = Tensor.zeros(network.input().batchOf(to - from));
    System.arraycopy(inputs.data(), from * network.input().size(), slice.data(), 0, slice.size());
    return slice;
  }

  @Override
  public ModelState state() {
    Map<String, Tensor> copies = new LinkedHashMap<>();
    state.forEach((path, tensor) -> copies.put(path, tensor.copy()));
    return new ModelState(stepsTaken, copies);
  }

  @Override
  public void restore(ModelState from) {
    from.requireShapes(network.state());
    state.forEach(
        (path, tensor) ->
            System.arraycopy(from.tensor(path).data(), 0, tensor.data(), 0, tensor.size()));
    stepsTaken = from.step();
    restored = true;
  }

  @Override
  public boolean showsItsOwnBuffers() {
    return true;
  }

  @Override
  public void close() {
    workers.close();
  }

  private void requireState() {
    if (!restored) {
      throw new IllegalStateException("scratch: restore a state before the first step");
    }
  }
}
