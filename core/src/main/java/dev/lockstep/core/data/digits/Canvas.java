package dev.lockstep.core.data.digits;

import java.util.Arrays;

/** A small grey image on which a round pen draws straight, antialiased lines. */
final class Canvas {

  /** A pixel is half covered where the pen's edge passes through its middle. */
  private static final double SOFT = 0.5;

  private final int side;
  private final double[] ink;

  /**
   * @param side height and width in pixels
   */
  Canvas(int side) {
    this.side = side;
    this.ink = new double[side * side];
  }

  void clear() {
    Arrays.fill(ink, 0);
  }

  /** Returns how much of a pixel is covered, 0 to 1. */
  double ink(int position) {
    return ink[position];
  }

  /** Draws from (x0, y0) to (x1, y1), in pixels; what lies outside of the image is lost. */
  void line(double x0, double y0, double x1, double y1, double penRadius) {
    double reach = penRadius + SOFT;
    int left = inside(StrictMath.ceil(StrictMath.min(x0, x1) - reach));
    int right = inside(StrictMath.floor(StrictMath.max(x0, x1) + reach));
    int top = inside(StrictMath.ceil(StrictMath.min(y0, y1) - reach));
    int bottom = inside(StrictMath.floor(StrictMath.max(y0, y1) + reach));
    double dx = x1 - x0;
    double dy = y1 - y0;
    double squaredLength = dx * dx + dy * dy;
    for (int y = top; y <= bottom; y++) {
      for (int x = left; x <= right; x++) {
        double along = squaredLength == 0 ? 0 : ((x - x0) * dx + (y - y0) * dy) / squaredLength;
        double nearest = StrictMath.max(0, StrictMath.min(1, along));
        double awayX = x - (x0 + nearest * dx);
        double awayY = y - (y0 + nearest * dy);
        cover(y * side + x, awayX * awayX + awayY * awayY, penRadius);
      }
    }
  }

  private void cover(int position, double squaredDistance, double penRadius) {
    double reach = penRadius + SOFT;
    if (squaredDistance < reach * reach) {
      double covered = StrictMath.min(1, reach - StrictMath.sqrt(squaredDistance));
      ink[position] = StrictMath.max(ink[position], covered);
    }
  }

  private int inside(double coordinate) {
    return (int) StrictMath.max(0, StrictMath.min(side - 1, coordinate));
  }
}
