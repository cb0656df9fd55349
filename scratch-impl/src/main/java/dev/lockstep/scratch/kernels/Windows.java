package dev.lockstep.scratch.kernels;

/**
 * Where the windows of a convolution or a pooling stand on an image of channels × height × width.
 */
public record Windows(int channels, Line rows, Line columns) {

  /**
   * Windows along one axis of the image.
   *
   * @param length elements of the image
   * @param window elements that a window sees
   * @param stride from one window to the next
   * @param pad zeros before the image
   * @param dilation from one element that a window sees to the next
   * @param count of the windows
   */
  public record Line(int length, int window, int stride, int pad, int dilation, int count) {

    /** Returns the first element that a window sees; less than 0 in the padding. */
    public int first(int number) {
      return number * stride - pad;
    }

    /** Returns the elements from the first that a window sees to the last. */
    public int extent() {
      return (window - 1) * dilation + 1;
    }
  }

  /** Windows every {@code stride} elements on an image with zeros around it, as many as fit. */
  public Windows(
      int channels, int height, int width, int windowHeight, int windowWidth, int stride, int pad) {
    this(
        channels, plain(height, windowHeight, stride, pad), plain(width, windowWidth, stride, pad));
  }

  private static Line plain(int length, int window, int stride, int pad) {
    return new Line(length, window, stride, pad, 1, (length + 2 * pad - window) / stride + 1);
  }

  public int height() {
    return rows.length;
  }

  public int width() {
    return columns.length;
  }

  public int windowHeight() {
    return rows.window;
  }

  public int windowWidth() {
    return columns.window;
  }

  /** Returns the number of windows from top to bottom. */
  public int outHeight() {
    return rows.count;
  }

  /** Returns the number of windows from left to right. */
  public int outWidth() {
    return columns.count;
  }

  /** Returns the number of windows on one channel. */
  public int count() {
    return outHeight() * outWidth();
  }

  /** Returns the number of elements that a window sees of all channels together. */
  public int elements() {
    return channels * windowHeight() * windowWidth();
  }

  /** Returns the number of elements of the image. */
  public int imageSize() {
    return channels * height() * width();
  }
}
