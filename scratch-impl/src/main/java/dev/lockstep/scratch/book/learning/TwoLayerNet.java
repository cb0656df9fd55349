package dev.lockstep.scratch.book.learning;

import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.book.Require;
import dev.lockstep.scratch.book.neuralnetwork.Activations;
import dev.lockstep.scratch.book.neuralnetwork.Inference;
import dev.lockstep.scratch.book.neuralnetwork.Matrices;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * A network of two layers that learns by the numerical gradient (section 4.5): affine, sigmoid,
 * affine, softmax, cross entropy.
 *
 * <p>This is the definition, written to be read: a step on 784-50-10 evaluates the loss 159,020
 * times. {@link NumericalGradientModel} computes the same numbers and evaluates only what changes.
 */
public final class TwoLayerNet {

  /** The paths of its parameters, in the order of the forward pass. */
  static final String W1 = "affine1/W";

  static final String B1 = "affine1/b";
  static final String W2 = "affine2/W";
  static final String B2 = "affine2/b";

  private final Tensor w1;
  private final Tensor b1;
  private final Tensor w2;
  private final Tensor b2;

  /** Draws the weights from a normal distribution around 0; biases are 0. */
  public TwoLayerNet(
      int inputs, int hidden, int classes, double standardDeviation, RandomGenerator random) {
    this.w1 = normal(Shape.of(inputs, hidden), standardDeviation, random);
    this.b1 = Tensor.zeros(Shape.of(hidden));
    this.w2 = normal(Shape.of(hidden, classes), standardDeviation, random);
    this.b2 = Tensor.zeros(Shape.of(classes));
  }

  /**
   * Takes parameters as they are, such as those of a training plan.
   *
   * @param parameters {@code affine1/W} (inputs × hidden), {@code affine1/b} (hidden), {@code
   *     affine2/W} (hidden × classes), {@code affine2/b} (classes); copied
   * @throws IllegalArgumentException if one is missing or does not fit
   */
  public TwoLayerNet(Map<String, Tensor> parameters) {
    this.w1 = copyOf(parameters, W1, 2);
    this.b1 = copyOf(parameters, B1, 1);
    this.w2 = copyOf(parameters, W2, 2);
    this.b2 = copyOf(parameters, B2, 1);
    int hidden = w1.shape().length(1);
    int classes = w2.shape().length(1);
    Require.shape(B1, b1, Shape.of(hidden));
    Require.shape(W2, w2, Shape.of(hidden, classes));
    Require.shape(B2, b2, Shape.of(classes));
  }

  private static Tensor normal(Shape shape, double deviation, RandomGenerator random) {
    return Activations.apply(zero -> deviation * random.nextGaussian(), Tensor.zeros(shape));
  }

  private static Tensor copyOf(Map<String, Tensor> parameters, String path, int rank) {
    Tensor parameter = Require.parameter(parameters, path);
    Require.rank(path, parameter, rank);
    return parameter.copy();
  }

  /** Returns the parameters themselves, by path. */
  public Map<String, Tensor> parameters() {
    Map<String, Tensor> parameters = new LinkedHashMap<>();
    parameters.put(W1, w1);
    parameters.put(B1, b1);
    parameters.put(W2, w2);
    parameters.put(B2, b2);
    return parameters;
  }

  /**
   * Returns the probabilities of the classes.
   *
   * @param x samples × inputs, or one sample
   * @return samples × classes, or classes
   * @throws IllegalArgumentException if the batch is empty, of another width or not finite
   */
  public Tensor predict(Tensor x) {
    Require.rows("affine1", x, w1.shape().length(0));
    Require.finite("affine1", x);
    Tensor a1 = Matrices.affine(x, w1, b1); // N×hidden
    Tensor z1 = Activations.apply(Activations::sigmoid, a1); // N×hidden
    Tensor a2 = Matrices.affine(z1, w2, b2); // N×classes
    return Activations.softmax(a2); // N×classes
  }

  /**
   * Returns the cross entropy, averaged over the batch.
   *
   * @param t one-hot, samples × classes
   */
  public double loss(Tensor x, Tensor t) {
    return Losses.crossEntropy(predict(x), t, LossSpec.BOOK_STABILIZER);
  }

  /** Returns the share of samples whose class is recognised. */
  public double accuracy(Tensor x, Tensor t) {
    return Inference.accuracy(predict(x), t);
  }

  /** Returns the derivatives of the loss with respect to every parameter, by path. */
  public Map<String, Tensor> numericalGradient(Tensor x, Tensor t) {
    return NumericalGradient.gradients(() -> loss(x, t), parameters());
  }

  /** Takes one step downhill: {@code W ← W − learningRate · gradient}. */
  public void step(Tensor x, Tensor t, double learningRate) {
    Map<String, Tensor> gradients = numericalGradient(x, t);
    parameters()
        .forEach(
            (path, parameter) -> {
              double[] gradient = Objects.requireNonNull(gradients.get(path)).data();
              for (int i = 0; i < gradient.length; i++) {
                parameter.data()[i] -= learningRate * gradient[i];
              }
            });
  }
}
