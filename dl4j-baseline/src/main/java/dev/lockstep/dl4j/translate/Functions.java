package dev.lockstep.dl4j.translate;

import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.nd4j.linalg.activations.IActivation;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.GradientUpdater;
import org.nd4j.linalg.learning.config.IUpdater;

/**
 * What the book draws without training anything, computed by ND4J: activation functions, gradients
 * by their formula, and the paths of DL4J's updaters. All in double, by the book's formulas.
 */
public final class Functions {

  private Functions() {}

  /** Returns a function's value at every element; of the input's shape. */
  public static Tensor apply(ActivationFunction function, Tensor x) {
    INDArray y = activation(function, array(x));
    return TensorConversion.toTensor(y, x.shape());
  }

  /**
   * Returns the activations of every layer of a network without biases.
   *
   * @param input samples × inputs
   * @param weights of each layer, inputs × units
   * @return of each layer, samples × units
   */
  public static List<Tensor> activations(
      Tensor input, List<Tensor> weights, ActivationFunction function) {
    List<Tensor> activations = new ArrayList<>();
    INDArray x = array(input);
    for (Tensor w : weights) {
      x = activation(function, x.mmul(array(w))); // N×units
      activations.add(TensorConversion.toTensor(x, Shape.of((int) x.size(0), (int) x.size(1))));
    }
    return activations;
  }

  /** The activations of ND4J overwrite what they are given. */
  private static INDArray activation(ActivationFunction function, INDArray x) {
    IActivation activation = Activations.of(function);
    return activation.getActivation(x.dup(), true);
  }

  /**
   * Returns the gradient of {@code f(x, y) = a·x² + b·y²} at every point.
   *
   * @param points N×2
   * @return N×2
   */
  public static Tensor gradient(double a, double b, Tensor points) {
    return TensorConversion.toTensor(gradientOf(a, b, array(points)), points.shape());
  }

  /**
   * Returns where an optimizer goes on {@code f(x, y) = a·x² + b·y²}.
   *
   * @param start a vector of 2
   * @return (steps + 1) × 2, from the start to the end
   */
  public static Tensor path(double a, double b, OptimizerSpec spec, Tensor start, int steps) {
    IUpdater updater = new Updaters(Set.of()).updater(spec);
    long stateSize = updater.stateSize(2);
    GradientUpdater<?> optimizer =
        updater.instantiate(
            stateSize == 0 ? null : Nd4j.zeros(DataType.DOUBLE, 1, stateSize), true);
    INDArray position = array(Tensor.of(Shape.of(1, 2), start.data()));
    Tensor path = Tensor.zeros(Shape.of(steps + 1, 2));
    System.arraycopy(start.data(), 0, path.data(), 0, 2);
    for (int step = 0; step < steps; step++) {
      INDArray change = gradientOf(a, b, position);
      optimizer.applyUpdater(change, step, 0);
      position.subi(change);
      System.arraycopy(
          TensorConversion.toTensor(position, Shape.of(2)).data(), 0, path.data(), 2 * step + 2, 2);
    }
    return path;
  }

  private static INDArray array(Tensor tensor) {
    long[] shape =
        tensor.shape().rank() == 1
            ? new long[] {1, tensor.size()}
            : new long[] {tensor.shape().length(0), tensor.shape().length(1)};
    return TensorConversion.toArray(tensor, DataType.DOUBLE, shape);
  }

  /** Returns {@code (2a·x, 2b·y)} of every row. */
  private static INDArray gradientOf(double a, double b, INDArray points) {
    return points.mulRowVector(Nd4j.create(new double[][] {{2 * a, 2 * b}}));
  }
}
