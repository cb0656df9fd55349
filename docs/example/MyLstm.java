package com.example;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An LSTM (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000) and a softmax
 * over classes after each of its steps, trained by Adam, as a reader may write it.
 *
 * <p>Sequences are samples × features × steps. Behind its end a sequence is NaN, and so is a target
 * where no answer is asked for; what a layer puts out there is 0.
 */
public final class MyLstm implements Model {

  /** Found by its name: {@code --candidate my-lstm}. */
  public static final class Provider implements ModelProvider {
    @Override
    public String name() {
      return "my-lstm";
    }

    @Override
    public Model create(NetworkSpec network) {
      return new MyLstm(network);
    }
  }

  private final OptimizerSpec.Adam adam;
  private final Map<String, Shape> shapes;
  private final int features;
  private final int units;
  private final int classes;
  private Map<String, Tensor> tensors = Map.of();
  private long taken;

  public MyLstm(NetworkSpec network) {
    if (!network.outputShapes().keySet().toString().equals("[lstm, output]")
        || !(network.optimizer() instanceof OptimizerSpec.Adam)) {
      throw new UsageException("my-lstm: expected the layers lstm and output, and Adam");
    }
    this.adam = (OptimizerSpec.Adam) network.optimizer();
    this.shapes = network.state();
    this.features = network.input().length(0);
    this.units = network.outputShapes().get("lstm").length(0);
    this.classes = network.outputShapes().get("output").length(0);
  }

  /** What a forward pass leaves for the backward pass: of each step, samples × units. */
  private final class Pass {
    final int samples;
    final int steps;
    final double[][] x; // samples × features
    final boolean[][] there; // samples
    final double[][] g; // what may enter the memory
    final double[][] f; // how much of the memory is kept
    final double[][] o; // how much of it is put out
    final double[][] i; // how much of g enters
    final double[][] c; // the memory
    final double[][] h; // what is put out
    final double[][] a; // samples × classes, before the softmax
    final double[][] y; // after it

    Pass(Tensor inputs) {
      samples = inputs.shape().length(0);
      steps = inputs.shape().length(2);
      x = new double[steps][samples * features];
      there = new boolean[steps][samples];
      g = new double[steps][samples * units];
      f = new double[steps][samples * units];
      o = new double[steps][samples * units];
      i = new double[steps][samples * units];
      c = new double[steps][samples * units];
      h = new double[steps][samples * units];
      a = new double[steps][samples * classes];
      y = new double[steps][samples * classes];
      for (int t = 0; t < steps; t++) {
        for (int n = 0; n < samples; n++) {
          there[t][n] = !Double.isNaN(inputs.data()[n * features * steps + t]);
          for (int j = 0; j < features && there[t][n]; j++) {
            x[t][n * features + j] = inputs.data()[(n * features + j) * steps + t];
          }
        }
        forward(t);
      }
    }

    private void forward(int t) {
      double[] z = times(x[t], of("lstm/W"), samples, features, 4 * units);
      if (t > 0) {
        add(z, times(h[t - 1], of("lstm/RW"), samples, units, 4 * units));
      }
      for (int n = 0; n < samples; n++) {
        for (int u = 0; u < units && there[t][n]; u++) {
          int at = n * units + u;
          int row = n * 4 * units;
          double[] b = of("lstm/b"); // the blocks stand in this order
          g[t][at] = Math.tanh(z[row + u] + b[u]);
          f[t][at] = sigmoid(z[row + units + u] + b[units + u]);
          o[t][at] = sigmoid(z[row + 2 * units + u] + b[2 * units + u]);
          i[t][at] = sigmoid(z[row + 3 * units + u] + b[3 * units + u]);
          c[t][at] = i[t][at] * g[t][at] + (t > 0 ? f[t][at] * c[t - 1][at] : 0);
          h[t][at] = o[t][at] * Math.tanh(c[t][at]);
        }
      }
      double[] out = times(h[t], of("output/W"), samples, units, classes);
      for (int n = 0; n < samples; n++) {
        double sum = 0;
        for (int k = 0; k < classes && there[t][n]; k++) {
          a[t][n * classes + k] = out[n * classes + k] + of("output/b")[k];
          y[t][n * classes + k] = Math.exp(a[t][n * classes + k]);
          sum += y[t][n * classes + k];
        }
        for (int k = 0; k < classes && there[t][n]; k++) {
          y[t][n * classes + k] /= sum;
        }
      }
    }

