package dev.lockstep.core.diagnosis.layers;

import dev.lockstep.core.network.Window;
import dev.lockstep.core.tensor.Shape;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Convolution and pooling as loops over windows, with borders of another kind. Slow, and needed
 * only where something differs.
 */
final class Patches {

  /** What a window sees beyond the image's border, and how much of it on which side. */
  enum Border {
    ZERO("zeros stand around the image, as they should"),
    MINUS_ONE(seen("the number -1")),
    EDGE(seen("the nearest pixel")),
    CIRCULAR(seen("the opposite side")),
    REFLECTED(seen("the mirrored image")),
    AFTER("all zeros around the image stand below it and on its right"),
    BEFORE("all zeros around the image stand above it and on its left"),
    /** Of an odd number of zeros one more stands on the wrong side. */
    EXCHANGED("the zeros above the image are those below it, and those on its left on its right"),
    /** Nothing: a window is smaller there. */
    NONE(seen("nothing"));

    private final String text;

    Border(String text) {
      this.text = text;
    }

    String text() {
      return text;
    }
  }

  private static String seen(String text) {
    return "beyond the image's border its windows see %s in place of zeros".formatted(text);
  }

  private final Window window;
  private final Border border;
  private final int channels;
  private final int height;
  private final int width;
  private final int outHeight;
  private final int outWidth;

  /**
   * @param in shape of the input, samples × channels × height × width
   * @param out shape of the output
   */
  Patches(Window window, Border border, Shape in, Shape out) {
    this.window = window;
    this.border = border;
    this.channels = in.length(1);
    this.height = in.length(2);
    this.width = in.length(3);
    this.outHeight = out.length(2);
    this.outWidth = out.length(3);
  }

  /** Takes what one place of a window sees. */
  private interface Place {
    /**
     * @param window position in the output of one channel
     * @param place in the window, row-major
     * @param at position in one channel of the input, negative where there is none
     */
    void see(int window, int place, int at);
  }

  private void eachPlace(Place place) {
    int above = before(window.rows(), height);
    int left = before(window.columns(), width);
    for (int w = 0; w < outHeight * outWidth; w++) {
      for (int p = 0; p < window.elements(); p++) {
        int row = at(window.rows(), w / outWidth, p / window.width()) - above;
        int column = at(window.columns(), w % outWidth, p % window.width()) - left;
        place.see(w, p, at(row, column));
      }
    }
  }

  private static int at(Window.Axis axis, int window, int place) {
    return window * axis.stride() + place * axis.dilation();
  }

  private int before(Window.Axis axis, int length) {
    return switch (border) {
      case AFTER -> 0;
      case BEFORE -> axis.before(length) + axis.after(length);
      case EXCHANGED -> axis.after(length);
      case ZERO, MINUS_ONE, EDGE, CIRCULAR, REFLECTED, NONE -> axis.before(length);
    };
  }

  private int at(int row, int column) {
    if (row >= 0 && row < height && column >= 0 && column < width) {
      return row * width + column;
    }
    return switch (border) {
      case ZERO, MINUS_ONE, AFTER, BEFORE, EXCHANGED, NONE -> -1;
      case EDGE ->
          Math.max(0, Math.min(height - 1, row)) * width + Math.max(0, Math.min(width - 1, column));
      case CIRCULAR -> Math.floorMod(row, height) * width + Math.floorMod(column, width);
      case REFLECTED -> reflected(row, height) * width + reflected(column, width);
    };
  }

  private static int reflected(int at, int length) {
    int positive = Math.abs(at);
    int turned = positive < length ? positive : 2 * length - 2 - positive;
    return Math.max(0, Math.min(length - 1, turned));
  }

  private double beyond() {
    return border == Border.MINUS_ONE ? -1 : 0;
  }

  /** Returns the output of a convolution. */
  double[] convolved(double[] x, double[] w, double[] b) {
    int windows = outHeight * outWidth;
    int area = height * width;
    int kernel = window.elements();
    int samples = x.length / (channels * area);
    double[] y = new double[samples * b.length * windows];
    for (int i = 0; i < y.length; i++) {
      y[i] = b[i / windows % b.length];
    }
    eachPlace(
        (at, place, from) -> {
          for (int n = 0; n < samples; n++) {
            for (int c = 0; c < channels; c++) {
              double value = from < 0 ? beyond() : x[(n * channels + c) * area + from];
              if (value != 0) {
                for (int f = 0; f < b.length; f++) {
                  y[(n * b.length + f) * windows + at] +=
                      value * w[(f * channels + c) * kernel + place];
                }
              }
            }
          }
        });
    return y;
  }

