package dev.lockstep.scratch.kernels;

/**
 * A convolution of each channel of an image by itself, with M filters for each: C×H×W to
 * (C·M)×OH×OW, the filters of one channel together.
 *
 * @param multiplier M
 * @param firstFilter whether weights are M×C×KH×KW; else KH×KW×C×M
 */
public record Depthwise(Windows windows, int multiplier, boolean firstFilter) {

  /** What is done with a weight, an element of the image and one of the output that it adds to. */
  private interface Term {
    void add(int weight, int x, int y);
  }

  /** {@code y += W·x}, the images from their offsets on. */
  public void addOutput(double[] w, double[] x, int xStart, double[] y, int yStart) {
    forEach(xStart, yStart, (weight, in, out) -> y[out] += w[weight] * x[in]);
  }

  /** {@code dW += dy·x}. */
  public void addToWeights(double[] x, int xStart, double[] dy, int yStart, double[] dw) {
    forEach(xStart, yStart, (weight, in, out) -> dw[weight] += dy[out] * x[in]);
  }

  /** {@code dx += W·dy}. */
  public void addToInput(double[] w, double[] dy, int yStart, double[] dx, int xStart) {
    forEach(xStart, yStart, (weight, in, out) -> dx[in] += w[weight] * dy[out]);
  }

  private void forEach(int xStart, int yStart, Term term) {
    int plane = windows.height() * windows.width();
    for (int c = 0; c < windows.channels(); c++) {
      for (int m = 0; m < multiplier; m++) {
        int y = yStart + (c * multiplier + m) * windows.count();
        for (int ky = 0; ky < windows.windowHeight(); ky++) {
          for (int kx = 0; kx < windows.windowWidth(); kx++) {
            forEachPlace(weight(m, c, ky, kx), ky, kx, xStart + c * plane, y, term);
          }
        }
      }
    }
  }

  private int weight(int m, int c, int ky, int kx) {
    int channels = windows.channels();
    return firstFilter
        ? ((m * channels + c) * windows.windowHeight() + ky) * windows.windowWidth() + kx
        : ((ky * windows.windowWidth() + kx) * channels + c) * multiplier + m;
  }

  /** All places at which a weight meets an element of the image, and not of the zeros around. */
  private void forEachPlace(int weight, int ky, int kx, int x, int y, Term term) {
    for (int oy = 0; oy < windows.outHeight(); oy++) {
      int row = windows.rows().first(oy) + ky * windows.rows().dilation();
      if (row < 0 || row >= windows.height()) {
        continue;
      }
      for (int ox = 0; ox < windows.outWidth(); ox++) {
        int column = windows.columns().first(ox) + kx * windows.columns().dilation();
        if (column >= 0 && column < windows.width()) {
          term.add(weight, x + row * windows.width() + column, y + oy * windows.outWidth() + ox);
        }
      }
    }
  }
}
