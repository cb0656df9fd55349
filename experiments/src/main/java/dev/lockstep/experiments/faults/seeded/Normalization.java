package dev.lockstep.experiments.faults.seeded;

import static dev.lockstep.core.model.Phase.BACKWARD;
import static dev.lockstep.core.model.Phase.FORWARD;

import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.injection.Edits;
import dev.lockstep.experiments.faults.injection.StepSoFar;
import dev.lockstep.experiments.faults.injection.Tampering;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleBinaryOperator;

/** What can go wrong in batch normalization, where {@code batchNorm1} follows {@code affine1}. */
final class Normalization {

  /** Of both batch normalizations. */
  private static final double EPSILON = 1e-7;

  private Normalization() {}

  /** Divides the variance by n − 1 in the forward and, alike, in the backward pass. */
  static Tampering unbiased() {
    return new Divided((variance, epsilon, n) -> Math.sqrt(variance * n / (n - 1) + epsilon));
  }

  /** Divides by something else than √(variance + epsilon), forward and backward alike. */
  static Tampering dividedBy(DoubleBinaryOperator ofVarianceAndEpsilon) {
    return new Divided(
        (variance, epsilon, n) -> ofVarianceAndEpsilon.applyAsDouble(variance, epsilon));
  }

  private interface Divisor {
    double of(double variance, double epsilon, double samples);
  }

  private record Divided(Divisor divisor) implements Tampering {
    @Override
    public void computed(StepSoFar step, Phase phase, String path, Tensor tensor) {
      if (phase == FORWARD && isNormalized(path)) {
        Tensor beta = step.before(path.replace("/out", "/beta"));
        double[] ratio = ratio(step, inputOf(path));
        for (int i = 0; i < tensor.size(); i++) {
          double shift = beta.data()[i % ratio.length];
          tensor.data()[i] = shift + (tensor.data()[i] - shift) * ratio[i % ratio.length];
        }
      } else if (phase == BACKWARD && isInput(path)) {
        double[] ratio = ratio(step, path);
        for (int i = 0; i < tensor.size(); i++) {
          tensor.data()[i] *= ratio[i % ratio.length];
        }
      }
    }

    /** Returns √(variance + epsilon) / divisor by column. */
    private double[] ratio(StepSoFar step, String input) {
      Tensor x = step.shown(FORWARD, input);
      double epsilon = Normalization.of(step.network()).epsilon();
      double[] ratio = variance(x);
      for (int f = 0; f < ratio.length; f++) {
        ratio[f] =
            Math.sqrt(ratio[f] + epsilon) / divisor.of(ratio[f], epsilon, x.shape().length(0));
      }
      return ratio;
    }
  }

  private static double[] mean(Tensor x) {
    int samples = x.shape().length(0);
    double[] mean = new double[x.size() / samples];
    for (int i = 0; i < x.size(); i++) {
      mean[i % mean.length] += x.data()[i] / samples;
    }
    return mean;
  }

  private static double[] variance(Tensor x) {
    int samples = x.shape().length(0);
    int features = x.size() / samples;
    double[] mean = mean(x);
    double[] variance = new double[features];
    for (int i = 0; i < x.size(); i++) {
      double centered = x.data()[i] - mean[i % features];
      variance[i % features] += centered * centered / samples;
    }
    return variance;
  }

  /** Moves the running variance by the unbiased variance. */
  static void unbiasedRunningVariance(StepSoFar step, String path, Tensor running) {
    double samples = step.batch().size();
    double momentum = of(step.network()).momentum();
    double[] before = step.before(path).data();
    for (int f = 0; f < before.length; f++) {
      double kept = momentum * before[f];
      running.data()[f] = kept + (running.data()[f] - kept) * samples / (samples - 1);
    }
  }

  /** Forgets that mean and variance depend on x: {@code dx = dout · gamma / √(variance + ε)}. */
  static void constantStatistics(StepSoFar step, String path, Tensor dx) {
    if (!isInput(path)) {
      return;
    }
    String layer = path.replace("affine", "batchNorm");
    double[] dout = step.shown(BACKWARD, layer).data();
    double[] gamma = step.before(layer.replace("/out", "/gamma")).data();
    double[] variance = variance(step.shown(FORWARD, path));
    double epsilon = of(step.network()).epsilon();
    for (int i = 0; i < dx.size(); i++) {
      int f = i % gamma.length;
      dx.data()[i] = dout[i] * gamma[f] / Math.sqrt(variance[f] + epsilon);
    }
  }

