package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.scratch.kernels.Im2col;
import dev.lockstep.scratch.kernels.MatrixProduct;
import dev.lockstep.scratch.kernels.Slice;
import dev.lockstep.scratch.kernels.Sum;
import dev.lockstep.scratch.kernels.Windows;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Convolution (chapter 7), computed as a product of matrices by {@link Im2col}. For each image
 *
 * <pre>
 * col = im2col(x)
 * y = W·col + b
 * dW = dout·colᵀ    db = Σ dout over the windows    dx = col2im(Wᵀ·dout)
 * </pre>
 *
 * <p>and dW and db are summed over the images: within each slice of the batch, then over the
 * slices. x is N×C×H×W, y is N×F×OH×OW; of one image, read as matrices, W is F×K with K = C ×
 * kernel height × kernel width, col is K×P with P = OH × OW, y and dout are F×P. col is computed
 * again on the way back: that takes less time than fetching it from memory. DL4J: {@code
 * ConvolutionLayer}.
 */
public final class Convolution implements Layer {

  private final String name;
  private final Shape input;
  private final Shape output;
  private final int filters;
  private final int elements;
  private final int positions;
  private final Im2col im2col;
  private final Parameter weights;
  private final @Nullable Parameter bias;
  private final Clipping clipping;
  private final MatrixProduct product;
  private final double[][] col = new double[Slice.COUNT][];
  private final double[][] weightGradient = new double[Slice.COUNT][];
  private final double[][] biasGradient = new double[Slice.COUNT][];

  /**
   * @param filters F, the channels of the output
   * @param windows where the kernel is applied
   * @param weightDecay λ of W
   */
  public Convolution(
      String name, int filters, Windows windows, double weightDecay, MatrixProduct product) {
    this(name, filters, windows, true, new Penalty(weightDecay, 0), Clipping.NONE, product);
  }

  /**
   * @param filters F, the channels of the output
   * @param windows where the kernel is applied
   * @param biased whether there is a b
   * @param penalty of W
   */
  public Convolution(
      String name,
      int filters,
      Windows windows,
      boolean biased,
      Penalty penalty,
      Clipping clipping,
      MatrixProduct product) {
    this.name = name;
    this.input = Shape.of(windows.channels(), windows.height(), windows.width());
    this.output = Shape.of(filters, windows.outHeight(), windows.outWidth());
    this.filters = filters;
    this.elements = windows.elements();
    this.positions = windows.count();
    this.im2col = new Im2col(windows);
    Shape kernel =
        Shape.of(filters, windows.channels(), windows.windowHeight(), windows.windowWidth());
    this.weights = new Parameter(name, "W", kernel, penalty);
    this.bias = biased ? new Parameter(name, "b", Shape.of(filters), Penalty.NONE) : null;
    this.clipping = clipping;
    this.product = product;
    Arrays.setAll(col, i -> new double[elements * positions]);
    Arrays.setAll(weightGradient, i -> new double[kernel.size()]);
    Arrays.setAll(biasGradient, i -> new double[filters]);
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
    double[] w = weights.value().data(); // F×K
    double[] col = this.col[x.slice().index()];
    for (int n = 0; n < x.count(); n++) {
      im2col.toColumns(x.data(), x.start(n), col); // K×P
      PerChannel.fill(bias, y.data(), y.start(n), output); // F×P
      product.add(filters, positions, elements, w, col, y.data(), y.start(n));
    }
  }

  @Override
  public void backwardToParameters(Samples x, Samples dout) {
    double[] col = this.col[x.slice().index()];
    double[] dw = weightGradient[x.slice().index()]; // F×K
    double[] db = biasGradient[x.slice().index()];
    for (int n = 0; n < x.count(); n++) {
      im2col.toColumns(x.data(), x.start(n), col); // K×P
      product.addSecondTransposed(
          filters, elements, positions, dout.data(), dout.start(n), col, dw);
      PerChannel.addSums(dout.data(), dout.start(n), output, db);
    }
  }

  @Override
  public void backwardToInput(Samples x, Samples y, Samples dout, Samples dx) {
    double[] w = weights.value().data(); // F×K
    double[] col = this.col[x.slice().index()];
    for (int n = 0; n < dx.count(); n++) {
      product.multiplyFirstTransposed(
          elements, positions, filters, w, dout.data(), dout.start(n), col); // K×P
      im2col.toImage(col, dx.data(), dx.start(n)); // C×H×W
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
