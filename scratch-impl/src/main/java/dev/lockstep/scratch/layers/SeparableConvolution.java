package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.scratch.kernels.Depthwise;
import dev.lockstep.scratch.kernels.MatrixProduct;
import dev.lockstep.scratch.kernels.Slice;
import dev.lockstep.scratch.kernels.Sum;
import dev.lockstep.scratch.kernels.Windows;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A convolution in two (Chollet 2017): of each channel by itself, then of 1×1 over what that puts
 * out. Of one image, with u of K = C·M channels and P = OH × OW places, read as a K×P matrix,
 *
 * <pre>
 * u_cm = Σ W_cm · x_c            as {@link DepthwiseConvolution}
 * y = pW·u + b
 * dpW = dout·uᵀ    db = Σ dout    du = pWᵀ·dout
 * dW_cm = Σ du_cm · x_c    dx_c = Σ W_cm · du_cm over m
 * </pre>
 *
 * <p>x is N×C×H×W, y is N×F×OH×OW. u is computed again on the way back. DL4J: {@code
 * SeparableConvolution2D}.
 */
public final class SeparableConvolution implements Layer {

  private final String name;
  private final Shape input;
  private final Shape output;
  private final int filters;
  private final int between;
  private final int places;
  private final Depthwise depthwise;
  private final Parameter weights;
  private final Parameter pointWeights;
  private final @Nullable Parameter bias;
  private final Clipping clipping;
  private final MatrixProduct product;
  private final double[][] u = new double[Slice.COUNT][];
  private final double[][] weightGradient = new double[Slice.COUNT][];
  private final double[][] pointGradient = new double[Slice.COUNT][];
  private final double[][] biasGradient = new double[Slice.COUNT][];

  /**
   * @param filters F, the channels of the output
   * @param multiplier M, the filters of each channel in the first
   * @param windows where the first is applied
   * @param biased whether there is a b
   * @param penalty of W and of pW
   */
  public SeparableConvolution(
      String name,
      int filters,
      int multiplier,
      Windows windows,
      boolean biased,
      Penalty penalty,
      Clipping clipping,
      MatrixProduct product) {
    int channels = windows.channels();
    this.name = name;
    this.input = Shape.of(channels, windows.height(), windows.width());
    this.output = Shape.of(filters, windows.outHeight(), windows.outWidth());
    this.filters = filters;
    this.between = channels * multiplier;
    this.places = windows.count();
    this.depthwise = new Depthwise(windows, multiplier, true);
    Shape kernel = Shape.of(multiplier, channels, windows.windowHeight(), windows.windowWidth());
    this.weights = new Parameter(name, "W", kernel, penalty);
    this.pointWeights = new Parameter(name, "pW", Shape.of(filters, between, 1, 1), penalty);
    this.bias = biased ? new Parameter(name, "b", Shape.of(filters), Penalty.NONE) : null;
    this.clipping = clipping;
    this.product = product;
    Arrays.setAll(u, i -> new double[between * places]);
    Arrays.setAll(weightGradient, i -> new double[kernel.size()]);
    Arrays.setAll(pointGradient, i -> new double[filters * between]);
    Arrays.setAll(biasGradient, i -> new double[filters]);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Parameter> parameters() {
    return bias == null ? List.of(weights, pointWeights) : List.of(weights, pointWeights, bias);
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
      Arrays.fill(pointGradient[i], 0);
      Arrays.fill(biasGradient[i], 0);
    }
    return output.batchOf(input.length(0));
  }

  @Override
  public void forward(Samples x, Samples y) {
    double[] pw = pointWeights.value().data(); // F×K
    for (int n = 0; n < x.count(); n++) {
      PerChannel.fill(bias, y.data(), y.start(n), output); // F×P
      product.add(filters, places, between, pw, between(x, n), y.data(), y.start(n));
    }
  }

  /** Returns u of one image, K×P. */
  private double[] between(Samples x, int n) {
    double[] u = this.u[x.slice().index()];
    Arrays.fill(u, 0);
    depthwise.addOutput(weights.value().data(), x.data(), x.start(n), u, 0);
    return u;
  }

  /** Returns du of one image, K×P, in the place of u. */
  private double[] betweenGradient(Samples dout, int n) {
    double[] du = this.u[dout.slice().index()];
    double[] pw = pointWeights.value().data(); // F×K
    product.multiplyFirstTransposed(between, places, filters, pw, dout.data(), dout.start(n), du);
    return du;
  }

  @Override
  public void backwardToParameters(Samples x, Samples dout) {
    double[] dw = weightGradient[x.slice().index()];
    double[] dpw = pointGradient[x.slice().index()]; // F×K
    double[] db = biasGradient[x.slice().index()];
    for (int n = 0; n < x.count(); n++) {
      product.addSecondTransposed(
          filters, between, places, dout.data(), dout.start(n), between(x, n), dpw);
      PerChannel.addSums(dout.data(), dout.start(n), output, db);
      depthwise.addToWeights(x.data(), x.start(n), betweenGradient(dout, n), 0, dw);
    }
  }

  @Override
  public void backwardToInput(Samples x, Samples y, Samples dout, Samples dx) {
    Arrays.fill(dx.data(), dx.start(0), dx.start(dx.count()), 0);
    for (int n = 0; n < dx.count(); n++) {
      depthwise.addToInput(
          weights.value().data(), betweenGradient(dout, n), 0, dx.data(), dx.start(n));
    }
  }

  @Override
  public void finishBackward() {
    Sum.of(weightGradient, weights.gradient().data());
    Sum.of(pointGradient, pointWeights.gradient().data());
    if (bias != null) {
      Sum.of(biasGradient, bias.gradient().data());
    }
    clipping.apply(parameters());
  }
}
