package dev.lockstep.core.plan;

import org.jspecify.annotations.Nullable;

/**
 * Where each pixel of an image comes from: the image is made larger by a factor and turned around
 * its middle, then shifted, then bent. What comes from outside is 0; what comes from between pixels
 * is interpolated linearly.
 */
final class Warp {

  private final int height;
  private final int width;
  private final double down;
  private final double right;
  private final double angle;
  private final double size;
  private final double @Nullable [] bendDown;
  private final double @Nullable [] bendRight;

  /**
   * @param down the shift of the content downwards, in pixels
   * @param right the shift of the content to the right, in pixels
   * @param angle clockwise, in radians
   * @param size above 1 for larger
   * @param bendDown how much further down each pixel's origin lies, height × width; null: nowhere
   * @param bendRight how much further right each pixel's origin lies, height × width; null: nowhere
   */
  Warp(
      int height,
      int width,
      double down,
      double right,
      double angle,
      double size,
      double @Nullable [] bendDown,
      double @Nullable [] bendRight) {
    this.height = height;
    this.width = width;
    this.down = down;
    this.right = right;
    this.angle = angle;
    this.size = size;
    this.bendDown = bendDown;
    this.bendRight = bendRight;
  }

  /**
   * Moves one plane of pixels.
   *
   * @param from where the plane begins, in both arrays
   */
  void apply(double[] source, int from, double[] target) {
    double cos = StrictMath.cos(angle) / size;
    double sin = StrictMath.sin(angle) / size;
    double middleY = (height - 1) / 2.0;
    double middleX = (width - 1) / 2.0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int pixel = y * width + x;
        double dy = y - middleY - down + (bendDown == null ? 0 : bendDown[pixel]);
        double dx = x - middleX - right + (bendRight == null ? 0 : bendRight[pixel]);
        target[from + pixel] =
            between(source, from, middleY + cos * dy - sin * dx, middleX + sin * dy + cos * dx);
      }
    }
  }

  private double between(double[] source, int from, double y, double x) {
    int top = (int) Math.floor(y);
    int left = (int) Math.floor(x);
    double lower = y - top;
    double righter = x - left;
    return (1 - lower)
            * ((1 - righter) * at(source, from, top, left)
                + righter * at(source, from, top, left + 1))
        + lower
            * ((1 - righter) * at(source, from, top + 1, left)
                + righter * at(source, from, top + 1, left + 1));
  }

  private double at(double[] source, int from, int y, int x) {
    boolean inside = y >= 0 && y < height && x >= 0 && x < width;
    return inside ? source[from + y * width + x] : 0;
  }
}