  /**
   * Returns the gradient of a convolution's input.
   *
   * @param filters of the convolution
   */
  double[] convolvedBack(double[] dout, double[] w, int filters, int samples) {
    int windows = outHeight * outWidth;
    int area = height * width;
    int kernel = window.elements();
    double[] dx = new double[samples * channels * area];
    eachPlace(
        (at, place, to) -> {
          for (int i = 0; to >= 0 && i < samples * filters; i++) {
            double gradient = dout[i * windows + at];
            for (int c = 0; gradient != 0 && c < channels; c++) {
              dx[(i / filters * channels + c) * area + to] +=
                  gradient * w[(i % filters * channels + c) * kernel + place];
            }
          }
        });
    return dx;
  }

  /** Returns the gradient of a convolution's kernels. */
  double[] kernelGradient(double[] x, double[] dout, int filters) {
    int windows = outHeight * outWidth;
    int area = height * width;
    int kernel = window.elements();
    int samples = x.length / (channels * area);
    double[] dw = new double[filters * channels * kernel];
    eachPlace(
        (at, place, from) -> {
          for (int n = 0; n < samples; n++) {
            for (int c = 0; c < channels; c++) {
              double value = from < 0 ? beyond() : x[(n * channels + c) * area + from];
              for (int f = 0; value != 0 && f < filters; f++) {
                dw[(f * channels + c) * kernel + place] +=
                    value * dout[(n * filters + f) * windows + at];
              }
            }
          }
        });
    return dw;
  }

  /** What pooling takes of a window. */
  enum Taken {
    LARGEST,
    /** The largest, but none below 0. */
    LARGEST_FROM_ZERO,
    /** The one furthest from 0. */
    LARGEST_MAGNITUDE,
    MEAN,
    /** The mean of what is inside the image. */
    MEAN_INSIDE,
    /** The sum divided by the square of the stride. */
    SUM_BY_STRIDE
  }

  /** Returns the output of pooling. */
  double[] pooled(double[] x, Taken taken) {
    return pooling(x, null, taken);
  }

  /** Returns the gradient of pooling's input. */
  double[] pooledBack(double[] x, double[] dout, Taken taken) {
    return pooling(x, dout, taken);
  }

  private double[] pooling(double[] x, double @Nullable [] dout, Taken taken) {
    int windows = outHeight * outWidth;
    int area = height * width;
    int[][] seen = new int[windows][window.elements()];
    eachPlace((at, place, from) -> seen[at][place] = from);
    int images = x.length / area;
    double[] y = new double[images * windows];
    double[] dx = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      int[] places = seen[i % windows];
      int base = i / windows * area;
      double gradient = dout == null ? 0 : dout[i];
      double share =
          switch (taken) {
            case MEAN -> 1.0 / places.length;
            case MEAN_INSIDE ->
                1.0 / Math.max(1, Arrays.stream(places).filter(at -> at >= 0).count());
            case SUM_BY_STRIDE -> 1.0 / (window.stride() * window.stride());
            case LARGEST, LARGEST_FROM_ZERO, LARGEST_MAGNITUDE -> 0;
          };
      if (share > 0) {
        for (int at : places) {
          if (at >= 0) {
            y[i] += share * x[base + at];
            dx[base + at] += share * gradient;
          }
        }
        continue;
      }
      double best = taken == Taken.LARGEST_FROM_ZERO ? 0 : Double.NEGATIVE_INFINITY;
      int winner = -1;
      for (int at : places) {
        if (at < 0 && border == Border.NONE) {
          continue;
        }
        double value = at < 0 ? beyond() : x[base + at];
        boolean byMagnitude = taken == Taken.LARGEST_MAGNITUDE && Double.isFinite(best);
        if (byMagnitude ? Math.abs(value) > Math.abs(best) : value > best) {
          best = value;
          winner = at;
        }
      }
      y[i] = best;
      if (winner >= 0) {
        dx[base + winner] += gradient;
      }
    }
    return dout == null ? y : dx;
  }
}
