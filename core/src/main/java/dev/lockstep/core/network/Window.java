package dev.lockstep.core.network;

import dev.lockstep.core.tensor.Shape;

/**
 * What a convolution or a pooling sees at once of an image of channels × height × width, and how it
 * moves over it; sizes that do not divide are rounded down.
 *
 * @param stride from one window to the next, along both axes
 * @param pad rows and columns of zeros around the image
 */
public record Window(int height, int width, int stride, int pad) {

  public Window {
    Require.atLeastOne("height", height);
    Require.atLeastOne("width", width);
    Require.atLeastOne("stride", stride);
    Require.pad(pad, height, width);
  }

  /** Returns the number of elements of one channel that it sees. */
  public int elements() {
    return height * width;
  }

  /**
   * Returns the shape of what has one number for each place of the window.
   *
   * @param layer for messages
   * @param in channels × height × width
   * @param channels of the output
   * @throws LayerException if the window does not fit
   */
  Shape over(String layer, Shape in, int channels) {
    Require.image(layer, in);
    long outHeight = places(layer, in, in.length(1), height);
    long outWidth = places(layer, in, in.length(2), width);
    Require.size(layer, (double) channels * outHeight * outWidth);
    return Shape.of(channels, (int) outHeight, (int) outWidth);
  }

  private long places(String layer, Shape in, int length, int window) {
    long padded = length + 2L * pad;
    if (window > padded) {
      throw new LayerException(
          layer,
          "a window of %d×%d does not fit an input of %s with pad %d"
              .formatted(height, width, in, pad));
    }
    return (padded - window) / stride + 1;
  }
}