    /** Samples × width × steps, as it is shown. */
    Tensor shown(double[][] values, int width) {
      Tensor tensor = Tensor.zeros(Shape.of(samples, width, steps));
      for (int t = 0; t < steps; t++) {
        for (int at = 0; at < samples * width; at++) {
          tensor.data()[at * steps + t] = values[t][at];
        }
      }
      return tensor;
    }
  }

  @Override
  public double step(Batch batch, Masks masks, Observer observer) {
    Pass pass = new Pass(batch.inputs());
    observer.observe(Phase.FORWARD, "lstm/out", () -> pass.shown(pass.h, units));
    observer.observe(Phase.FORWARD, "output/out", () -> pass.shown(pass.a, classes));
    observer.observe(Phase.FORWARD, NetworkSpec.OUTPUT, () -> pass.shown(pass.y, classes));

    double[] targets = batch.targets().data();
    double sum = 0;
    double[][] da = new double[pass.steps][pass.samples * classes];
    for (int t = 0; t < pass.steps; t++) {
      for (int at = 0; at < pass.samples * classes; at++) {
        double target = targets[at * pass.steps + t];
        if (!Double.isNaN(target)) {
          sum -= target * Math.log(pass.y[t][at]);
          da[t][at] = (pass.y[t][at] - target) / pass.samples;
        }
      }
    }
    double loss = sum / pass.samples; // over all steps of a sequence, the mean over sequences
    observer.observe(Phase.LOSS, NetworkSpec.LOSS, () -> Tensor.scalar(loss));

    Map<String, Tensor> gradients = backward(pass, da, observer);
    gradients.forEach((path, g) -> observer.observe(Phase.BACKWARD, path, () -> g));
    taken++;
    gradients.forEach(this::move);
    tensors.forEach((path, tensor) -> observer.observe(Phase.UPDATE, path, () -> tensor));
    return loss;
  }

  private Map<String, Tensor> backward(Pass pass, double[][] da, Observer observer) {
    Map<String, Tensor> gradients = new LinkedHashMap<>();
    for (String path : new String[] {"lstm/W", "lstm/RW", "lstm/b", "output/W", "output/b"}) {
      gradients.put(path, Tensor.zeros(shapes.get(path)));
    }
    int samples = pass.samples;
    double[][] dh = new double[pass.steps][];
    for (int t = 0; t < pass.steps; t++) {
      dh[t] = timesTransposed(da[t], of("output/W"), samples, classes, units);
      addProduct(gradients.get("output/W"), pass.h[t], da[t], samples, units, classes);
      addRows(gradients.get("output/b"), da[t], classes);
    }
    observer.observe(Phase.BACKWARD, "output/out", () -> pass.shown(da, classes));
    observer.observe(Phase.BACKWARD, "lstm/out", () -> pass.shown(dh, units));

    double[] dzNext = new double[samples * 4 * units];
    double[] dcNext = new double[samples * units];
    for (int t = pass.steps - 1; t >= 0; t--) {
      double[] fromNext = timesTransposed(dzNext, of("lstm/RW"), samples, 4 * units, units);
      double[] dz = new double[samples * 4 * units];
      double[] dcBefore = new double[samples * units];
      for (int n = 0; n < samples; n++) {
        for (int u = 0; u < units && pass.there[t][n]; u++) {
          int at = n * units + u;
          int row = n * 4 * units;
          double g = pass.g[t][at];
          double f = pass.f[t][at];
          double o = pass.o[t][at];
          double i = pass.i[t][at];
          double memory = Math.tanh(pass.c[t][at]);
          double d = dh[t][at] + fromNext[at];
          double dc = d * o * (1 - memory * memory) + dcNext[at];
          dz[row + u] = dc * i * (1 - g * g);
          dz[row + units + u] = (t > 0 ? dc * pass.c[t - 1][at] : 0) * f * (1 - f);
          dz[row + 2 * units + u] = d * memory * o * (1 - o);
          dz[row + 3 * units + u] = dc * g * i * (1 - i);
          dcBefore[at] = dc * f;
        }
      }
      addProduct(gradients.get("lstm/W"), pass.x[t], dz, samples, features, 4 * units);
      if (t > 0) {
        addProduct(gradients.get("lstm/RW"), pass.h[t - 1], dz, samples, units, 4 * units);
      }
      addRows(gradients.get("lstm/b"), dz, 4 * units);
      dzNext = dz;
      dcNext = dcBefore;
    }
    return gradients;
  }

