package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;

/**
 * An image file in MNIST's form: 28 × 28 bytes, light ink on dark paper.
 *
 * <p>The paper's level is the median of the image's edge. If the ink is darker than the paper the
 * image is inverted. An image of exactly 28 × 28 pixels is otherwise taken as it stands: light on
 * dark, its bytes are unchanged. Any other is brought into the form that <a
 * href="https://yann.lecun.com/exdb/mnist/">MNIST's own page</a> describes: contrast stretched so
 * that paper is 0 and the strongest ink 255, what was drawn fitted into 20 × 20 pixels with its
 * aspect kept (every pixel the mean of the area it covers), then moved by whole pixels so that the
 * centre of mass lies in pixel (14, 14), counted from 0, as in all of MNIST's images.
 */
public final class DigitImage {

  /** Height and width of the result. */
  public static final int SIDE = 28;

  /** Height and width of the box that what was drawn is fitted into. */
  static final int BOX = 20;

  /** Row and column of the pixel that MNIST's centres of mass lie in, counted from 0. */
  private static final double CENTRE = 14;

  /** Levels between paper and ink below which an image shows nothing. */
  static final int LEAST_CONTRAST = 32;

  /**
   * What stands out from the paper by less, a share of the contrast, does not stretch the box
   * around what was drawn: JPEG at its usual quality spreads up to 17 of 255 levels around a
   * stroke.
   */
  private static final double LEAST_STROKE = 1.0 / 12;

  /** Shadows at the image's edge tell what is paper, up to this share of the contrast. */
  private static final double DARKEST_PAPER = 1.0 / 4;

  private final GreyImage image;
  private final int paper;
  private final int ink;

  private DigitImage(GreyImage image) {
    this.image = image;
    int darkest = 255;
    int lightest = 0;
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        darkest = Math.min(darkest, image.level(x, y));
        lightest = Math.max(lightest, image.level(x, y));
      }
    }
    int[] edge = edge();
    this.paper = edge[edge.length / 2];
    this.ink = 2 * paper > darkest + lightest ? darkest : lightest;
  }

  /**
   * @param file PNG or JPEG, of any size up to 16 megapixels
   * @return 28 × 28 levels, row by row, 0 paper to 255 ink
   * @throws InputException if the file cannot be read or shows nothing; names the file
   */
  public static byte[] read(Path file) {
    return of(GreyImage.read(file), file.toString());
  }

  static byte[] of(GreyImage grey, String source) {
    DigitImage digit = new DigitImage(grey);
    if (grey.width() == SIDE && grey.height() == SIDE) {
      return digit.asItStands();
    }
    if (Math.abs(digit.ink - digit.paper) < LEAST_CONTRAST) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: expected a digit that stands out from its paper by at least %d of 255 levels, found %d",
              source,
              LEAST_CONTRAST,
              Math.abs(digit.ink - digit.paper)));
    }
    return digit.centred();
  }

  /** Returns the levels of the outermost pixels in ascending order. */
  private int[] edge() {
    int right = image.width() - 1;
    int bottom = image.height() - 1;
    int[] levels = new int[2 * (image.width() + image.height())];
    int count = 0;
    for (int x = 0; x <= right; x++) {
      levels[count++] = image.level(x, 0);
      levels[count++] = image.level(x, bottom);
    }
    for (int y = 0; y <= bottom; y++) {
      levels[count++] = image.level(0, y);
      levels[count++] = image.level(right, y);
    }
    Arrays.sort(levels);
    return levels;
  }

  private byte[] asItStands() {
    byte[] pixels = new byte[SIDE * SIDE];
    for (int i = 0; i < pixels.length; i++) {
      int level = image.level(i % SIDE, i / SIDE);
      pixels[i] = (byte) (ink < paper ? 255 - level : level);
    }
    return pixels;
  }

  private byte[] centred() {
    double[] amounts = inkByLevel();
    int left = image.width();
    int right = -1;
    int top = image.height();
    int bottom = -1;
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        if (amounts[image.level(x, y)] > LEAST_STROKE) {
          left = Math.min(left, x);
          right = Math.max(right, x);
          top = Math.min(top, y);
          bottom = Math.max(bottom, y);
        }
      }
    }
    return placed(scaled(amounts, left, top, right - left + 1, bottom - top + 1));
  }

  /** Returns how much ink a level stands for, 0 to 1. */
  private double[] inkByLevel() {
    double noise = 0;
    for (int level : edge()) {
      noise = Math.max(noise, amount(level));
    }
    noise = Math.min(noise, DARKEST_PAPER);
    double[] amounts = new double[256];
    for (int level = 0; level < amounts.length; level++) {
      amounts[level] = amount(level) > noise ? Math.min(1, amount(level)) : 0;
    }
    return amounts;
  }

  private double amount(int level) {
    return (double) (level - paper) / (ink - paper);
  }

  /** Returns what was drawn, its longer side 20 pixels, rows × columns. */
  private double[][] scaled(double[] amounts, int left, int top, int width, int height) {
    int longer = Math.max(width, height);
    int columns = (int) Math.max(1, Math.round((double) BOX * width / longer));
    int rows = (int) Math.max(1, Math.round((double) BOX * height / longer));
    double[][] scaled = new double[rows][columns];
    for (int row = 0; row < rows; row++) {
      double upper = (double) row * height / rows;
      double lower = (row + 1.0) * height / rows;
      for (int column = 0; column < columns; column++) {
        double from = (double) column * width / columns;
        double to = (column + 1.0) * width / columns;
        double sum = 0;
        for (int y = (int) upper; y < Math.min(height, Math.ceil(lower)); y++) {
          double covered = Math.min(lower, y + 1.0) - Math.max(upper, y);
          for (int x = (int) from; x < Math.min(width, Math.ceil(to)); x++) {
            double share = Math.min(to, x + 1.0) - Math.max(from, x);
            sum += covered * share * amounts[image.level(left + x, top + y)];
          }
        }
        scaled[row][column] = sum / ((lower - upper) * (to - from));
      }
    }
    return scaled;
  }

  private static byte[] placed(double[][] drawn) {
    int height = drawn.length;
    int width = drawn[0].length;
    double mass = 0;
    double massTimesRow = 0;
    double massTimesColumn = 0;
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        mass += drawn[row][column];
        massTimesRow += row * drawn[row][column];
        massTimesColumn += column * drawn[row][column];
      }
    }
    int top = offset(massTimesRow / mass, height);
    int left = offset(massTimesColumn / mass, width);
    byte[] pixels = new byte[SIDE * SIDE];
    for (int row = 0; row < height; row++) {
      for (int column = 0; column < width; column++) {
        pixels[(top + row) * SIDE + left + column] = (byte) Math.round(255 * drawn[row][column]);
      }
    }
    return pixels;
  }

  /** Returns where what was drawn begins, so that nothing of it is cut off. */
  private static int offset(double centre, int length) {
    return (int) Math.max(0, Math.min(SIDE - length, Math.round(CENTRE - centre)));
  }
}
