package dev.lockstep.experiments.faults.seeded;

import static dev.lockstep.core.model.Phase.BACKWARD;
import static dev.lockstep.core.model.Phase.FORWARD;

import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.Edit;
import dev.lockstep.experiments.faults.injection.Edits;
import dev.lockstep.experiments.faults.injection.StepSoFar;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;

/** What can go wrong within a layer, written down element by element. */
final class LayerEdits {

  private LayerEdits() {}

  /**
   * The gradient after an elementwise function by a wrong derivative.
   *
   * @param input path of what the function is taken of
   * @param output path of what it gives
   * @param derivative of x and y
   */
  static Edit derivative(String input, String output, DoubleBinaryOperator derivative) {
    return (step, path, dx) -> {
      double[] x = step.shown(FORWARD, input).data();
      double[] y = step.shown(FORWARD, output).data();
      double[] dout = step.shown(BACKWARD, output).data();
      for (int i = 0; i < x.length; i++) {
        dx.data()[i] = dout[i] * derivative.applyAsDouble(x[i], y[i]);
      }
    };
  }

  /** Which elements of a window take its gradient. */
  enum Winner {
    /** Every element that equals the largest. */
    ALL_TIES,
    /** The last that equals the largest. */
    LAST_TIE,
    /** The first, and of the first window of the image alone. */
    FIRST_PATCH,
    /** The first; where windows overlap the last one overwrites the others. */
    ASSIGNED
  }

  /** The gradient after max pooling, from its windows. */
  static Edit pooling(String input, String output, int size, int stride, Winner winner) {
    return (step, path, dx) -> {
      Tensor x = step.shown(FORWARD, input);
      Tensor dout = step.shown(BACKWARD, output);
      int height = x.shape().length(2);
      int width = x.shape().length(3);
      int outHeight = dout.shape().length(2);
      int outWidth = dout.shape().length(3);
      Arrays.fill(dx.data(), 0);
      for (int i = 0; i < dout.size(); i++) {
        int image = i / (outHeight * outWidth);
        int row = i / outWidth % outHeight;
        int column = i % outWidth;
        if (winner == Winner.FIRST_PATCH && (row > 0 || column > 0)) {
          continue;
        }
        int corner = image * height * width + row * stride * width + column * stride;
        give(x.data(), dx.data(), corner, width, size, winner, dout.data()[i]);
      }
    };
  }

  private static void give(
      double[] x, double[] dx, int corner, int width, int size, Winner winner, double gradient) {
    double largest = Double.NEGATIVE_INFINITY;
    int first = corner;
    int last = corner;
    for (int i = 0; i < size * size; i++) {
      int at = corner + i / size * width + i % size;
      if (x[at] > largest) {
        largest = x[at];
        first = at;
      }
      last = x[at] == largest ? at : last;
    }
    switch (winner) {
      case ALL_TIES -> {
        for (int i = 0; i < size * size; i++) {
          int at = corner + i / size * width + i % size;
          dx[at] += x[at] == largest ? gradient : 0;
        }
      }
      case LAST_TIE -> dx[last] += gradient;
      case FIRST_PATCH -> dx[first] += gradient;
      case ASSIGNED -> dx[first] = gradient;
    }
  }

  /** {@code xᵀ·dout} with an input that is not the layer's, or from some samples only. */
  static Edit weightGradient(String input, String output, int fromSample) {
    return (step, path, gradient) -> {
      Tensor x = step.shown(FORWARD, input);
      Tensor dout = step.shown(BACKWARD, output);
      int inputs = gradient.shape().length(0);
      int units = gradient.shape().length(1);
      Arrays.fill(gradient.data(), 0);
      for (int n = fromSample; n < dout.shape().length(0); n++) {
        for (int i = 0; i < gradient.size(); i++) {
          gradient.data()[i] +=
              x.data()[n * inputs + i / units] * dout.data()[n * units + i % units];
        }
      }
    };
  }

