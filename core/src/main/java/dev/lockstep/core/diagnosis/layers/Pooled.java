package dev.lockstep.core.diagnosis.layers;

import dev.lockstep.core.diagnosis.hypothesis.Numbers;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Windows over images, and what can go wrong when gradients go back through them. */
final class Pooled {

  private Pooled() {}

  /** Which elements of a window take its gradient. */
  enum Winner {
    FIRST_TIE("the first of several largest elements of a window takes the gradient, as it should"),
    ALL_TIES("of several largest elements of a window every one takes the gradient"),
    LAST_TIE("of several largest elements of a window the last takes the gradient, not the first"),
    SHARED("several largest elements of a window share the gradient"),
    WHOLE_WINDOW("every element of a window takes the gradient, not the largest alone"),
    MEAN("every element of a window takes a share of the gradient, not the largest alone"),
    TOP_LEFT("the first element of a window takes the gradient, not the largest"),
    FIRST_SAMPLE("each sample's gradient goes where the first sample's largest elements are"),
    NONE_BELOW_ZERO(
        "a window without a number above 0 hands back no gradient: its maximum starts at 0"),
    FIRST_PATCH("the gradient of the first window alone is handed back"),
    ASSIGNED("where windows overlap, one gradient overwrites the other: = in place of +=");

    private final String text;

