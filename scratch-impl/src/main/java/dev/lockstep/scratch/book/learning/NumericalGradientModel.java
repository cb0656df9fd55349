package dev.lockstep.scratch.book.learning;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.InputCheck;
import dev.lockstep.scratch.book.neuralnetwork.Activations;
import dev.lockstep.scratch.execution.Sequence;
import dev.lockstep.scratch.execution.Update;
import dev.lockstep.scratch.kernels.MatrixProduct;
import dev.lockstep.scratch.kernels.Workers;
import dev.lockstep.scratch.layers.Affine;
import dev.lockstep.scratch.layers.Parameter;
import dev.lockstep.scratch.layers.Pass;
import dev.lockstep.scratch.layers.SoftmaxWithLoss;
import dev.lockstep.scratch.optimizers.Optimizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Collectors;

/**
 * {@link TwoLayerNet} as a model to be trained step by step: affine, a function, affine, softmax
 * and cross entropy, with every gradient by central differences of the loss as it is, its
 * stabilizing constant included.
 *
 * <p>The backward phase has the same tensors as that of backpropagation, all of them differences:
 * {@code affine1/out} is what the loss changes by when a single number there is moved.
 */
public final class NumericalGradientModel implements Model {

  private final NetworkSpec network;
  private final InputCheck inputCheck;
  private final Affine affine1;
  private final String activation;
  private final DoubleUnaryOperator function;
  private final Affine affine2;
  private final SoftmaxWithLoss lastLayer;
  private final Update update;
  private final List<Parameter> parameters = new ArrayList<>();
  private final Map<String, Tensor> state = new LinkedHashMap<>();
  private long stepsTaken;
  private boolean restored;

  /**
   * @throws UsageException if the network is another than affine, activation, affine, softmax with
   *     cross entropy, or has weight decay
   */
  public NumericalGradientModel(NetworkSpec network) {
    List<LayerSpec> layers = network.layers();
    if (layers.size() != 3
        || !(layers.get(0) instanceof LayerSpec.Affine first)
        || !(layers.get(1) instanceof LayerSpec.Activation between)
        || !(layers.get(2) instanceof LayerSpec.Affine second)
        || network.loss().type() != LossSpec.Type.SOFTMAX_CROSS_ENTROPY
        || network.weightDecay() != 0) {
      throw new UsageException(
          "the numerical gradient is there for affine, activation, affine with "
              + LossSpec.Type.SOFTMAX_CROSS_ENTROPY.id()
              + " and no weight decay; found "
              + network.layers().stream()
                  .map(LayerSpec::name)
                  .collect(Collectors.joining(", ", "", ", "))
              + "with %s and weight decay %s"
                  .formatted(network.loss().type().id(), network.weightDecay()));
    }
    this.network = network;
    this.inputCheck = new InputCheck(network);
    MatrixProduct product = MatrixProduct.pureJava();
    this.affine1 = new Affine(first.name(), network.input().size(), first.units(), 0, product);
    this.activation = between.name();
    this.function = Activations.of(between.function());
    this.affine2 = new Affine(second.name(), first.units(), second.units(), 0, product);
    this.lastLayer = new SoftmaxWithLoss(network.loss().stabilizer());
    this.update = new Update(Optimizer.of(network.optimizer()), Workers.NONE);
    parameters.addAll(affine1.parameters());
    parameters.addAll(affine2.parameters());
    parameters.forEach(parameter -> state.put(parameter.path(), parameter.value()));
    for (Parameter parameter : parameters) {
      for (String slot : network.optimizer().slotNames()) {
        state.put(parameter.path() + "/" + slot, parameter.slot(slot));
      }
    }
  }

  @Override
  public double step(Batch batch, Masks masks, Observer observer) {
    requireState();
    inputCheck.require(batch);
    Tensor a1 = forward(affine1, batch.inputs()); // N×H
    Tensor z1 = Activations.apply(function, a1); // N×H
    Tensor a2 = forward(affine2, z1); // N×C
    Tensor y = lastLayer.output(a2); // N×C
    double loss = lastLayer.value(batch.targets());
    observe(observer, Phase.FORWARD, affine1.name() + "/out", a1);
    observe(observer, Phase.FORWARD, activation + "/out", z1);
    observe(observer, Phase.FORWARD, affine2.name() + "/out", a2);
    observe(observer, Phase.FORWARD, NetworkSpec.OUTPUT, y);
    observe(observer, Phase.LOSS, NetworkSpec.LOSS, Tensor.scalar(loss));

    differentiate(
        new TwoLayerNumericalGradient(
            batch.inputs(),
            a1,
            z1,
            affine2.parameters().get(0).value(),
            a2,
            batch.targets(),
            function,
            network.loss().stabilizer()),
        batch.size(),
        observer);

    parameters.forEach(parameter -> update.run(parameter, stepsTaken, observer));
    stepsTaken++;
    return loss;
  }

  private static Tensor forward(Affine layer, Tensor x) {
    return new Sequence(List.of(layer)).forward(x, Pass.PREDICTION);
  }

  /** Sets the gradient of every parameter, last layer first, as backpropagation would. */
  private void differentiate(TwoLayerNumericalGradient loss, int samples, Observer observer) {
    Parameter w1 = affine1.parameters().get(0);
    Parameter b1 = affine1.parameters().get(1);
    Parameter w2 = affine2.parameters().get(0);
    Parameter b2 = affine2.parameters().get(1);

    Tensor da2 = Tensor.zeros(b2.value().shape().batchOf(samples)); // N×C
    loss.secondLayer(w2.gradient(), da2);
    sumOfRows(da2, b2.gradient());
    observe(observer, Phase.BACKWARD, affine2.name() + "/out", da2);
    observe(observer, Phase.BACKWARD, w2.path(), w2.gradient());
    observe(observer, Phase.BACKWARD, b2.path(), b2.gradient());

    Tensor da1 = Tensor.zeros(b1.value().shape().batchOf(samples)); // N×H
    if (observer.watches()) {
      Tensor dz1 = Tensor.zeros(da1.shape());
      loss.hiddenLayer(dz1);
      observe(observer, Phase.BACKWARD, activation + "/out", dz1);
    }
    loss.firstLayer(w1.gradient(), da1);
    sumOfRows(da1, b1.gradient());
    observe(observer, Phase.BACKWARD, affine1.name() + "/out", da1);
    observe(observer, Phase.BACKWARD, w1.path(), w1.gradient());
    observe(observer, Phase.BACKWARD, b1.path(), b1.gradient());
  }

  private static void sumOfRows(Tensor rows, Tensor sum) {
    Arrays.fill(sum.data(), 0);
    for (int i = 0; i < rows.size(); i++) {
      sum.data()[i % sum.size()] += rows.data()[i];
    }
  }

  private static void observe(Observer observer, Phase phase, String path, Tensor tensor) {
    if (observer.watches()) {
      observer.observe(phase, path, () -> tensor);
    }
  }

  @Override
  public Tensor predict(Tensor inputs) {
    requireState();
    inputCheck.requireInputs(inputs);
    Tensor a1 = forward(affine1, inputs); // N×H
    Tensor z1 = Activations.apply(function, a1); // N×H
    return lastLayer.output(forward(affine2, z1)).copy(); // N×C
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

  private void requireState() {
    if (!restored) {
      throw new IllegalStateException("scratch-numerical: restore a state before the first step");
    }
  }
}