  /** {@code dout·Wᵀ} with the weights that a plain gradient step has left. */
  static Edit throughUpdatedWeights(String weights, String output) {
    return (step, path, dx) -> {
      double[] w = step.before(weights).data();
      double[] dw = step.shown(BACKWARD, weights).data();
      double rate = step.network().optimizer().learningRate().initial();
      Tensor dout = step.shown(BACKWARD, output);
      int units = dout.shape().length(1);
      int inputs = w.length / units;
      for (int i = 0; i < dx.size(); i++) {
        double sum = 0;
        for (int unit = 0; unit < units; unit++) {
          int at = i % inputs * units + unit;
          sum += dout.data()[i / inputs * units + unit] * (w[at] - rate * dw[at]);
        }
        dx.data()[i] = sum;
      }
    };
  }

  /** The gradient of a convolution's kernels from some samples and windows only. */
  static Edit kernelGradient(String output, boolean lastSample, boolean firstWindow) {
    return (step, path, gradient) -> {
      Tensor x = step.batch().inputs();
      Tensor dout = step.shown(BACKWARD, output);
      int kernel = gradient.shape().length(2);
      int filters = dout.shape().length(1);
      int outWidth = dout.shape().length(3);
      int windows = dout.shape().length(2) * outWidth;
      int width = x.shape().length(3);
      int samples = dout.shape().length(0);
      Arrays.fill(gradient.data(), 0);
      for (int n = lastSample ? samples - 1 : 0; n < samples; n++) {
        for (int window = 0; window < (firstWindow ? 1 : windows); window++) {
          int corner = n * (x.size() / samples) + window / outWidth * width + window % outWidth;
          for (int i = 0; i < gradient.size(); i++) {
            int filter = i / (kernel * kernel);
            int at = corner + i % (kernel * kernel) / kernel * width + i % kernel;
            gradient.data()[i] +=
                x.data()[at] * dout.data()[(n * filters + filter) * windows + window];
          }
        }
      }
    };
  }

  /** Adds up the contributions of overlapping windows of a 3×3 convolution by {@code =}. */
  static Edit imageFromColumnsAssigned(String weights, String output) {
    return (step, path, dx) -> {
      double[] w = step.before(weights).data();
      Tensor dout = step.shown(BACKWARD, output);
      int kernel = step.before(weights).shape().length(2);
      int channels = dx.shape().length(1);
      int height = dx.shape().length(2);
      int width = dx.shape().length(3);
      int filters = dout.shape().length(1);
      int outWidth = dout.shape().length(3);
      int windows = dout.shape().length(2) * outWidth;
      Arrays.fill(dx.data(), 0);
      // as the book's col2im goes: for each place in the kernel all windows at once
      for (int place = 0; place < kernel * kernel; place++) {
        for (int i = 0; i < dx.shape().length(0) * channels * windows; i++) {
          int image = i / windows;
          int window = i % windows;
          double sum = 0;
          for (int filter = 0; filter < filters; filter++) {
            sum +=
                w[(filter * channels + image % channels) * kernel * kernel + place]
                    * dout.data()[(image / channels * filters + filter) * windows + window];
          }
          int row = window / outWidth + place / kernel;
          int column = window % outWidth + place % kernel;
          dx.data()[(image * height + row) * width + column] = sum;
        }
      }
    };
  }

  /**
   * The output of a convolution without padding, over images of one channel, its kernels turned.
   */
  static void convolveTurned(StepSoFar step, String path, Tensor y) {
    Tensor w = step.before("conv1/W");
    double[] b = step.before("conv1/b").data();
    Tensor x = step.batch().inputs();
    int kernel = w.shape().length(2);
    int area = kernel * kernel;
    int width = x.shape().length(3);
    int outWidth = y.shape().length(3);
    int windows = y.shape().length(2) * outWidth;
    for (int i = 0; i < y.size(); i++) {
      int filter = i / windows % b.length;
      int window = i % windows;
      int corner =
          i / windows / b.length * (x.size() / x.shape().length(0))
              + window / outWidth * width
              + window % outWidth;
      double sum = b[filter];
      for (int place = 0; place < area; place++) {
        sum +=
            w.data()[filter * area + area - 1 - place]
                * x.data()[corner + place / kernel * width + place % kernel];
      }
      y.data()[i] = sum;
    }
  }

  /** Returns a state with the kernels of the first convolution turned. */
  static ModelState turned(ModelState state) {
    Map<String, Tensor> tensors = new LinkedHashMap<>(state.tensors());
    Tensor turned = state.tensor("conv1/W").copy();
    Edits.turnKernels(turned);
    tensors.put("conv1/W", turned);
    return new ModelState(state.step(), tensors);
  }
}
