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
        for (int row = top(oy); row < bottom(oy); row++) {
          for (int column = left(ox); column < right(ox); column++) {
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
        for (int row = top(oy); row < bottom(oy); row++) {
          for (int column = left(ox); column < right(ox); column++) {
            dx[dxStart + row * windows.width() + column] += share;
          }
        }
      }
    }
  }

  /** Returns the first row of the image that a window sees. */
  private int top(int oy) {
    return Math.max(0, oy * windows.stride() - windows.pad());
  }

  private int bottom(int oy) {
    int end = oy * windows.stride() - windows.pad() + windows.windowHeight();
    return Math.min(windows.height(), end);
  }

  private int left(int ox) {
    return Math.max(0, ox * windows.stride() - windows.pad());
  }

  private int right(int ox) {
    int end = ox * windows.stride() - windows.pad() + windows.windowWidth();
    return Math.min(windows.width(), end);
  }
}
