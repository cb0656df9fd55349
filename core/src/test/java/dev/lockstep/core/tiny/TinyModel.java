package dev.lockstep.core.tiny;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Affine, ReLU, tanh, identity and dropout layers with softmax and cross entropy or half the sum of
 * squares, weight decay, SGD and Momentum. Every number passes through {@link #show}, where a fault
 * can be put in its place.
 */
public final class TinyModel implements Model {

  private static final Set<ActivationFunction> FUNCTIONS =
      Set.of(ActivationFunction.RELU, ActivationFunction.TANH, ActivationFunction.IDENTITY);

  private final NetworkSpec network;
  private final Summation order;
  private final Fault fault;
  private final Map<String, Tensor> state = new LinkedHashMap<>();
  private final Map<String, Tensor> inputs = new LinkedHashMap<>();
  private final Map<String, Tensor> outputs = new LinkedHashMap<>();
  private final Map<String, Tensor> dropped = new LinkedHashMap<>();
  private long steps;

  private TinyModel(NetworkSpec network, Summation order, Fault fault) {
    this.network = network;
    this.order = order;
    this.fault = fault;
  }

  /** Returns a provider of models that compute everything rightly, summing in the given order. */
  public static ModelProvider summing(Summation order) {
    return with("tiny", order, Fault.NONE);
  }

  /** Returns a provider of models with a fault. */
  public static ModelProvider with(Fault fault) {
    return with("faulty", Summation.FORWARD, fault);
  }

  private static ModelProvider with(String name, Summation order, Fault fault) {
    return new ModelProvider() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Model create(NetworkSpec network) {
        requireKnown(network);
        return new TinyModel(network, order, fault);
      }
    };
  }

  private static void requireKnown(NetworkSpec network) {
    for (LayerSpec layer : network.layers()) {
      boolean known =
          layer instanceof LayerSpec.Affine
              || (layer instanceof LayerSpec.Dropout dropout && !dropout.inverted())
              || (layer instanceof LayerSpec.Activation activation
                  && FUNCTIONS.contains(activation.function()));
      if (!known) {
        throw new UsageException("tiny: " + layer.name() + " is not implemented");
      }
    }
    boolean known =
        network.optimizer() instanceof OptimizerSpec.Sgd
            || network.optimizer() instanceof OptimizerSpec.Momentum;
    if (!known || network.loss().type() == LossSpec.Type.MEAN_SQUARED) {
      throw new UsageException("tiny: the optimizer or the loss is not implemented");
    }
  }

  @Override
  public double step(Batch batch, Masks masks, Observer observer) {
    steps++;
    int samples = batch.size();
    Tensor x = batch.inputs();
    for (LayerSpec layer : network.layers()) {
      inputs.put(layer.name(), x);
      if (layer instanceof LayerSpec.Dropout dropout) {
        dropped.put(layer.name(), masks.mask(layer.name(), dropout.ratio(), x.shape()));
      }
      x = show(observer, Phase.FORWARD, layer.name() + "/out", forward(layer, x, true));
      outputs.put(layer.name(), x);
    }
    Tensor y = show(observer, Phase.FORWARD, NetworkSpec.OUTPUT, output(x));
    Tensor loss =
        show(observer, Phase.LOSS, NetworkSpec.LOSS, Tensor.scalar(loss(y, batch.targets())));

    Map<String, Tensor> gradients = new LinkedHashMap<>();
    Tensor gradient = Tensor.zeros(y.shape());
    for (int i = 0; i < y.size(); i++) {
      gradient.data()[i] = (y.data()[i] - batch.targets().data()[i]) / samples;
    }
    for (int i = network.layers().size() - 1; i >= 0; i--) {
      LayerSpec layer = network.layers().get(i);
      gradient = show(observer, Phase.BACKWARD, layer.name() + "/out", gradient);
      gradient = backward(layer, gradient, gradients, observer);
    }
    for (ParameterSpec parameter : network.parameters()) {
      update(parameter.path(), gradients, observer);
    }
    return loss.data()[0];
  }

  private Tensor forward(LayerSpec layer, Tensor x, boolean training) {
    if (layer instanceof LayerSpec.Affine affine) {
      return affine(affine, x);
    }
    Tensor mask = training ? dropped.get(layer.name()) : null;
    Tensor out = Tensor.zeros(x.shape());
    for (int i = 0; i < x.size(); i++) {
      double value = x.data()[i];
      if (layer instanceof LayerSpec.Dropout dropout) {
        out.data()[i] = value * (mask == null ? 1 - dropout.ratio() : mask.data()[i]);
      } else {
        out.data()[i] =
            switch (((LayerSpec.Activation) layer).function().id()) {
              case "relu" -> Math.max(0, value);
              case "tanh" -> Math.tanh(value);
              case "identity" -> value;
              default -> throw new UnsupportedOperationException(layer.toString());
            };
      }
    }
    return out;
  }

  /** {@code out = x·W + b}. */
  private Tensor affine(LayerSpec.Affine affine, Tensor x) {
    int rows = x.shape().length(0);
    int width = x.size() / rows;
    int units = affine.units();
    double[] w = parameter(affine.name() + "/W");
    double[] b = parameter(affine.name() + "/b");
    Tensor out = Tensor.zeros(Shape.of(rows, units));
    for (int row = 0; row < rows; row++) {
      for (int unit = 0; unit < units; unit++) {
        int r = row;
        int u = unit;
        out.data()[row * units + unit] =
            order.sum(width, i -> x.data()[r * width + i] * w[i * units + u]) + b[unit];
      }
    }
    return out;
  }

  private Tensor output(Tensor x) {
    if (network.loss().type() != LossSpec.Type.SOFTMAX_CROSS_ENTROPY) {
      return x;
    }
    int classes = x.shape().length(1);
    Tensor y = Tensor.zeros(x.shape());
    for (int from = 0; from < x.size(); from += classes) {
      int start = from;
      double largest = Double.NEGATIVE_INFINITY;
      for (int i = 0; i < classes; i++) {
        largest = Math.max(largest, x.data()[from + i]);
      }
      for (int i = 0; i < classes; i++) {
        y.data()[from + i] = Math.exp(x.data()[from + i] - largest);
      }
      double sum = order.sum(classes, i -> y.data()[start + i]);
      for (int i = 0; i < classes; i++) {
        y.data()[from + i] /= sum;
      }
    }
    return y;
  }

  private double loss(Tensor y, Tensor t) {
    double[] out = y.data();
    double[] target = t.data();
    double sum =
        network.loss().type() == LossSpec.Type.SOFTMAX_CROSS_ENTROPY
            ? order.sum(
                y.size(), i -> target[i] == 0 ? 0 : -Math.log(out[i] + network.loss().stabilizer()))
            : order.sum(y.size(), i -> 0.5 * (out[i] - target[i]) * (out[i] - target[i]));
    double decay = 0;
    for (ParameterSpec parameter : network.parameters()) {
      if (parameter.decayed() && network.weightDecay() > 0) {
        double[] w = parameter(parameter.path());
        decay += 0.5 * network.weightDecay() * order.sum(w.length, i -> w[i] * w[i]);
      }
    }
    return sum / y.shape().length(0) + decay;
  }

  /** Returns the gradient with respect to the layer's input. */
  private Tensor backward(
      LayerSpec layer, Tensor gradient, Map<String, Tensor> gradients, Observer observer) {
    if (layer instanceof LayerSpec.Affine affine) {
      return affineBackward(affine, gradient, gradients, observer);
    }
    Tensor in = Tensor.zeros(gradient.shape());
    Tensor mask = dropped.get(layer.name());
    double[] out = seen(outputs, layer.name()).data();
    for (int i = 0; i < in.size(); i++) {
      double derivative;
      if (layer instanceof LayerSpec.Activation activation) {
        derivative = derivative(activation.function(), out[i]);
      } else {
        derivative = mask == null ? 0 : mask.data()[i];
      }
      in.data()[i] = gradient.data()[i] * derivative;
    }
    return in;
  }

  /** By the output, as all of these functions allow. */
  private static double derivative(ActivationFunction function, double out) {
    return switch (function.id()) {
      case "relu" -> Double.isNaN(out) ? Double.NaN : out > 0 ? 1 : 0;
      case "tanh" -> 1 - out * out;
      case "identity" -> 1;
      default -> throw new UnsupportedOperationException(function.toString());
    };
  }

  /** {@code dW = xᵀ·dout + λW}, {@code db = Σ dout}, {@code dx = dout·Wᵀ}. */
  private Tensor affineBackward(
      LayerSpec.Affine affine, Tensor gradient, Map<String, Tensor> gradients, Observer observer) {
    int rows = gradient.shape().length(0);
    int units = affine.units();
    double[] x = seen(inputs, affine.name()).data();
    int width = x.length / rows;
    double[] w = parameter(affine.name() + "/W");
    Tensor dw = Tensor.zeros(Shape.of(width, units));
    for (int i = 0; i < dw.size(); i++) {
      int input = i / units;
      int unit = i % units;
      dw.data()[i] =
          order.sum(rows, r -> x[r * width + input] * gradient.data()[r * units + unit])
              + network.weightDecay() * w[i];
    }
    Tensor db = Tensor.zeros(Shape.of(units));
    for (int unit = 0; unit < units; unit++) {
      int u = unit;
      db.data()[unit] = order.sum(rows, r -> gradient.data()[r * units + u]);
    }
    gradients.put(affine.name() + "/W", show(observer, Phase.BACKWARD, affine.name() + "/W", dw));
    gradients.put(affine.name() + "/b", show(observer, Phase.BACKWARD, affine.name() + "/b", db));
    Tensor dx = Tensor.zeros(Shape.of(rows, width));
    for (int i = 0; i < dx.size(); i++) {
      int row = i / width;
      int input = i % width;
      dx.data()[i] = order.sum(units, u -> gradient.data()[row * units + u] * w[input * units + u]);
    }
    return dx;
  }

  private void update(String path, Map<String, Tensor> gradients, Observer observer) {
    double[] g = seen(gradients, path).data();
    double rate = network.optimizer().learningRate().initial();
    Tensor w = seen(state, path).copy();
    if (network.optimizer() instanceof OptimizerSpec.Momentum momentum) {
      String slot = path + "/velocity";
      Tensor v = seen(state, slot).copy();
      for (int i = 0; i < g.length; i++) {
        v.data()[i] = momentum.momentum() * v.data()[i] - rate * g[i];
      }
      v = show(observer, Phase.UPDATE, slot, v);
      state.put(slot, v);
      for (int i = 0; i < g.length; i++) {
        w.data()[i] += v.data()[i];
      }
    } else {
      for (int i = 0; i < g.length; i++) {
        w.data()[i] -= rate * g[i];
      }
    }
    state.put(path, show(observer, Phase.UPDATE, path, w));
  }

  private Tensor show(Observer observer, Phase phase, String path, Tensor computed) {
    Tensor shown = fault.applied(steps, phase, path, computed);
    observer.observe(phase, path, () -> shown);
    return shown;
  }

  private double[] parameter(String path) {
    return seen(state, path).data();
  }

  private static Tensor seen(Map<String, Tensor> tensors, String key) {
    Tensor tensor = tensors.get(key);
    if (tensor == null) {
      throw new IllegalStateException("nothing is known of " + key);
    }
    return tensor;
  }

  @Override
  public Tensor predict(Tensor samples) {
    Tensor x = samples;
    for (LayerSpec layer : network.layers()) {
      Tensor out = forward(layer, x, false);
      x = fault.applied(steps + 1, Phase.FORWARD, layer.name() + "/out", out);
    }
    return output(x);
  }

  @Override
  public ModelState state() {
    Map<String, Tensor> copies = new LinkedHashMap<>();
    for (String path : network.state().keySet()) {
      copies.put(path, seen(state, path).copy());
    }
    return new ModelState(steps, copies);
  }

  @Override
  public void restore(ModelState from) {
    from.requireShapes(network.state());
    from.tensors().forEach((path, tensor) -> state.put(path, tensor.copy()));
    steps = from.step();
  }
}
