package dev.lockstep.scratch.book.backpropagation;

import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LearningRate;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.book.Require;
import dev.lockstep.scratch.book.neuralnetwork.Inference;
import dev.lockstep.scratch.execution.Sequence;
import dev.lockstep.scratch.kernels.MatrixProduct;
import dev.lockstep.scratch.layers.Affine;
import dev.lockstep.scratch.layers.Layer;
import dev.lockstep.scratch.layers.Parameter;
import dev.lockstep.scratch.layers.Pass;
import dev.lockstep.scratch.layers.Relu;
import dev.lockstep.scratch.layers.Sigmoid;
import dev.lockstep.scratch.layers.SoftmaxWithLoss;
import dev.lockstep.scratch.optimizers.Sgd;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The network of chapter 4, its gradients by backpropagation (section 5.7): affine, ReLU or
 * sigmoid, affine, softmax with cross entropy.
 */
public final class TwoLayerNet {

  /** No layer of this network draws anything. */
  private static final Masks NO_MASKS = Pass.PREDICTION.masks();

  private final Sequence layers;
  private final SoftmaxWithLoss lastLayer = new SoftmaxWithLoss(LossSpec.BOOK_STABILIZER);
  private final List<Parameter> parameters = new ArrayList<>();

  /**
   * @param initial {@code affine1/W} (inputs × hidden), {@code affine1/b} (hidden), {@code
   *     affine2/W} (hidden × classes), {@code affine2/b} (classes), such as those of chapter 4's
   *     network; copied
   * @param function of the hidden layer: ReLU or sigmoid
   * @throws IllegalArgumentException if a parameter is missing or does not fit
   */
  public TwoLayerNet(Map<String, Tensor> initial, ActivationFunction function) {
    Tensor w1 = Require.parameter(initial, "affine1/W");
    Tensor w2 = Require.parameter(initial, "affine2/W");
    Require.rank("affine1/W", w1, 2);
    Require.rank("affine2/W", w2, 2);
    int hidden = w1.shape().length(1);
    MatrixProduct product = MatrixProduct.pureJava();
    this.layers =
        new Sequence(
            List.of(
                new Affine("affine1", w1.shape().length(0), hidden, 0, product),
                activation(function),
                new Affine("affine2", hidden, w2.shape().length(1), 0, product)));
    layers.forEach(layer -> parameters.addAll(layer.parameters()));
    for (Parameter parameter : parameters) {
      Tensor value = Require.parameter(initial, parameter.path());
      Require.shape(parameter.path(), value, parameter.value().shape());
      System.arraycopy(value.data(), 0, parameter.value().data(), 0, value.size());
    }
  }

  private static Layer activation(ActivationFunction function) {
    if (function.equals(ActivationFunction.RELU)) {
      return new Relu("relu1");
    } else if (function.equals(ActivationFunction.SIGMOID)) {
      return new Sigmoid("sigmoid1");
    }
    throw new IllegalArgumentException(
        "function: expected relu or sigmoid, found " + function.id());
  }

  /** Returns the parameters themselves, by path. */
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> values = new LinkedHashMap<>();
    parameters.forEach(parameter -> values.put(parameter.path(), parameter.value()));
    return values;
  }

  /**
   * Returns the probabilities of the classes.
   *
   * @param x samples × inputs
   * @return samples × classes
   * @throws IllegalArgumentException if the batch is empty, of another width or not finite
   */
  public Tensor predict(Tensor x) {
    return lastLayer.output(scores(x)).copy(); // N×classes
  }

  private Tensor scores(Tensor x) {
    Require.finite("affine1/in", x);
    return layers.forward(x, Pass.training(NO_MASKS, Observer.NONE)); // N×classes
  }

  /**
   * Returns the cross entropy, averaged over the batch.
   *
   * @param t one-hot, samples × classes
   */
  public double loss(Tensor x, Tensor t) {
    return loss(lastLayer, x, t);
  }

  private double loss(SoftmaxWithLoss loss, Tensor x, Tensor t) {
    Require.finite("loss/targets", t);
    loss.output(scores(x));
    return loss.value(t);
  }

  /** Returns the share of samples whose class is recognised. */
  public double accuracy(Tensor x, Tensor t) {
    return Inference.accuracy(predict(x), t);
  }

  /**
   * Returns the derivatives of the loss with respect to every parameter, by path; valid until the
   * next call.
   */
  public Map<String, Tensor> gradient(Tensor x, Tensor t) {
    loss(x, t);
    layers.backwardToParameters(lastLayer.backward());
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    parameters.forEach(parameter -> gradients.put(parameter.path(), parameter.gradient()));
    return gradients;
  }

  /**
   * Holds the gradients against central differences of the loss without its stabilizing constant,
   * whose derivative they are.
   */
  public GradientCheck.Result checkGradient(Tensor x, Tensor t) {
    SoftmaxWithLoss exact = new SoftmaxWithLoss(0);
    return GradientCheck.of(() -> loss(exact, x, t), parameters(), gradient(x, t));
  }

  /** Takes one step downhill: {@code W ← W − learningRate · gradient}. */
  public void step(Tensor x, Tensor t, double learningRate) {
    gradient(x, t);
    Sgd sgd = new Sgd(LearningRate.constant(learningRate));
    parameters.forEach(parameter -> sgd.update(parameter, 0));
  }
}
