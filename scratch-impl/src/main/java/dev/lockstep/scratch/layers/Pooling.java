package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.scratch.kernels.Windows;
import java.util.Arrays;

/**
 * Reduces each window of each channel to one number (chapter 7): N×C×H×W to N×C×OH×OW. A padded
 * element counts as 0, as in the book. DL4J: {@code SubsamplingLayer}.
 */
abstract class Pooling extends SampleWise {

  final Windows windows;

  /** Windows from top to bottom, from left to right, and in all: asked for in every inner loop. */
  final int outHeight;

  final int outWidth;
  final int count;
  private final String name;
  private final int channels;
  private final Shape input;
  private final Shape output;
  private Tensor x = Tensor.zeros(Shape.of(0));
  private Tensor y = x;
  private Samples dout = Samples.NONE;
  private Samples dx = Samples.NONE;

  Pooling(String name, Windows windows) {
    this.name = name;
    this.channels = windows.channels();
    this.windows = windows;
    this.outHeight = windows.outHeight();
    this.outWidth = windows.outWidth();
    this.count = windows.count();
    this.input = Shape.of(windows.channels(), windows.height(), windows.width());
    this.output = Shape.of(windows.channels(), outHeight, outWidth);
  }

  /** Pools one channel of one image, from where it starts in x to where it starts in y. */
  abstract void pool(double[] x, int xStart, double[] y, int yStart);

  /**
   * Adds the gradients of one channel's output to those of its input.
   *
   * @param channel counts the channels of all images before it
   */
  abstract void spread(int channel, double[] dout, int doutStart, double[] dx, int dxStart);

  @Override
  public final String name() {
    return name;
  }

  @Override
  final Shape outputShape(Tensor x) {
    return output.batchOf(x.shape().length(0));
  }

  @Override
  void beginForward(Tensor x, Tensor y, Pass pass) {
    Require.samples(name, input, x);
    this.x = x;
    this.y = y; // N×C×OH×OW
  }

  @Override
  final void forward(Slice slice) {
    int inputSize = windows.height() * windows.width();
    for (int c = slice.from() * channels; c < slice.to() * channels; c++) {
      pool(x.data(), c * inputSize, y.data(), c * count);
    }
  }

  @Override
  final void beginBackward(Samples dout, Samples dx) {
    this.dout = dout;
    this.dx = dx; // N×C×H×W
  }

  @Override
  final void backward(Slice slice) {
    if (dx != Samples.NONE) {
      for (int n = slice.from(); n < slice.to(); n++) {
        backward(n, dout.start(slice, n), dx.data(), dx.start(slice, n));
      }
    }
  }

  private void backward(int n, int doutStart, double[] gradient, int start) {
    int inputSize = windows.height() * windows.width();
    Arrays.fill(gradient, start, start + input.size(), 0);
    for (int c = 0; c < channels; c++) {
      spread(n * channels + c, dout.data(), doutStart + c * count, gradient, start + c * inputSize);
    }
  }
}
