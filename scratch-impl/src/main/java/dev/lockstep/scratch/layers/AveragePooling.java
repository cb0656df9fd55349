package dev.lockstep.scratch.layers;

import dev.lockstep.scratch.kernels.Windows;

/**
 * Average pooling: the mean of each window; every element receives its share of the gradient.
 *
 * <p>A padded element counts as a 0, so the sum is always divided by the whole window. DL4J: {@code
 * SubsamplingLayer} with {@code PoolingType.AVG}.
 */
public final class AveragePooling extends Pooling {

  public AveragePooling(String name, Windows windows) {
    super(name, windows);
  }

  @Override
  void pool(int channel, double[] x, int xStart, double[] y, int yStart) {
    int window = windows.windowHeight() * windows.windowWidth();
    for (int oy = 0; oy < outHeight; oy++) {
      for (int ox = 0; ox < outWidth; ox++) {
        double sum = 0;
        for (int row = first(windows.rows(), oy);
            row < end(windows.rows(), oy);
            row += windows.rows().dilation()) {
          for (int column = first(windows.columns(), ox);
              column < end(windows.columns(), ox);
              column += windows.columns().dilation()) {
            sum += x[xStart + row * windows.width() + column];
          }
        }
        y[yStart + oy * outWidth + ox] = sum / window;
      }
    }
  }

  @Override
  void spread(int channel, double[] dout, int doutStart, double[] dx, int dxStart) {
    int window = windows.windowHeight() * windows.windowWidth();
    for (int oy = 0; oy < outHeight; oy++) {
      for (int ox = 0; ox < outWidth; ox++) {
        double share = dout[doutStart + oy * outWidth + ox] / window;
        for (int row = first(windows.rows(), oy);
            row < end(windows.rows(), oy);
            row += windows.rows().dilation()) {
          for (int column = first(windows.columns(), ox);
              column < end(windows.columns(), ox);
              column += windows.columns().dilation()) {
            dx[dxStart + row * windows.width() + column] += share;
          }
        }
      }
    }
  }

  /** Returns the first element of the image that a window sees. */
  private static int first(Windows.Line line, int number) {
    int first = line.first(number);
    int skipped = first < 0 ? (-first + line.dilation() - 1) / line.dilation() : 0;
    return first + skipped * line.dilation();
  }

  /** Returns where the window ends, or the image. */
  private static int end(Windows.Line line, int number) {
    return Math.min(line.length(), line.first(number) + line.extent());
  }
}