    Winner(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  /**
   * Returns the gradient of the input of max pooling; null if windows are not plain.
   *
   * @param inside whether a window whose first largest element is padding hands back nothing, and
   *     padding is no tie
   */
  static double @Nullable [] gradient(
      LayerSpec.Pooling pool, Tensor x, Tensor dout, Winner winner, boolean inside) {
    if (!pool.window().isPlain() || x.shape().rank() != 4 || dout.shape().rank() != 4) {
      return null;
    }
    int pad = pool.window().pad();
    if (pad > 0) {
      double[] within = inside ? padded(Tensor.filled(x.shape(), 1), pad).data() : null;
      return cropped(x, pad, plain(pool, padded(x, pad), within, dout, winner));
    }
    return plain(pool, x, null, dout, winner);
  }

  /** Returns images within a border of zeros. */
  private static Tensor padded(Tensor x, int pad) {
    Shape shape = x.shape();
    int height = shape.length(2) + 2 * pad;
    int width = shape.length(3) + 2 * pad;
    Tensor wide = Tensor.zeros(Shape.of(shape.length(0), shape.length(1), height, width));
    for (int i = 0; i < x.size(); i++) {
      wide.data()[inPadded(i, shape, pad)] = x.data()[i];
    }
    return wide;
  }

  private static double[] cropped(Tensor x, int pad, double[] wide) {
    return Numbers.each(x.size(), i -> wide[inPadded(i, x.shape(), pad)]);
  }

  private static int inPadded(int at, Shape shape, int pad) {
    int height = shape.length(2);
    int width = shape.length(3);
    int image = at / (height * width);
    int row = at / width % height + pad;
    return (image * (height + 2 * pad) + row) * (width + 2 * pad) + at % width + pad;
  }

  /**
   * @param within 0 where padding is no tie; null where it is one
   */
  private static double[] plain(
      LayerSpec.Pooling pool, Tensor x, double @Nullable [] within, Tensor dout, Winner winner) {
    int height = x.shape().length(2);
    int width = x.shape().length(3);
    int outWidth = dout.shape().length(3);
    int windows = dout.shape().length(2) * outWidth;
    double[] dx = new double[x.size()];
    for (int i = 0; i < dout.size(); i++) {
      int window = i % windows;
      if (winner == Winner.FIRST_PATCH && window > 0) {
        continue;
      }
      int corner =
          i / windows * height * width
              + window / outWidth * pool.window().stride() * width
              + window % outWidth * pool.window().stride();
      give(x, within, dx, corner, width, pool, winner, dout.data()[i]);
    }
    return dx;
  }

  /**
   * Returns the gradient of the input of max pooling that goes to the one of several largest
   * elements to which the candidate gave it; null if windows overlap.
   */
  static double @Nullable [] ofAnyTie(
      LayerSpec.Pooling pool, Tensor x, Tensor dout, double[] shown) {
    if (pool.window().stride() < Math.max(pool.window().height(), pool.window().width())) {
      return null;
    }
    double[] ties = gradient(pool, x, dout, Winner.ALL_TIES, false);
    double[] right = gradient(pool, x, dout, Winner.FIRST_TIE, false);
    if (ties == null || right == null) {
      return null;
    }
    double[] given = new double[shown.length];
    double sum = 0;
    double rightSum = 0;
    for (int i = 0; i < shown.length; i++) {
      given[i] = shown[i] != 0 ? ties[i] : 0;
      sum += given[i];
      rightSum += right[i];
    }
    // every window has given its gradient once
    return Math.abs(sum - rightSum) <= 1e-9 * Math.max(1e-300, Numbers.norm(right)) ? given : null;
  }

  private static void give(
      Tensor input,
      double @Nullable [] within,
      double[] dx,
      int corner,
      int width,
      LayerSpec.Pooling pool,
      Winner winner,
      double gradient) {
    double[] x = input.data();
    int elements = pool.window().elements();
    int sample =
        winner == Winner.FIRST_SAMPLE ? corner - corner % (x.length / input.shape().length(0)) : 0;
    double largest = Double.NEGATIVE_INFINITY;
    int firstTie = corner;
    int lastTie = corner;
    int ties = 0;
    for (int i = 0; i < elements; i++) {
      int at = corner + i / pool.window().width() * width + i % pool.window().width();
      if (x[at - sample] > largest) {
        largest = x[at - sample];
        firstTie = at;
        ties = 0;
      }
      if (x[at - sample] == largest && (within == null || within[at] != 0)) {
        lastTie = at;
        ties++;
      }
    }
    if (within != null && within[firstTie] == 0) {
      return;
    }
    switch (winner) {
      case FIRST_TIE, FIRST_PATCH, FIRST_SAMPLE -> dx[firstTie] += gradient;
      case TOP_LEFT -> dx[corner] += gradient;
      case NONE_BELOW_ZERO -> dx[firstTie] += largest > 0 ? gradient : 0;
      case ASSIGNED -> dx[firstTie] = gradient;
      case LAST_TIE -> dx[lastTie] += gradient;
      case ALL_TIES, SHARED, WHOLE_WINDOW, MEAN -> {
        double share =
            winner == Winner.SHARED
                ? gradient / ties
                : winner == Winner.MEAN ? gradient / elements : gradient;
        boolean all = winner == Winner.WHOLE_WINDOW || winner == Winner.MEAN;
        for (int i = 0; i < elements; i++) {
          int at = corner + i / pool.window().width() * width + i % pool.window().width();
          if (all || (x[at] == largest && (within == null || within[at] != 0))) {
            dx[at] += share;
          }
        }
      }
    }
  }

  /**
   * Returns the gradient of a convolution's input where each place of the kernel overwrites; null
   * if its window is not plain.
   */
  static double @Nullable [] assigned(
      LayerSpec.Convolution conv, Shape input, Tensor w, Tensor dout) {
    if (!conv.window().isPlain()) {
      return null;
    }
    int kernel = conv.window().elements();
    int channels = input.length(1);
    int height = input.length(2);
    int width = input.length(3);
    int filters = conv.filters();
    int outWidth = dout.shape().length(3);
    int windows = dout.shape().length(2) * outWidth;
    double[] dx = new double[input.size()];
    for (int place = 0; place < kernel; place++) {
      for (int i = 0; i < input.length(0) * channels * windows; i++) {
        int image = i / windows;
        int window = i % windows;
        int row =
            window / outWidth * conv.window().stride()
                + place / conv.window().width()
                - conv.window().pad();
        int column =
            window % outWidth * conv.window().stride()
                + place % conv.window().width()
                - conv.window().pad();
        if (row < 0 || column < 0 || row >= height || column >= width) {
          continue;
        }
        double sum = 0;
        for (int filter = 0; filter < filters; filter++) {
          sum +=
              w.data()[(filter * channels + image % channels) * kernel + place]
                  * dout.data()[(image / channels * filters + filter) * windows + window];
        }
        dx[(image * height + row) * width + column] = sum;
      }
    }
    return dx;
  }
}
