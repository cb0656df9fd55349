package dev.lockstep.scratch.kernels;

import java.util.Arrays;

/**
 * Windows as the columns of a matrix (chapter 7), which makes a convolution a product of matrices.
 *
 * <p>The matrix of one image has a row for each element of a window, channels × window height ×
 * window width, and a column for each window, top to bottom and left to right. It is the transpose
 * of the book's, so that the product {@code W·col} comes out as channels × height × width and
 * nothing has to be transposed.
 */
public final class Im2col {

  private final Windows windows;
  private final int outHeight;
  private final int outWidth;

  /** Whether each line of windows is as long as a line of the image and stands beside it. */
  private final boolean keepsWidth;

  public Im2col(Windows windows) {
    this.windows = windows;
    this.outHeight = windows.outHeight();
    this.outWidth = windows.outWidth();
    this.keepsWidth =
        windows.rows().stride() == 1
            && windows.columns().stride() == 1
            && outWidth == windows.width();
  }

  /**
   * Writes the windows of one image.
   *
   * @param images samples × channels × height × width
   * @param from where the image starts
   * @param col elements × windows
   */
  public void toColumns(double[] images, int from, double[] col) {
    int row = 0;
    for (int c = 0; c < windows.channels(); c++) {
      int channel = from + c * windows.height() * windows.width();
      for (int ky = 0; ky < windows.windowHeight(); ky++) {
        for (int kx = 0; kx < windows.windowWidth(); kx++) {
          copyElement(images, channel, down(ky), right(kx), col, row * outHeight * outWidth);
          row++;
        }
      }
    }
  }

  private int down(int ky) {
    return ky * windows.rows().dilation();
  }

  private int right(int kx) {
    return kx * windows.columns().dilation();
  }

  /** Writes one row of the matrix: what every window sees at (ky, kx). */
  private void copyElement(double[] images, int channel, int ky, int kx, double[] col, int start) {
    if (keepsWidth) {
      copyShifted(images, channel, ky, kx, col, start);
      return;
    }
    int stride = windows.columns().stride();
    int first = firstInside(kx);
    int last = lastInside(kx);
    for (int oy = 0; oy < outHeight; oy++) {
      int to = start + oy * outWidth;
      int y = windows.rows().first(oy) + ky;
      if (y < 0 || y >= windows.height() || last <= first) {
        Arrays.fill(col, to, to + outWidth, 0);
        continue;
      }
      int x = channel + y * windows.width() + kx - windows.columns().pad();
      Arrays.fill(col, to, to + first, 0);
      if (stride == 1) {
        System.arraycopy(images, x + first, col, to + first, last - first);
      } else {
        for (int ox = first; ox < last; ox++) {
          col[to + ox] = images[x + ox * stride];
        }
      }
      Arrays.fill(col, to + last, to + outWidth, 0);
    }
  }

  /** One copy instead of one for each line of the image, and then the zeros beside it. */
  private void copyShifted(double[] images, int channel, int ky, int kx, double[] col, int start) {
    int shift = shift(ky, kx);
    int from = Math.max(0, -shift);
    int to = Math.min(outHeight * outWidth, windows.height() * windows.width() - shift);
    if (from < to) {
      System.arraycopy(images, channel + shift + from, col, start + from, to - from);
    }
    clearOutside(col, start, ky, kx);
  }

  /** Sets to 0 what a row of the matrix has for windows that see nothing of the image there. */
  private void clearOutside(double[] col, int start, int ky, int kx) {
    int top = Math.max(0, Math.min(outHeight, windows.rows().pad() - ky));
    int bottom = Math.max(top, Math.min(outHeight, windows.height() + windows.rows().pad() - ky));
    Arrays.fill(col, start, start + top * outWidth, 0);
    Arrays.fill(col, start + bottom * outWidth, start + outHeight * outWidth, 0);
    int left = firstInside(kx);
    int right = Math.max(left, lastInside(kx));
    for (int line = start + top * outWidth; line < start + bottom * outWidth; line += outWidth) {
      for (int x = 0; x < left; x++) {
        col[line + x] = 0;
      }
      for (int x = right; x < outWidth; x++) {
        col[line + x] = 0;
      }
    }
  }

  /**
   * Adds the columns back to where they came from: the gradient of {@link #toColumns}.
   *
   * @param col elements × windows; what it has for windows that see only padding may be lost
   * @param images samples × channels × height × width
   * @param from where the image starts; what stands there is overwritten
   */
  public void toImage(double[] col, double[] images, int from) {
    Arrays.fill(images, from, from + windows.imageSize(), 0);
    int row = 0;
    for (int c = 0; c < windows.channels(); c++) {
      int channel = from + c * windows.height() * windows.width();
      for (int ky = 0; ky < windows.windowHeight(); ky++) {
        for (int kx = 0; kx < windows.windowWidth(); kx++) {
          addElement(col, row * outHeight * outWidth, images, channel, down(ky), right(kx));
          row++;
        }
      }
    }
  }

  /** Adds one row of the matrix: the gradients of what every window sees at (ky, kx). */
  private void addElement(double[] col, int start, double[] images, int channel, int ky, int kx) {
    if (keepsWidth) {
      addShifted(col, start, images, channel, ky, kx);
      return;
    }
    int stride = windows.columns().stride();
    int first = firstInside(kx);
    int last = lastInside(kx);
    for (int oy = 0; oy < outHeight; oy++) {
      int y = windows.rows().first(oy) + ky;
      if (y >= 0 && y < windows.height()) {
        int at = start + oy * outWidth;
        int x = channel + y * windows.width() + kx - windows.columns().pad();
        if (stride == 1) {
          addRun(col, at + first, images, x + first, last - first);
        } else {
          for (int ox = first; ox < last; ox++) {
            images[x + ox * stride] += col[at + ox];
          }
        }
      }
    }
  }

  /** One run instead of one for each line: between the lines it adds the zeros put there first. */
  private void addShifted(double[] col, int start, double[] images, int channel, int ky, int kx) {
    clearOutside(col, start, ky, kx);
    int shift = shift(ky, kx);
    int from = Math.max(0, -shift);
    int to = Math.min(outHeight * outWidth, windows.height() * windows.width() - shift);
    addRun(col, start + from, images, channel + shift + from, to - from);
  }

  private int shift(int ky, int kx) {
    return (ky - windows.rows().pad()) * windows.width() + kx - windows.columns().pad();
  }

  private static void addRun(double[] source, int from, double[] target, int to, int length) {
    for (int i = 0; i < length; i++) {
      target[to + i] += source[from + i];
    }
  }

  /** Returns the first window that sees the image, and not the zeros before it, at offset k. */
  private int firstInside(int k) {
    int stride = windows.columns().stride();
    int before = windows.columns().pad() - k;
    return before <= 0 ? 0 : Math.min(outWidth, (before + stride - 1) / stride);
  }

  /** Returns the first window after the last that sees the image at offset k. */
  private int lastInside(int k) {
    int room = windows.width() - 1 + windows.columns().pad() - k;
    return room < 0 ? 0 : Math.min(outWidth, room / windows.columns().stride() + 1);
  }
}
