package dev.lockstep.scratch.kernels;

/**
 * Where the windows of a convolution or a pooling stand on an image of channels × height × width:
 * every {@code stride} elements on the image with {@code pad} zeros around it, as many as fit.
 */
public record Windows(
    int channels, int height, int width, int windowHeight, int windowWidth, int stride, int pad) {

  /** Returns the number of windows from top to bottom. */
  public int outHeight() {
    return (height + 2 * pad - windowHeight) / stride + 1;
  }

  /** Returns the number of windows from left to right. */
  public int outWidth() {
    return (width + 2 * pad - windowWidth) / stride + 1;
  }

  /** Returns the number of windows on one channel. */
  public int count() {
    return outHeight() * outWidth();
  }

  /** Returns the number of elements that a window sees of all channels together. */
  public int elements() {
    return channels * windowHeight * windowWidth;
  }

  /** Returns the number of elements of the image. */
  public int imageSize() {
    return channels * height * width;
  }
}
