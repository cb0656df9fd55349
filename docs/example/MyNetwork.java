package com.example;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/** The book's TwoLayerNet as a reader may write it: affine, sigmoid, affine, softmax; SGD. */
public final class MyNetwork implements Model {

  /** Found by its name: {@code --candidate my-network}. */
  public static final class Provider implements ModelProvider {
    @Override
    public String name() {
      return "my-network";
    }

    @Override
    public Model create(NetworkSpec network) {
      return new MyNetwork(network);
    }
  }

  private final double learningRate;
  private Tensor w1 = Tensor.zeros(Shape.of(0, 0)); // inputs × hidden
  private Tensor b1 = Tensor.zeros(Shape.of(0)); // hidden
  private Tensor w2 = Tensor.zeros(Shape.of(0, 0)); // hidden × classes
  private Tensor b2 = Tensor.zeros(Shape.of(0)); // classes
  private long steps;

  public MyNetwork(NetworkSpec network) {
    if (network.layers().size() != 3
        || !(network.layers().get(0) instanceof LayerSpec.Affine)
        || !network.layers().get(1).name().equals("sigmoid1")
        || !(network.layers().get(2) instanceof LayerSpec.Affine)
        || !(network.optimizer() instanceof OptimizerSpec.Sgd)
        || network.weightDecay() != 0) {
      throw new UsageException("my-network: expected affine, sigmoid, affine and SGD");
    }
    this.learningRate = network.optimizer().learningRate().initial();
  }

  @Override
  public double step(Batch batch, Masks masks, Observer observer) {
    int samples = batch.size();
    Tensor x = batch.inputs(); // samples × inputs

    Tensor a1 = plus(times(x, w1), b1); // samples × hidden
    Tensor z1 = a1.copy();
    for (int i = 0; i < z1.size(); i++) {
      z1.data()[i] = 1 / (1 + Math.exp(-a1.data()[i]));
    }
    Tensor a2 = plus(times(z1, w2), b2); // samples × classes
    Tensor y = softmax(a2);
    observer.observe(Phase.FORWARD, "affine1/out", () -> a1);
    observer.observe(Phase.FORWARD, "sigmoid1/out", () -> z1);
    observer.observe(Phase.FORWARD, "affine2/out", () -> a2);
    observer.observe(Phase.FORWARD, NetworkSpec.OUTPUT, () -> y);

    double sum = 0;
    for (int i = 0; i < y.size(); i++) {
      sum -= batch.targets().data()[i] * Math.log(y.data()[i] + 1e-7);
    }
    double loss = sum / samples;
    observer.observe(Phase.LOSS, NetworkSpec.LOSS, () -> Tensor.scalar(loss));

    Tensor da2 = y.copy(); // samples × classes
    for (int i = 0; i < y.size(); i++) {
      da2.data()[i] = (y.data()[i] - batch.targets().data()[i]) / samples;
    }
    Tensor dw2 = times(transposed(z1), da2);
    Tensor db2 = sumOfRows(da2);
    Tensor dz1 = times(da2, transposed(w2)); // samples × hidden
    Tensor da1 = dz1.copy();
    for (int i = 0; i < da1.size(); i++) {
      da1.data()[i] *= z1.data()[i] * (1 - z1.data()[i]);
    }
    Tensor dw1 = times(transposed(x), da1);
    Tensor db1 = sumOfRows(da1);
    observer.observe(Phase.BACKWARD, "affine2/out", () -> da2);
    observer.observe(Phase.BACKWARD, "affine2/W", () -> dw2);
    observer.observe(Phase.BACKWARD, "affine2/b", () -> db2);
    observer.observe(Phase.BACKWARD, "sigmoid1/out", () -> dz1);
    observer.observe(Phase.BACKWARD, "affine1/out", () -> da1);
    observer.observe(Phase.BACKWARD, "affine1/W", () -> dw1);
    observer.observe(Phase.BACKWARD, "affine1/b", () -> db1);

    move(w1, dw1);
    move(b1, db1);
    move(w2, dw2);
    move(b2, db2);
    steps++;
    state().tensors().forEach((path, t) -> observer.observe(Phase.UPDATE, path, () -> t));
    return loss;
  }

  @Override
  public Tensor predict(Tensor inputs) {
    Tensor z1 = plus(times(inputs, w1), b1);
    for (int i = 0; i < z1.size(); i++) {
      z1.data()[i] = 1 / (1 + Math.exp(-z1.data()[i]));
    }
    return softmax(plus(times(z1, w2), b2));
  }

  @Override
  public ModelState state() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    tensors.put("affine1/W", w1.copy());
    tensors.put("affine1/b", b1.copy());
    tensors.put("affine2/W", w2.copy());
    tensors.put("affine2/b", b2.copy());
    return new ModelState(steps, tensors);
  }

  @Override
  public void restore(ModelState state) {
    w1 = state.tensor("affine1/W").copy();
    b1 = state.tensor("affine1/b").copy();
    w2 = state.tensor("affine2/W").copy();
    b2 = state.tensor("affine2/b").copy();
    steps = state.step();
  }

  private void move(Tensor parameter, Tensor gradient) {
    for (int i = 0; i < parameter.size(); i++) {
      parameter.data()[i] -= learningRate * gradient.data()[i];
    }
  }

  private static Tensor times(Tensor a, Tensor b) {
    int rows = a.shape().length(0);
    int inner = a.shape().length(1);
    int columns = b.shape().length(1);
    Tensor product = Tensor.zeros(Shape.of(rows, columns));
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < inner; k++) {
        double left = a.data()[i * inner + k];
        for (int j = 0; j < columns; j++) {
          product.data()[i * columns + j] += left * b.data()[k * columns + j];
        }
      }
    }
    return product;
  }

  private static Tensor transposed(Tensor a) {
    int rows = a.shape().length(0);
    int columns = a.shape().length(1);
    Tensor result = Tensor.zeros(Shape.of(columns, rows));
    for (int i = 0; i < a.size(); i++) {
      result.data()[i % columns * rows + i / columns] = a.data()[i];
    }
    return result;
  }

  private static Tensor plus(Tensor a, Tensor row) {
    for (int i = 0; i < a.size(); i++) {
      a.data()[i] += row.data()[i % row.size()];
    }
    return a;
  }

  private static Tensor sumOfRows(Tensor a) {
    int columns = a.shape().length(1);
    Tensor sum = Tensor.zeros(Shape.of(columns));
    for (int i = 0; i < a.size(); i++) {
      sum.data()[i % columns] += a.data()[i];
    }
    return sum;
  }

  private static Tensor softmax(Tensor a) {
    int columns = a.shape().length(1);
    Tensor y = a.copy();
    for (int from = 0; from < a.size(); from += columns) {
      double largest = Double.NEGATIVE_INFINITY;
      for (int j = from; j < from + columns; j++) {
        largest = Math.max(largest, a.data()[j]);
      }
      double sum = 0;
      for (int j = from; j < from + columns; j++) {
        y.data()[j] = Math.exp(a.data()[j] - largest);
        sum += y.data()[j];
      }
      for (int j = from; j < from + columns; j++) {
        y.data()[j] /= sum;
      }
    }
    return y;
  }
}
