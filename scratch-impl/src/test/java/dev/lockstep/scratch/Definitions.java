package dev.lockstep.scratch;

import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.ActivationFunction;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.LossSpec;
import dev.lockstep.core.network.OptimizerSpec;
import dev.lockstep.core.network.Window;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** What layers, losses and optimizers compute, element by element and as slowly as can be. */
final class Definitions {

  private Definitions() {}

  static Tensor forward(LayerSpec layer, Tensor x, ModelState state, Masks masks) {
    int n = x.shape().length(0);
    String name = layer.name();
    if (layer instanceof LayerSpec.Affine affine) {
      Tensor w = state.tensor(name + "/W");
      Tensor b = state.tensor(name + "/b");
      int inputs = x.size() / n;
      Tensor y = Tensor.zeros(Shape.of(n, affine.units()));
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < affine.units(); j++) {
          double sum = b.data()[j];
          for (int k = 0; k < inputs; k++) {
            sum += x.data()[i * inputs + k] * w.data()[k * affine.units() + j];
          }
          y.data()[i * affine.units() + j] = sum;
        }
      }
      return y;
    } else if (layer instanceof LayerSpec.Activation activation) {
      Curve curve = Curve.of(activation.function());
      Tensor y = Tensor.zeros(x.shape());
      for (int i = 0; i < y.size(); i++) {
        y.data()[i] = curve.function.applyAsDouble(x.data()[i]);
      }
      return y;
    } else if (layer instanceof LayerSpec.Dropout dropout) {
      return times(x, masks.mask(name, dropout.ratio(), x.shape()), scale(dropout));
    } else if (layer instanceof LayerSpec.BatchNormalization norm) {
      Statistics of = new Statistics(norm, x);
      Tensor y = Tensor.zeros(x.shape());
      double[] gamma = state.tensor(name + "/gamma").data();
      double[] beta = state.tensor(name + "/beta").data();
      for (int i = 0; i < y.size(); i++) {
        int f = of.feature(i);
        y.data()[i] = gamma[f] * of.normalized(x, i) + beta[f];
      }
      return y;
    }
    Grid grid = Grid.of(layer, x, state);
    Tensor y = Tensor.zeros(grid.output);
    if (layer instanceof LayerSpec.Convolution) {
      double[] b = state.tensor(name + "/b").data();
      int perFilter = grid.outHeight * grid.outWidth;
      for (int i = 0; i < y.size(); i++) {
        y.data()[i] = b[i / perFilter % b.length];
      }
      grid.forEach((xi, yi, wi) -> y.data()[yi] += x.data()[xi] * grid.weight(wi));
    } else if (((LayerSpec.Pooling) layer).type() == LayerSpec.PoolingType.AVERAGE) {
      grid.forEach((xi, yi, wi) -> y.data()[yi] += x.data()[xi] / grid.window());
    } else {
      int[] winners = grid.winners(x);
      for (int i = 0; i < y.size(); i++) {
        y.data()[i] = x.data()[winners[i]];
      }
    }
    return y;
  }

  /** Returns dx, and puts the gradients of the parameters, without weight decay, by path. */
  static Tensor backward(
      LayerSpec layer,
      Tensor x,
      Tensor y,
      Tensor dout,
      ModelState state,
      Masks masks,
      Map<String, Tensor> gradients) {
    int n = x.shape().length(0);
    String name = layer.name();
    Tensor dx = Tensor.zeros(x.shape());
    if (layer instanceof LayerSpec.Affine affine) {
      Tensor w = state.tensor(name + "/W");
      int units = affine.units();
      Tensor dw = Tensor.zeros(w.shape());
      Tensor db = Tensor.zeros(Shape.of(units));
      int inputs = x.size() / n;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < units; j++) {
          double d = dout.data()[i * units + j];
          db.data()[j] += d;
          for (int k = 0; k < inputs; k++) {
            dw.data()[k * units + j] += x.data()[i * inputs + k] * d;
            dx.data()[i * inputs + k] += d * w.data()[k * units + j];
          }
        }
      }
      gradients.put(name + "/W", dw);
      gradients.put(name + "/b", db);
    } else if (layer instanceof LayerSpec.Activation activation) {
      Curve curve = Curve.of(activation.function());
      for (int i = 0; i < dx.size(); i++) {
        dx.data()[i] = dout.data()[i] * curve.derivative.applyAsDouble(x.data()[i], y.data()[i]);
      }
    } else if (layer instanceof LayerSpec.Dropout dropout) {
      return times(dout, masks.mask(name, dropout.ratio(), x.shape()), scale(dropout));
    } else if (layer instanceof LayerSpec.BatchNormalization norm) {
      Statistics of = new Statistics(norm, x);
      Tensor dgamma = Tensor.zeros(Shape.of(of.features));
      Tensor dbeta = Tensor.zeros(Shape.of(of.features));
      for (int i = 0; i < x.size(); i++) {
        dbeta.data()[of.feature(i)] += dout.data()[i];
        dgamma.data()[of.feature(i)] += dout.data()[i] * of.normalized(x, i);
      }
      double[] gamma = state.tensor(name + "/gamma").data();
      double m = (double) x.size() / of.features;
      for (int i = 0; i < x.size(); i++) {
        int f = of.feature(i);
        dx.data()[i] =
            gamma[f]
                / Math.sqrt(of.variance[f] + norm.epsilon())
                * (dout.data()[i]
                    - dbeta.data()[f] / m
                    - of.normalized(x, i) * dgamma.data()[f] / m);
      }
      gradients.put(name + "/gamma", dgamma);
      gradients.put(name + "/beta", dbeta);
    } else if (layer instanceof LayerSpec.Convolution) {
      Grid grid = Grid.of(layer, x, state);
      Tensor dw = Tensor.zeros(grid.weights.shape());
      Tensor db = Tensor.zeros(Shape.of(grid.filters));
      grid.forEach(
          (xi, yi, wi) -> {
            dw.data()[wi] += x.data()[xi] * dout.data()[yi];
            dx.data()[xi] += grid.weight(wi) * dout.data()[yi];
          });
      for (int i = 0; i < dout.size(); i++) {
        db.data()[i / (grid.outHeight * grid.outWidth) % grid.filters] += dout.data()[i];
      }
      gradients.put(name + "/W", dw);
      gradients.put(name + "/b", db);
    } else {
      Grid grid = Grid.of(layer, x, state);
      if (((LayerSpec.Pooling) layer).type() == LayerSpec.PoolingType.AVERAGE) {
        grid.forEach((xi, yi, wi) -> dx.data()[xi] += dout.data()[yi] / grid.window());
      } else {
        int[] winners = grid.winners(x);
        for (int i = 0; i < dout.size(); i++) {
          dx.data()[winners[i]] += dout.data()[i];
        }
      }
    }
    return dx;
  }

  static Map<String, Tensor> runningStatistics(LayerSpec layer, Tensor x, ModelState before) {
    Map<String, Tensor> running = new LinkedHashMap<>();
    if (layer instanceof LayerSpec.BatchNormalization norm) {
      Statistics of = new Statistics(norm, x);
      double kept = norm.momentum();
      String mean = layer.name() + "/runningMean";
      String variance = layer.name() + "/runningVar";
      running.put(mean, mixed(kept, before.tensor(mean), of.mean));
      running.put(variance, mixed(kept, before.tensor(variance), of.variance));
    }
    return running;
  }

  private static Tensor mixed(double kept, Tensor before, double[] batch) {
    Tensor mixed = Tensor.zeros(before.shape());
    for (int i = 0; i < batch.length; i++) {
      mixed.data()[i] = kept * before.data()[i] + (1 - kept) * batch[i];
    }
    return mixed;
  }

  /**
   * An elementwise function.
   *
   * @param derivative of input and output: by the output where the book writes it so
   */
  private record Curve(DoubleUnaryOperator function, DoubleBinaryOperator derivative) {

    static Curve of(ActivationFunction function) {
      return function.accept(
          new ActivationFunction.Visitor<>() {
            @Override
            public Curve relu(ActivationFunction.Relu relu) {
              return new Curve(x -> x > 0 ? x : 0, (x, y) -> x > 0 ? 1 : 0);
            }

            @Override
            public Curve sigmoid(ActivationFunction.Sigmoid sigmoid) {
              return new Curve(x -> 1 / (1 + Math.exp(-x)), (x, y) -> y * (1 - y));
            }

            @Override
            public Curve tanh(ActivationFunction.Tanh tanh) {
              return new Curve(Math::tanh, (x, y) -> 1 - y * y);
            }

            @Override
            public Curve identity(ActivationFunction.Identity identity) {
              return new Curve(x -> x, (x, y) -> 1);
            }

            @Override
            public Curve step(ActivationFunction.Step step) {
              return new Curve(x -> x > 0 ? 1 : 0, (x, y) -> 0);
            }

            @Override
            public Curve leakyRelu(ActivationFunction.LeakyRelu relu) {
              return new Curve(
                  x -> x >= 0 ? x : relu.slope() * x, (x, y) -> x >= 0 ? 1 : relu.slope());
            }

            @Override
            public Curve elu(ActivationFunction.Elu elu) {
              return new Curve(
                  x -> x >= 0 ? x : elu.alpha() * Math.expm1(x),
                  (x, y) -> x >= 0 ? 1 : elu.alpha() * Math.exp(x));
            }

            @Override
            public Curve selu(ActivationFunction.Selu selu) {
              return new Curve(
                  x -> 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
                  (x, y) -> 1.0507009873554805 * (x > 0 ? 1 : 1.6732632423543772 * Math.exp(x)));
            }

            @Override
            public Curve softplus(ActivationFunction.Softplus softplus) {
              return new Curve(x -> Math.log(1 + Math.exp(x)), (x, y) -> 1 / (1 + Math.exp(-x)));
            }

            @Override
            public Curve softsign(ActivationFunction.Softsign softsign) {
              return new Curve(x -> x / (1 + Math.abs(x)), (x, y) -> Math.pow(1 + Math.abs(x), -2));
            }

            @Override
            public Curve swish(ActivationFunction.Swish swish) {
              return new Curve(
                  x -> x / (1 + Math.exp(-x)),
                  (x, y) -> (1 + x / (1 + Math.exp(x))) / (1 + Math.exp(-x)));
            }

            @Override
            public Curve gelu(ActivationFunction.Gelu gelu) {
              return new Curve(
                  x -> x / (1 + Math.exp(-1.702 * x)),
                  (x, y) ->
                      (1 + 1.702 * x / (1 + Math.exp(1.702 * x))) / (1 + Math.exp(-1.702 * x)));
            }

            @Override
            public Curve hardSigmoid(ActivationFunction.HardSigmoid hard) {
              return new Curve(
                  x -> x < -2.5 ? 0 : x > 2.5 ? 1 : x / 5 + 0.5,
                  (x, y) -> Math.abs(x) <= 2.5 ? 0.2 : 0);
            }
          });
    }
  }

  private static double scale(LayerSpec.Dropout dropout) {
    return dropout.inverted() ? 1 / (1 - dropout.ratio()) : 1;
  }

  private static Tensor times(Tensor x, Tensor mask, double scale) {
    Tensor y = Tensor.zeros(x.shape());
    for (int i = 0; i < y.size(); i++) {
      y.data()[i] = x.data()[i] * mask.data()[i] * scale;
    }
    return y;
  }

  static Tensor join(LayerSpec.Join join, List<Tensor> outputs) {
    if (join == LayerSpec.Join.SUM) {
      Tensor sum = Tensor.zeros(outputs.get(0).shape());
      outputs.forEach(output -> add(output, sum));
      return sum;
    }
    Shape first = outputs.get(0).shape();
    int channels = outputs.stream().mapToInt(output -> output.shape().length(1)).sum();
    Tensor joined =
        Tensor.zeros(Shape.of(first.length(0), channels, first.length(2), first.length(3)));
    int channel = 0;
    for (Tensor output : outputs) {
      forEachOfChannels(
          joined,
          channel,
          output.shape(),
          (whole, part) -> joined.data()[whole] = output.data()[part]);
      channel += output.shape().length(1);
    }
    return joined;
  }

  /** Returns some channels, from one on, in the shape given. */
  static Tensor channels(Tensor whole, int channel, Shape shape) {
    Tensor part = Tensor.zeros(shape);
    forEachOfChannels(whole, channel, shape, (from, to) -> part.data()[to] = whole.data()[from]);
    return part;
  }

  private interface Pair {
    void visit(int whole, int part);
  }

  private static void forEachOfChannels(Tensor whole, int channel, Shape part, Pair pair) {
    int area = part.length(2) * part.length(3);
    for (int n = 0; n < part.length(0); n++) {
      for (int i = 0; i < part.length(1) * area; i++) {
        pair.visit(
            (n * whole.shape().length(1) + channel) * area + i, n * part.length(1) * area + i);
      }
    }
  }

  static void add(Tensor summand, Tensor sum) {
    for (int i = 0; i < sum.size(); i++) {
      sum.data()[i] += summand.data()[i];
    }
  }

  static double squares(Tensor tensor) {
    double sum = 0;
    for (double value : tensor.data()) {
      sum += value * value;
    }
    return sum;
  }

  static Tensor output(LossSpec loss, Tensor x) {
    int rows = x.shape().length(0);
    int classes = x.size() / rows;
    Tensor y = x.reshape(Shape.of(rows, classes)).copy();
    if (loss.type() == LossSpec.Type.SOFTMAX_CROSS_ENTROPY) {
      for (int i = 0; i < y.size(); i++) {
        double sum = 0;
        for (int j = i / classes * classes; j < (i / classes + 1) * classes; j++) {
          sum += Math.exp(x.data()[j]);
        }
        y.data()[i] = Math.exp(x.data()[i]) / sum;
      }
    } else if (loss.type() == LossSpec.Type.SIGMOID_CROSS_ENTROPY) {
      for (int i = 0; i < y.size(); i++) {
        y.data()[i] = 1 / (1 + Math.exp(-x.data()[i]));
      }
    }
    return y;
  }

  static double loss(LossSpec loss, Tensor y, Tensor t) {
    double sum = 0;
    for (int i = 0; i < y.size(); i++) {
      double difference = y.data()[i] - t.data()[i];
      sum +=
          switch (loss.type()) {
            case SOFTMAX_CROSS_ENTROPY -> -t.data()[i] * Math.log(y.data()[i] + loss.stabilizer());
            case SUM_OF_SQUARES -> difference * difference / 2;
            case MEAN_SQUARED -> difference * difference / y.shape().length(1);
            case OPEN -> throw new IllegalArgumentException("no formula");
            case SUM_OF_ABSOLUTES -> Math.abs(difference);
            case MEAN_ABSOLUTE -> Math.abs(difference) / y.shape().length(1);
            case SIGMOID_CROSS_ENTROPY ->
                -t.data()[i] * Math.log(y.data()[i] + loss.stabilizer())
                    - (1 - t.data()[i]) * Math.log(1 - y.data()[i] + loss.stabilizer());
          };
    }
    return sum / y.shape().length(0);
  }

  static Tensor lossGradient(LossSpec loss, Tensor y, Tensor t) {
    Tensor dx = Tensor.zeros(y.shape());
    int samples = y.shape().length(0);
    for (int i = 0; i < y.size(); i++) {
      double difference = y.data()[i] - t.data()[i];
      dx.data()[i] =
          switch (loss.type()) {
            case SOFTMAX_CROSS_ENTROPY, SUM_OF_SQUARES, SIGMOID_CROSS_ENTROPY ->
                difference / samples;
            case MEAN_SQUARED -> 2 * difference / y.size();
            case OPEN -> throw new IllegalArgumentException("no formula");
            case SUM_OF_ABSOLUTES -> Math.signum(difference) / samples;
            case MEAN_ABSOLUTE -> Math.signum(difference) / y.size();
          };
    }
    return dx;
  }

  /** Returns what the slots become. */
  static Map<String, Tensor> slots(OptimizerSpec optimizer, Tensor g, Map<String, Tensor> before) {
    Map<String, Tensor> after = new LinkedHashMap<>();
    before.forEach(
        (slot, tensor) -> {
          Tensor moved = Tensor.zeros(tensor.shape());
          for (int i = 0; i < moved.size(); i++) {
            moved.data()[i] = slot(optimizer, slot, tensor.data()[i], g.data()[i]);
          }
          after.put(slot, moved);
        });
    return after;
  }

  private static double slot(OptimizerSpec optimizer, String slot, double before, double g) {
    double lr = optimizer.learningRate().initial();
    if (optimizer instanceof OptimizerSpec.Momentum momentum) {
      return momentum.momentum() * before - lr * g;
    } else if (optimizer instanceof OptimizerSpec.Nesterov nesterov) {
      return nesterov.momentum() * before - lr * g;
    } else if (optimizer instanceof OptimizerSpec.AdaGrad) {
      return before + g * g;
    } else if (optimizer instanceof OptimizerSpec.RmsProp rmsProp) {
      return rmsProp.decay() * before + (1 - rmsProp.decay()) * g * g;
    }
    OptimizerSpec.Adam adam = (OptimizerSpec.Adam) optimizer;
    return slot.equals("m")
        ? adam.beta1() * before + (1 - adam.beta1()) * g
        : adam.beta2() * before + (1 - adam.beta2()) * g * g;
  }

  /** Returns what a parameter becomes in the step with the number t, counted from 1. */
  static Tensor value(
      OptimizerSpec optimizer,
      Tensor w,
      Tensor g,
      Map<String, Tensor> before,
      Map<String, Tensor> after,
      long t) {
    Tensor moved = w.copy();
    for (int i = 0; i < moved.size(); i++) {
      moved.data()[i] -= fall(optimizer, g.data()[i], at(before, i), at(after, i), t);
    }
    return moved;
  }

  private static Map<String, Double> at(Map<String, Tensor> slots, int i) {
    Map<String, Double> values = new LinkedHashMap<>();
    slots.forEach((slot, tensor) -> values.put(slot, tensor.data()[i]));
    return values;
  }

  private static double fall(
      OptimizerSpec optimizer,
      double g,
      Map<String, Double> before,
      Map<String, Double> after,
      long t) {
    double lr = optimizer.learningRate().initial();
    if (optimizer instanceof OptimizerSpec.Momentum) {
      return -after.getOrDefault("velocity", 0.0);
    } else if (optimizer instanceof OptimizerSpec.Nesterov nesterov) {
      double momentum = nesterov.momentum();
      double velocity = (nesterov.printed() ? after : before).getOrDefault("velocity", 0.0);
      return (1 + momentum) * lr * g - momentum * momentum * velocity;
    } else if (optimizer instanceof OptimizerSpec.AdaGrad adaGrad) {
      return lr * g / (Math.sqrt(after.getOrDefault("h", 0.0)) + adaGrad.epsilon());
    } else if (optimizer instanceof OptimizerSpec.RmsProp rmsProp) {
      return lr * g / (Math.sqrt(after.getOrDefault("h", 0.0)) + rmsProp.epsilon());
    } else if (optimizer instanceof OptimizerSpec.Adam adam) {
      double correction =
          Math.sqrt(1 - Math.pow(adam.beta2(), (double) t))
              / (1 - Math.pow(adam.beta1(), (double) t));
      return lr
          * correction
          * after.getOrDefault("m", 0.0)
          / (Math.sqrt(after.getOrDefault("v", 0.0)) + adam.epsilon());
    }
    return lr * g;
  }

  /** Mean and biased variance of every feature. */
  private static final class Statistics {

    private final int features;
    private final int positions;
    private final double epsilon;
    private final double[] mean;
    private final double[] variance;

    Statistics(LayerSpec.BatchNormalization norm, Tensor x) {
      int sample = x.size() / x.shape().length(0);
      features = norm.perChannel() ? x.shape().length(1) : sample;
      positions = sample / features;
      epsilon = norm.epsilon();
      mean = new double[features];
      variance = new double[features];
      double m = (double) x.size() / features;
      for (int i = 0; i < x.size(); i++) {
        mean[feature(i)] += x.data()[i] / m;
      }
      for (int i = 0; i < x.size(); i++) {
        double distance = x.data()[i] - mean[feature(i)];
        variance[feature(i)] += distance * distance / m;
      }
    }

    int feature(int i) {
      return i / positions % features;
    }

    double normalized(Tensor x, int i) {
      return (x.data()[i] - mean[feature(i)]) / Math.sqrt(variance[feature(i)] + epsilon);
    }
  }

  /** Which element of the input meets which of the output, by which weight; no padding counts. */
  private static final class Grid {

    private interface Meeting {
      void at(int x, int y, int weight);
    }

    private final Shape input;
    private final Shape output;
    private final Tensor weights;
    private final int filters;
    private final int height;
    private final int width;
    private final int stride;
    private final int pad;
    private final int outHeight;
    private final int outWidth;

    private Grid(Shape input, Tensor weights, Window window) {
      this.input = input;
      this.weights = weights;
      this.filters = weights.size() == 0 ? 0 : weights.shape().length(0);
      this.height = window.height();
      this.width = window.width();
      this.stride = window.stride();
      this.pad = window.pad();
      this.outHeight = (input.length(2) + 2 * pad - height) / stride + 1;
      this.outWidth = (input.length(3) + 2 * pad - width) / stride + 1;
      int channels = filters == 0 ? input.length(1) : filters;
      this.output = Shape.of(input.length(0), channels, outHeight, outWidth);
    }

    static Grid of(LayerSpec layer, Tensor x, ModelState state) {
      return layer instanceof LayerSpec.Convolution conv
          ? new Grid(x.shape(), state.tensor(layer.name() + "/W"), conv.window())
          : new Grid(x.shape(), Tensor.zeros(Shape.of(0)), ((LayerSpec.Pooling) layer).window());
    }

    double weight(int i) {
      return weights.data()[i];
    }

    double window() {
      return height * (double) width;
    }

    /** Returns the first of the largest elements of every window; the images have no padding. */
    int[] winners(Tensor x) {
      int[] winners = new int[output.size()];
      Arrays.fill(winners, -1);
      forEach(
          (xi, yi, wi) -> {
            if (winners[yi] < 0 || x.data()[xi] > x.data()[winners[yi]]) {
              winners[yi] = xi;
            }
          });
      return winners;
    }

    void forEach(Meeting meeting) {
      int channels = input.length(1);
      for (int yi = 0; yi < output.size(); yi++) {
        int ox = yi % outWidth;
        int oy = yi / outWidth % outHeight;
        int f = yi / (outWidth * outHeight) % output.length(1);
        int n = yi / (outWidth * outHeight * output.length(1));
        for (int c = 0; c < channels; c++) {
          if (filters > 0 || c == f) {
            for (int k = 0; k < height * width; k++) {
              int row = oy * stride + k / width - pad;
              int column = ox * stride + k % width - pad;
              if (row >= 0 && row < input.length(2) && column >= 0 && column < input.length(3)) {
                meeting.at(
                    ((n * channels + c) * input.length(2) + row) * input.length(3) + column,
                    yi,
                    (f * channels + c) * height * width + k);
              }
            }
          }
        }
      }
    }
  }
}
