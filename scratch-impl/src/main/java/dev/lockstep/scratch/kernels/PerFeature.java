package dev.lockstep.scratch.kernels;

import java.util.Arrays;

/**
 * Statistics and elementwise functions per feature, over tensors of N samples × F features × S
 * positions. A feature is a channel of an image with S = height × width, or any single element with
 * S = 1.
 *
 * <p>One sample at a time: with S = 1 the inner loop runs along the features, otherwise along the
 * positions of one feature; either way along the memory.
 */
public final class PerFeature {

  private final int features;
  private final int positions;

  public PerFeature(int features, int positions) {
    this.features = features;
    this.positions = positions;
  }

  /** Sets {@code sum = Σ a}. */
  public void sum(double[] a, double[] sum) {
    Arrays.fill(sum, 0);
    for (int start = 0; start < a.length; start += features * positions) {
      if (positions == 1) {
        for (int f = 0; f < features; f++) {
          sum[f] += a[start + f];
        }
      } else {
        for (int f = 0; f < features; f++) {
          sum[f] += sumOf(a, start + f * positions);
        }
      }
    }
  }

  private double sumOf(double[] a, int from) {
    double sum = 0;
    for (int i = from; i < from + positions; i++) {
      sum += a[i];
    }
    return sum;
  }

  /** Sets {@code sum = Σ (a − center)²}. */
  public void sumOfSquares(double[] a, double[] center, double[] sum) {
    Arrays.fill(sum, 0);
    for (int start = 0; start < a.length; start += features * positions) {
      if (positions == 1) {
        for (int f = 0; f < features; f++) {
          double distance = a[start + f] - center[f];
          sum[f] += distance * distance;
        }
      } else {
        for (int f = 0; f < features; f++) {
          sum[f] += sumOfSquaresOf(a, start + f * positions, center[f]);
        }
      }
    }
  }

  private double sumOfSquaresOf(double[] a, int from, double center) {
    double sum = 0;
    for (int i = from; i < from + positions; i++) {
      double distance = a[i] - center;
      sum += distance * distance;
    }
    return sum;
  }

  /** Sets {@code sum = Σ a·b}. */
  public void sumOfProducts(double[] a, double[] b, double[] sum) {
    Arrays.fill(sum, 0);
    for (int start = 0; start < a.length; start += features * positions) {
      if (positions == 1) {
        for (int f = 0; f < features; f++) {
          sum[f] += a[start + f] * b[start + f];
        }
      } else {
        for (int f = 0; f < features; f++) {
          sum[f] += sumOfProductsOf(a, b, start + f * positions);
        }
      }
    }
  }

  private double sumOfProductsOf(double[] a, double[] b, int from) {
    double sum = 0;
    for (int i = from; i < from + positions; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** Sets {@code y = (x − center) · scale}. */
  public void centerAndScale(double[] x, double[] center, double[] scale, double[] y) {
    for (int start = 0; start < x.length; start += features * positions) {
      if (positions == 1) {
        for (int f = 0; f < features; f++) {
          y[start + f] = (x[start + f] - center[f]) * scale[f];
        }
      } else {
        for (int f = 0; f < features; f++) {
          int from = start + f * positions;
          centerAndScaleOf(x, from, center[f], scale[f], y);
        }
      }
    }
  }

  private void centerAndScaleOf(double[] x, int from, double center, double scale, double[] y) {
    for (int i = from; i < from + positions; i++) {
      y[i] = (x[i] - center) * scale;
    }
  }

  /** Sets {@code y = x · scale + shift}. */
  public void scaleAndShift(double[] x, double[] scale, double[] shift, double[] y) {
    for (int start = 0; start < x.length; start += features * positions) {
      if (positions == 1) {
        for (int f = 0; f < features; f++) {
          y[start + f] = x[start + f] * scale[f] + shift[f];
        }
      } else {
        for (int f = 0; f < features; f++) {
          int from = start + f * positions;
          scaleAndShiftOf(x, from, scale[f], shift[f], y);
        }
      }
    }
  }

  private void scaleAndShiftOf(double[] x, int from, double scale, double shift, double[] y) {
    for (int i = from; i < from + positions; i++) {
      y[i] = x[i] * scale + shift;
    }
  }

  /** Sets {@code y = (a − intercept − slope · b) · scale}. */
  public void subtractLine(
      double[] a, double[] intercept, double[] slope, double[] b, double[] scale, double[] y) {
    for (int start = 0; start < a.length; start += features * positions) {
      if (positions == 1) {
        for (int f = 0; f < features; f++) {
          y[start + f] = (a[start + f] - intercept[f] - slope[f] * b[start + f]) * scale[f];
        }
      } else {
        for (int f = 0; f < features; f++) {
          int from = start + f * positions;
          subtractLineOf(a, from, intercept[f], slope[f], b, scale[f], y);
        }
      }
    }
  }

  private void subtractLineOf(
      double[] a, int from, double intercept, double slope, double[] b, double scale, double[] y) {
    for (int i = from; i < from + positions; i++) {
      y[i] = (a[i] - intercept - slope * b[i]) * scale;
    }
  }
}
