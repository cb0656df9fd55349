package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Im2col;
import dev.lockstep.scratch.kernels.MatrixProduct;
import dev.lockstep.scratch.kernels.Sum;
import dev.lockstep.scratch.kernels.Windows;
import java.util.Arrays;
import java.util.List;

/**
 * Convolution (chapter 7), computed as a product of matrices by {@link Im2col}. For each image
 *
 * <pre>
 * col = im2col(x)
 * y = W·col + b
 * dW = dout·colᵀ    db = Σ dout over the windows    dx = col2im(Wᵀ·dout)
 * </pre>
 *
 * <p>and dW and db are summed over the images. x is N×C×H×W, y is N×F×OH×OW; of one image, read as
 * matrices, W is F×K with K = C × kernel height × kernel width, col is K×P with P = OH × OW, y and
 * dout are F×P. col is computed again on the way back: that takes less time than fetching it from
 * memory. DL4J: {@code ConvolutionLayer}.
 */
public final class Convolution extends SampleWise {

  private final String name;
  private final Shape input;
  private final Shape output;
  private final int filters;
  private final Windows windows;
  private final Im2col im2col;
  private final Parameter weights;
  private final Parameter bias;
  private final MatrixProduct product;
  private final Workspace[] workspaces = new Workspace[Slice.COUNT];
  private Tensor x = Tensor.zeros(Shape.of(0));
  private Tensor y = x;
  private Samples dout = Samples.NONE;
  private Samples dx = Samples.NONE;

  /**
   * @param filters F, the channels of the output
   * @param windows where the kernel is applied
   * @param weightDecay λ of W
   */
  public Convolution(
      String name, int filters, Windows windows, double weightDecay, MatrixProduct product) {
    this.name = name;
    this.input = Shape.of(windows.channels(), windows.height(), windows.width());
    this.output = Shape.of(filters, windows.outHeight(), windows.outWidth());
    this.filters = filters;
    this.windows = windows;
    this.im2col = new Im2col(windows);
    Shape kernel =
        Shape.of(filters, windows.channels(), windows.windowHeight(), windows.windowWidth());
    this.weights = new Parameter(name, "W", kernel, weightDecay);
    this.bias = new Parameter(name, "b", Shape.of(filters), 0);
    this.product = product;
    Arrays.setAll(workspaces, i -> new Workspace());
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<Parameter> parameters() {
    return List.of(weights, bias);
  }

  @Override
  Shape outputShape(Tensor x) {
    return output.batchOf(x.shape().length(0));
  }

  @Override
  void beginForward(Tensor x, Tensor y, Pass pass) {
    Require.samples(name, input, x);
    this.x = x;
    this.y = y; // N×F×OH×OW
  }

  @Override
  void forward(Slice slice) {
    double[] w = weights.value().data();
    double[] col = workspaces[slice.index()].col;
    int outputSize = output.size();
    for (int n = slice.from(); n < slice.to(); n++) {
      im2col.toColumns(x.data(), n * input.size(), col); // K×P
      fillWithBias(y.data(), n * outputSize);
      product.add(filters, windows.count(), windows.elements(), w, col, y.data(), n * outputSize);
    }
  }

  private void fillWithBias(double[] y, int from) {
    double[] b = bias.value().data();
    for (int f = 0; f < filters; f++) {
      int start = from + f * windows.count();
      Arrays.fill(y, start, start + windows.count(), b[f]);
    }
  }

  @Override
  void beginBackward(Samples dout, Samples dx) {
    this.dout = dout;
    this.dx = dx;
    for (Workspace workspace : workspaces) {
      workspace.clear();
    }
  }

  @Override
  void backward(Slice slice) {
    Workspace workspace = workspaces[slice.index()];
    for (int n = slice.from(); n < slice.to(); n++) {
      int start = dout.start(slice, n);
      im2col.toColumns(x.data(), n * input.size(), workspace.col); // K×P
      addParameterGradients(start, workspace);
      if (dx != Samples.NONE) {
        columnGradients(start, workspace.col); // K×P
        im2col.toImage(workspace.col, dx.data(), dx.start(slice, n)); // C×H×W
      }
    }
  }

  private void addParameterGradients(int start, Workspace workspace) {
    product.addSecondTransposed(
        filters,
        windows.elements(),
        windows.count(),
        dout.data(),
        start,
        workspace.col,
        workspace.weightGradient);
    for (int f = 0; f < filters; f++) {
      int from = start + f * windows.count();
      workspace.biasGradient[f] += Sum.of(dout.data(), from, from + windows.count());
    }
  }

  private void columnGradients(int start, double[] col) {
    product.multiplyFirstTransposed(
        windows.elements(),
        windows.count(),
        filters,
        weights.value().data(),
        dout.data(),
        start,
        col);
  }

  @Override
  void finishBackward() {
    double[] dw = weights.gradient().data();
    double[] db = bias.gradient().data();
    Arrays.fill(dw, 0);
    Arrays.fill(db, 0);
    for (Workspace workspace : workspaces) {
      add(workspace.weightGradient, dw);
      add(workspace.biasGradient, db);
    }
  }

  private static void add(double[] source, double[] target) {
    for (int i = 0; i < target.length; i++) {
      target[i] += source[i];
    }
  }

  /** What a slice needs for itself. */
  private final class Workspace {

    private final double[] col = new double[windows.elements() * windows.count()];
    private final double[] weightGradient = new double[weights.value().size()];
    private final double[] biasGradient = new double[filters];

    private void clear() {
      Arrays.fill(weightGradient, 0);
      Arrays.fill(biasGradient, 0);
    }
  }
}