  /** Adam (Kingma and Ba 2014). */
  private void move(String path, Tensor gradient) {
    double[] w = of(path);
    double[] m = of(path + "/m");
    double[] v = of(path + "/v");
    double rate =
        adam.learningRate().initial()
            * Math.sqrt(1 - Math.pow(adam.beta2(), taken))
            / (1 - Math.pow(adam.beta1(), taken));
    for (int k = 0; k < w.length; k++) {
      double g = gradient.data()[k];
      m[k] += (1 - adam.beta1()) * (g - m[k]);
      v[k] += (1 - adam.beta2()) * (g * g - v[k]);
      w[k] -= rate * m[k] / (Math.sqrt(v[k]) + adam.epsilon());
    }
  }

  /** Samples × (classes · steps): the steps of one class one after another. */
  @Override
  public Tensor predict(Tensor inputs) {
    Pass pass = new Pass(inputs);
    return pass.shown(pass.y, classes).reshape(Shape.of(pass.samples, classes * pass.steps));
  }

  @Override
  public ModelState state() {
    return new ModelState(taken, tensors).copy();
  }

  @Override
  public void restore(ModelState state) {
    tensors = state.copy().tensors();
    taken = state.step();
  }

  private double[] of(String path) {
    return tensors.get(path).data();
  }

  private static double sigmoid(double z) {
    return 1 / (1 + Math.exp(-z));
  }

  /** Rows × inner times inner × columns. */
  private static double[] times(double[] a, double[] b, int rows, int inner, int columns) {
    double[] product = new double[rows * columns];
    for (int r = 0; r < rows; r++) {
      for (int k = 0; k < inner; k++) {
        for (int j = 0; j < columns; j++) {
          product[r * columns + j] += a[r * inner + k] * b[k * columns + j];
        }
      }
    }
    return product;
  }

  /** Rows × inner times the transpose of columns × inner. */
  private static double[] timesTransposed(
      double[] a, double[] b, int rows, int inner, int columns) {
    double[] product = new double[rows * columns];
    for (int r = 0; r < rows; r++) {
      for (int j = 0; j < columns; j++) {
        for (int k = 0; k < inner; k++) {
          product[r * columns + j] += a[r * inner + k] * b[j * inner + k];
        }
      }
    }
    return product;
  }

  /** Adds the transpose of samples × rows times samples × columns. */
  private static void addProduct(
      Tensor sum, double[] a, double[] b, int samples, int rows, int columns) {
    for (int n = 0; n < samples; n++) {
      for (int r = 0; r < rows; r++) {
        for (int j = 0; j < columns; j++) {
          sum.data()[r * columns + j] += a[n * rows + r] * b[n * columns + j];
        }
      }
    }
  }

  private static void addRows(Tensor sum, double[] a, int columns) {
    for (int k = 0; k < a.length; k++) {
      sum.data()[k % columns] += a[k];
    }
  }

  private static void add(double[] sum, double[] other) {
    for (int k = 0; k < sum.length; k++) {
      sum[k] += other[k];
    }
  }
}
