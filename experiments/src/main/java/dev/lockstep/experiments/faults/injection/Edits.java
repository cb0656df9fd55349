package dev.lockstep.experiments.faults.injection;

import static dev.lockstep.core.model.Phase.BACKWARD;
import static dev.lockstep.core.model.Phase.FORWARD;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.tensor.Tensor;
import java.util.Arrays;

/** What can go wrong with a tensor. */
public final class Edits {

  private Edits() {}

  public static Edit times(double factor) {
    return (step, path, tensor) -> scale(tensor, factor);
  }

  public static void scale(Tensor tensor, double factor) {
    double[] values = tensor.data();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
  }

  /** Cuts every element off at ±limit. */
  public static Edit clipped(double limit) {
    return (step, path, tensor) -> {
      double[] values = tensor.data();
      for (int i = 0; i < values.length; i++) {
        values[i] = Math.max(-limit, Math.min(limit, values[i]));
      }
    };
  }

  public static void roundToFloat(StepSoFar step, String path, Tensor tensor) {
    double[] values = tensor.data();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) values[i];
    }
  }

  /** Transposes a square matrix. */
  public static void transpose(StepSoFar step, String path, Tensor matrix) {
    transpose(matrix, matrix.shape().length(0));
  }

  /** Transposes every run of side × side elements. */
  public static void transpose(Tensor matrices, int side) {
    double[] values = matrices.data();
    double[] old = values.clone();
    for (int i = 0; i < values.length; i++) {
      int place = i % (side * side);
      int row = place / side;
      int column = place % side;
      values[i] = old[i - place + column * side + row];
    }
  }

  public static void reverse(StepSoFar step, String path, Tensor tensor) {
    reverseEach(tensor, tensor.size());
  }

  /** Turns the kernel of every filter and channel around. */
  public static void flipKernels(StepSoFar step, String path, Tensor weights) {
    turnKernels(weights);
  }

  public static void turnKernels(Tensor weights) {
    reverseEach(weights, weights.shape().length(2) * weights.shape().length(3));
  }

  private static void reverseEach(Tensor tensor, int length) {
    double[] values = tensor.data();
    double[] old = values.clone();
    for (int i = 0; i < values.length; i++) {
      int place = i % length;
      values[i] = old[i - place + length - 1 - place];
    }
  }

  /** Moves every element on by some places, the last ones to the front. */
  public static Edit shifted(int places) {
    return (step, path, tensor) -> roll(tensor, places);
  }

  public static void roll(Tensor tensor, int places) {
    double[] values = tensor.data();
    double[] old = values.clone();
    for (int i = 0; i < values.length; i++) {
      values[(i + places) % values.length] = old[i];
    }
  }

  public static void zero(StepSoFar step, String path, Tensor tensor) {
    Arrays.fill(tensor.data(), 0);
  }

  public static Edit notANumberFrom(long firstStep) {
    return (step, path, tensor) -> {
      if (step.batch().step() >= firstStep) {
        tensor.data()[0] = Double.NaN;
      }
    };
  }

  /** Leaves a tensor of the state as it was before the step. */
  public static void keep(StepSoFar step, String path, Tensor tensor) {
    copy(step.before(path), tensor);
  }

  /** Puts the values of another tensor of this step in place of the right ones. */
  public static Edit replacedBy(Phase phase, String other) {
    return (step, path, tensor) -> copy(step.shown(phase, other), tensor);
  }

  private static void copy(Tensor from, Tensor to) {
    System.arraycopy(from.data(), 0, to.data(), 0, to.size());
  }

  /** Adds a multiple of the parameter to its gradient. */
  public static Edit plusParameterTimes(double factor) {
    return (step, path, gradient) -> {
      double[] parameter = step.before(path).data();
      double[] values = gradient.data();
      for (int i = 0; i < values.length; i++) {
        values[i] += factor * parameter[i];
      }
    };
  }

  /** Multiplies what the step adds to a parameter. */
  public static Edit updateTimes(FactorOfStep factor) {
    return (step, path, parameter) -> {
      double[] before = step.before(path).data();
      double[] values = parameter.data();
      double times = factor.of(step.batch().step());
      for (int i = 0; i < values.length; i++) {
        values[i] = before[i] + times * (values[i] - before[i]);
      }
    };
  }

  /** A factor that may differ from step to step, counted from 1. */
  public interface FactorOfStep {
    double of(long step);
  }

  /** Sums the rows of a gradient of this step. */
  public static Edit columnSumsOf(String gradient) {
    return (step, path, tensor) -> sumColumns(step.shown(BACKWARD, gradient), tensor);
  }

  public static void sumColumns(Tensor matrix, Tensor sums) {
    zeroFill(sums);
    for (int i = 0; i < matrix.size(); i++) {
      sums.data()[i % sums.size()] += matrix.data()[i];
    }
  }

  private static void zeroFill(Tensor tensor) {
    Arrays.fill(tensor.data(), 0);
  }

  /** Takes the last sample out of {@code dW = xᵀ·dout}. */
  public static Edit withoutLastSample(String input, String output) {
    return (step, path, weightGradient) -> {
      Tensor x = step.shown(FORWARD, input);
      Tensor dout = step.shown(BACKWARD, output);
      int inputs = weightGradient.shape().length(0);
      int units = weightGradient.shape().length(1);
      int lastX = x.size() - inputs;
      int lastDout = dout.size() - units;
      for (int i = 0; i < weightGradient.size(); i++) {
        weightGradient.data()[i] -= x.data()[lastX + i / units] * dout.data()[lastDout + i % units];
      }
    };
  }

  /** Lets a share of the gradient through where a ReLU was silent. */
  public static Edit leaky(String relu, double slope) {
    return (step, path, dx) -> {
      double[] y = step.shown(FORWARD, relu).data();
      double[] dout = step.shown(BACKWARD, relu).data();
      for (int i = 0; i < y.length; i++) {
        if (y[i] == 0) {
          dx.data()[i] = slope * dout[i];
        }
      }
    };
  }

  /** Gives every input of a 2×2 pooling window the window's whole gradient. */
  public static Edit wholeWindows(String pooling) {
    return (step, path, dx) -> {
      Tensor dout = step.shown(BACKWARD, pooling);
      int height = dx.shape().length(2);
      int width = dx.shape().length(3);
      for (int i = 0; i < dx.size(); i++) {
        int image = i / (height * width);
        int row = i / width % height / 2;
        int column = i % width / 2;
        dx.data()[i] = dout.data()[(image * (height / 2) + row) * (width / 2) + column];
      }
    };
  }
}
