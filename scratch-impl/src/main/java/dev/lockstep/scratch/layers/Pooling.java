package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.scratch.kernels.Windows;
import java.util.Arrays;

/**
 * Reduces each window of each channel to one number (chapter 7): N×C×H×W to N×C×OH×OW. A padded
 * element counts as 0, as in the book. DL4J: {@code SubsamplingLayer}.
 */
abstract class Pooling implements Layer {

  final Windows windows;

  /** Windows from top to bottom, from left to right, and in all: asked for in every inner loop. */
  final int outHeight;

  final int outWidth;
  final int count;
  private final String name;
  private final int channels;
  private final int imageSize;
  private final Shape input;
  private final Shape output;

  Pooling(String name, Windows windows) {
    this.name = name;
    this.channels = windows.channels();
    this.imageSize = windows.height() * windows.width();
    this.windows = windows;
    this.outHeight = windows.outHeight();
    this.outWidth = windows.outWidth();
    this.count = windows.count();
    this.input = Shape.of(windows.channels(), windows.height(), windows.width());
    this.output = Shape.of(windows.channels(), outHeight, outWidth);
  }

  /**
   * Pools one channel of one image, from where it starts in x to where it starts in y.
   *
   * @param channel counts the channels of all images of the batch before it
   */
  abstract void pool(int channel, double[] x, int xStart, double[] y, int yStart);

  /** Adds the gradients of one channel's output to those of its input. */
  abstract void spread(int channel, double[] dout, int doutStart, double[] dx, int dxStart);

  @Override
  public final String name() {
    return name;
  }

  @Override
  public final boolean sampleBySample() {
    return true;
  }

  @Override
  public Shape begin(Shape input, Pass pass) {
    Require.samples(name, this.input, input);
    return output.batchOf(input.length(0));
  }

  @Override
  public final void forward(Samples x, Samples y) {
    int first = x.slice().from() * channels;
    for (int c = 0; c < x.count() * channels; c++) {
      pool(first + c, x.data(), x.start(0) + c * imageSize, y.data(), y.start(0) + c * count);
    }
  }

  @Override
  public final void backwardToInput(Samples x, Samples y, Samples dout, Samples dx) {
    Arrays.fill(dx.data(), dx.start(0), dx.start(dx.count()), 0);
    int first = x.slice().from() * channels;
    for (int c = 0; c < x.count() * channels; c++) {
      spread(
          first + c,
          dout.data(),
          dout.start(0) + c * count,
          dx.data(),
          dx.start(0) + c * imageSize);
    }
  }
}
