package dev.lockstep.experiments.faults;

import static dev.lockstep.core.model.Phase.BACKWARD;
import static dev.lockstep.core.model.Phase.FORWARD;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/** What can go wrong in batch normalization, where {@code batchNorm1} follows {@code affine1}. */
final class Normalization {

  private Normalization() {}

  /** Divides the variance by n − 1 in the forward and, alike, in the backward pass. */
  static Tampering unbiased() {
    return new Tampering() {
      @Override
      public void computed(StepSoFar step, Phase phase, String path, Tensor tensor) {
        if (phase == FORWARD && isNormalized(path)) {
          Tensor beta = step.before(path.replace("/out", "/beta"));
          double[] ratio = deviationRatio(step, inputOf(path));
          for (int i = 0; i < tensor.size(); i++) {
            double shift = beta.data()[i % ratio.length];
            tensor.data()[i] = shift + (tensor.data()[i] - shift) * ratio[i % ratio.length];
          }
        } else if (phase == BACKWARD && isInput(path)) {
          double[] ratio = deviationRatio(step, path);
          for (int i = 0; i < tensor.size(); i++) {
            tensor.data()[i] *= ratio[i % ratio.length];
          }
        }
      }
    };
  }

  /** Returns √(biased + epsilon) / √(unbiased + epsilon) by column. */
  private static double[] deviationRatio(StepSoFar step, String input) {
    Tensor x = step.shown(FORWARD, input);
    double epsilon = of(step.network()).epsilon();
    int samples = x.shape().length(0);
    double[] variance = variance(x);
    double[] ratio = new double[variance.length];
    for (int f = 0; f < ratio.length; f++) {
      double unbiased = variance[f] * samples / (samples - 1);
      ratio[f] = Math.sqrt((variance[f] + epsilon) / (unbiased + epsilon));
    }
    return ratio;
  }

  private static double[] variance(Tensor x) {
    int samples = x.shape().length(0);
    int features = x.size() / samples;
    double[] mean = new double[features];
    for (int i = 0; i < x.size(); i++) {
      mean[i % features] += x.data()[i] / samples;
    }
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
