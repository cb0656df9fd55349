package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.scratch.kernels.Depthwise;
import dev.lockstep.scratch.kernels.Slice;
import dev.lockstep.scratch.kernels.Sum;
import dev.lockstep.scratch.kernels.Windows;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of each channel by itself (Sifre 2014), N×C×H×W to N×(C·M)×OH×OW. Of one image, at
 * each place, with the sums over the window
 *
 * <pre>
 * y_cm = Σ W_cm · x_c + b_cm
 * dW_cm = Σ dout_cm · x_c    db_cm = Σ dout_cm    dx_c = Σ W_cm · dout_cm over m
 * </pre>
 *
 * <p>DL4J: {@code DepthwiseConvolution2D}.
 */
public final class DepthwiseConvolution implements Layer {

  private final String name;
  private final Shape input;
  private final Shape output;
  private final Depthwise depthwise;
  private final Parameter weights;
  private final @Nullable Parameter bias;
  private final Clipping clipping;
  private final double[][] weightGradient = new double[Slice.COUNT][];
  private final double[][] biasGradient = new double[Slice.COUNT][];

  /**
   * @param multiplier M, the filters of each channel
   * @param windows where the kernel is applied
   * @param biased whether there is a b
   * @param penalty of W
   */
  public DepthwiseConvolution(
      String name,
      int multiplier,
      Windows windows,
      boolean biased,
      Penalty penalty,
      Clipping clipping) {
    int channels = windows.channels();
    this.name = name;
    this.input = Shape.of(channels, windows.height(), windows.width());
    this.output = Shape.of(channels * multiplier, windows.outHeight(), windows.outWidth());
    this.depthwise = new Depthwise(windows, multiplier, false);
    Shape kernel = Shape.of(windows.windowHeight(), windows.windowWidth(), channels, multiplier);
    this.weights = new Parameter(name, "W", kernel, penalty);
    this.bias = biased ? new Parameter(name, "b", Shape.of(output.length(0)), Penalty.NONE) : null;
    this.clipping = clipping;
    Arrays.setAll(weightGradient, i -> new double[kernel.size()]);
    Arrays.setAll(biasGradient, i -> new double[output.length(0)]);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Parameter> parameters() {
    return bias == null ? List.of(weights) : List.of(weights, bias);
  }

  @Override
  public boolean sampleBySample() {
    return true;
  }

  @Override
  public Shape begin(Shape input, Pass pass) {
    Require.samples(name, this.input, input);
    for (int i = 0; i < Slice.COUNT; i++) {
      Arrays.fill(weightGradient[i], 0);
      Arrays.fill(biasGradient[i], 0);
    }
    return output.batchOf(input.length(0));
  }

  @Override
  public void forward(Samples x, Samples y) {
    double[] w = weights.value().data();
    for (int n = 0; n < x.count(); n++) {
      PerChannel.fill(bias, y.data(), y.start(n), output); // (C·M)×OH×OW
      depthwise.addOutput(w, x.data(), x.start(n), y.data(), y.start(n));
    }
  }

  @Override
  public void backwardToParameters(Samples x, Samples dout) {
    double[] dw = weightGradient[x.slice().index()];
    double[] db = biasGradient[x.slice().index()];
    for (int n = 0; n < x.count(); n++) {
      depthwise.addToWeights(x.data(), x.start(n), dout.data(), dout.start(n), dw);
      PerChannel.addSums(dout.data(), dout.start(n), output, db);
    }
  }

  @Override
  public void backwardToInput(Samples x, Samples y, Samples dout, Samples dx) {
    Arrays.fill(dx.data(), dx.start(0), dx.start(dx.count()), 0);
    for (int n = 0; n < dx.count(); n++) {
      depthwise.addToInput(
          weights.value().data(), dout.data(), dout.start(n), dx.data(), dx.start(n));
    }
  }

  @Override
  public void finishBackward() {
    Sum.of(weightGradient, weights.gradient().data());
    if (bias != null) {
      Sum.of(biasGradient, bias.gradient().data());
    }
    clipping.apply(parameters());
  }
}