  /** Forgets that the variance depends on x, but not the mean. */
  static void constantVariance(StepSoFar step, String path, Tensor dx) {
    if (!isInput(path)) {
      return;
    }
    constantStatistics(step, path, dx);
    double[] mean = mean(dx);
    for (int i = 0; i < dx.size(); i++) {
      dx.data()[i] -= mean[i % mean.length];
    }
  }

  /** Forgets gamma on the way back. */
  static void withoutGamma(StepSoFar step, String path, Tensor dx) {
    if (isInput(path)) {
      double[] gamma =
          step.before(path.replace("affine", "batchNorm").replace("/out", "/gamma")).data();
      for (int i = 0; i < dx.size(); i++) {
        dx.data()[i] /= gamma[i % gamma.length];
      }
    }
  }

  /** Predicts by the statistics of the images that are asked for. */
  static Tampering predictionByBatch() {
    return new Tampering() {
      @Override
      public ModelState predictsWith(ModelState state, Tensor inputs) {
        Map<String, Tensor> tensors = new LinkedHashMap<>(state.tensors());
        Tensor x = inputs;
        for (int layer = 1; layer <= 2; layer++) {
          x = affine(x, state, "affine" + layer);
          String name = "batchNorm" + layer;
          double[] mean = mean(x);
          double[] variance = variance(x);
          Shape shape = state.tensor(name + "/gamma").shape();
          tensors.put(name + "/runningMean", Tensor.of(shape, mean));
          tensors.put(name + "/runningVar", Tensor.of(shape, variance));
          double[] gamma = state.tensor(name + "/gamma").data();
          double[] beta = state.tensor(name + "/beta").data();
          for (int i = 0; i < x.size(); i++) {
            int f = i % mean.length;
            double xn = (x.data()[i] - mean[f]) / Math.sqrt(variance[f] + EPSILON);
            x.data()[i] = Math.max(0, gamma[f] * xn + beta[f]) * (1 - BaseNetwork.DROPPED);
          }
        }
        return new ModelState(state.step(), tensors);
      }
    };
  }

  private static Tensor affine(Tensor x, ModelState state, String layer) {
    double[] w = state.tensor(layer + "/W").data();
    double[] b = state.tensor(layer + "/b").data();
    int samples = x.shape().length(0);
    int inputs = x.size() / samples;
    Tensor y = Tensor.zeros(Shape.of(samples, b.length));
    for (int i = 0; i < y.size(); i++) {
      double sum = b[i % b.length];
      for (int k = 0; k < inputs; k++) {
        sum += x.data()[i / b.length * inputs + k] * w[k * b.length + i % b.length];
      }
      y.data()[i] = sum;
    }
    return y;
  }

  /** Gives gamma the gradient of beta, and beta that of gamma. */
  static Tampering swappedGradients() {
    Map<String, Tensor> ofGamma = new LinkedHashMap<>();
    return Tampering.edit(
        (phase, path) -> phase == BACKWARD && path.startsWith("batchNorm"),
        (step, path, gradient) -> {
          if (path.endsWith("/gamma")) {
            ofGamma.put(path, gradient.copy());
            Edits.sumColumns(step.shown(BACKWARD, path.replace("/gamma", "/out")), gradient);
          } else if (path.endsWith("/beta")) {
            String gamma = path.replace("/beta", "/gamma");
            Tensor right = Objects.requireNonNull(ofGamma.get(gamma), gamma);
            System.arraycopy(right.data(), 0, gradient.data(), 0, gradient.size());
          }
        });
  }

  /** Returns the first batch normalization, whose constants all of them have. */
  private static LayerSpec.BatchNormalization of(NetworkSpec network) {
    return network.layers().stream()
        .filter(LayerSpec.BatchNormalization.class::isInstance)
        .map(LayerSpec.BatchNormalization.class::cast)
        .findFirst()
        .orElseThrow();
  }

  private static boolean isNormalized(String path) {
    return path.startsWith("batchNorm");
  }

  /** The last affine layer is followed by no normalization. */
  private static boolean isInput(String path) {
    return path.equals("affine1/out") || path.equals("affine2/out");
  }

  private static String inputOf(String path) {
    return path.replace("batchNorm", "affine");
  }
}
