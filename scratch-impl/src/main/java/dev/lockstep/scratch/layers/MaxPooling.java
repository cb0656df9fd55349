package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.scratch.kernels.Select;
import dev.lockstep.scratch.kernels.Windows;

/**
 * Max pooling (chapter 7): the largest element of each window, of equal ones the first in row-major
 * order; the gradient goes to that element alone.
 *
 * <p>A padded element takes part as a 0, as in the book: where it is the largest, the gradient is
 * lost. DL4J leaves padded elements out; without padding the two are the same. DL4J: {@code
 * SubsamplingLayer} with {@code PoolingType.MAX}.
 */
public final class MaxPooling extends Pooling {

  private static final int PADDING = -1;

  /** For every element of the output, the position of the largest within its channel. */
  private int[] winners = {};

  public MaxPooling(String name, Windows windows) {
    super(name, windows);
  }

  @Override
  public Shape begin(Shape input, Pass pass) {
    Shape output = super.begin(input, pass);
    if (winners.length != output.size()) {
      winners = new int[output.size()];
    }
    return output;
  }

  @Override
  void pool(int channel, double[] x, int xStart, double[] y, int yStart) {
    boolean neighbours = windows.rows().dilation() == 1 && windows.columns().dilation() == 1;
    int lastTop = neighbours ? windows.height() - windows.windowHeight() : -1;
    int lastLeft = windows.width() - windows.windowWidth();
    int at = 0;
    for (int oy = 0; oy < outHeight; oy++) {
      int top = windows.rows().first(oy);
      for (int ox = 0; ox < outWidth; ox++) {
        int left = windows.columns().first(ox);
        boolean inside = top >= 0 && left >= 0 && top <= lastTop && left <= lastLeft;
        int winner = inside ? largest(x, xStart, top, left) : largestPadded(x, xStart, top, left);
        winners[channel * count + at] = winner;
        y[yStart + at] = winner == PADDING ? 0 : x[xStart + winner];
        at++;
      }
    }
  }

  private int largest(double[] x, int start, int top, int left) {
    int corner = top * windows.width() + left;
    return Select.largest(
            x, start + corner, windows.width(), windows.windowHeight(), windows.windowWidth())
        - start;
  }

  private int largestPadded(double[] x, int start, int top, int left) {
    int winner = PADDING;
    double largest = Double.NEGATIVE_INFINITY;
    int bottom = top + windows.rows().extent();
    int right = left + windows.columns().extent();
    for (int row = top; row < bottom; row += windows.rows().dilation()) {
      for (int column = left; column < right; column += windows.columns().dilation()) {
        boolean inside =
            row >= 0 && row < windows.height() && column >= 0 && column < windows.width();
        int position = inside ? row * windows.width() + column : PADDING;
        double value = inside ? x[start + position] : 0;
        if (value > largest) {
          largest = value;
          winner = position;
        }
      }
    }
    return winner;
  }

  @Override
  void spread(int channel, double[] dout, int doutStart, double[] dx, int dxStart) {
    int first = channel * count;
    for (int i = 0; i < count; i++) {
      int winner = winners[first + i];
      if (winner != PADDING) {
        dx[dxStart + winner] += dout[doutStart + i];
      }
    }
  }
}
