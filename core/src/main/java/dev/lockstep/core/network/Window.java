package dev.lockstep.core.network;

import dev.lockstep.core.tensor.Shape;

/**
 * What a convolution or a pooling sees at once of an image of channels × height × width, and how it
 * moves over it.
 */
public record Window(Axis rows, Axis columns) {

  /**
   * A window along one axis; sizes that do not divide are rounded down.
   *
   * @param length elements that it sees
   * @param stride from one window to the next
   * @param pad zeros before and after the image, or {@link #SAME}
   * @param dilation from one element that it sees to the next, 1 for neighbours
   */
  public record Axis(int length, int stride, int pad, int dilation) {

    /**
     * A pad of as many zeros as give one window for each stride of the image, ⌈length / stride⌉; an
     * odd one more stands after. DL4J: {@code ConvolutionMode.Same}.
     */
    public static final int SAME = -1;

    public Axis {
      Require.atLeastOne("stride", stride);
      Require.atLeastOne("dilation", dilation);
      if (pad != SAME) {
        Require.nonNegative("pad", pad);
      }
    }

    /** Returns the elements from the first that a window sees to the last. */
    public int extent() {
      return (length - 1) * dilation + 1;
    }

    /** Returns the number of zeros before an image of a length. */
    public int before(int in) {
      return pad == SAME ? missing(in) / 2 : pad;
    }

    /** Returns the number of zeros after an image of a length. */
    public int after(int in) {
      return pad == SAME ? missing(in) - missing(in) / 2 : pad;
    }

    private int missing(int in) {
      return Math.max(0, (places(in) - 1) * stride + extent() - in);
    }

    /** Returns the number of windows on an image of a length; less than 1 if none fits. */
    public int places(int in) {
      return pad == SAME
          ? (in + stride - 1) / stride
          : Math.floorDiv(in + 2 * pad - extent(), stride) + 1;
    }
  }

  public Window {
    Require.atLeastOne("height", rows.length());
    Require.atLeastOne("width", columns.length());
  }

  /** With the same stride and pad along both axes. */
  public Window(int height, int width, int stride, int pad) {
    this(new Axis(height, stride, pad, 1), new Axis(width, stride, pad, 1));
  }

  public int height() {
    return rows.length();
  }

  public int width() {
    return columns.length();
  }

  /** Returns the stride from top to bottom. */
  public int stride() {
    return rows.stride();
  }

  /** Returns the pad above and below, or {@link Axis#SAME}. */
  public int pad() {
    return rows.pad();
  }

  /** Returns whether zeros may stand around the image. */
  public boolean isPadded() {
    return rows.pad() != 0 || columns.pad() != 0;
  }

  /** Returns whether one stride and one number of zeros say all but its size. */
  public boolean isPlain() {
    return rows.stride() == columns.stride()
        && rows.pad() == columns.pad()
        && rows.pad() != Axis.SAME
        && rows.dilation() == 1
        && columns.dilation() == 1;
  }

  /** Returns the number of elements of one channel that it sees. */
  public int elements() {
    return height() * width();
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
    int outHeight = rows.places(in.length(1));
    int outWidth = columns.places(in.length(2));
    if (outHeight < 1 || outWidth < 1) {
      throw new LayerException(
          layer,
          "a window of %d×%d does not fit an input of %s with pad %d"
              .formatted(rows.extent(), columns.extent(), in, pad()));
    }
    Require.size(layer, (double) channels * outHeight * outWidth);
    return Shape.of(channels, outHeight, outWidth);
  }
}
