package dev.lockstep.dl4j.datavec;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.nio.file.Path;

/** A decoded image: a level of grey for every pixel, 0 black to 255 white, row by row. */
final class GreyImage {

  static final int WHITE = 255;
  private static final int BLACK = 0;

  private final int width;
  private final int height;
  private final byte[] levels;

  GreyImage(int width, int height, byte[] levels) {
    this.width = width;
    this.height = height;
    this.levels = levels;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  int level(int x, int y) {
    return Byte.toUnsignedInt(levels[y * width + x]);
  }

  /**
   * @throws InputException if the file is missing, too large, damaged or neither PNG nor JPEG
   */
  static GreyImage read(Path file) {
    return of(ImageDecoder.read(file));
  }

  /** What is transparent shows white paper, or black if nothing is seen on white. */
  static GreyImage of(BufferedImage image) {
    GreyImage onWhite = of(image, WHITE);
    return onWhite.isBlank() && image.getColorModel().hasAlpha() ? of(image, BLACK) : onWhite;
  }

  /**
   * @param paper that shows where the image is transparent
   */
  static GreyImage of(BufferedImage image, int paper) {
    byte[] levels = new byte[image.getWidth() * image.getHeight()];
    boolean grey = image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY;
    for (int y = 0; y < image.getHeight(); y++) {
      if (grey) {
        greyRow(image, y, paper, levels);
      } else {
        colourRow(image, y, paper, levels);
      }
    }
    return new GreyImage(image.getWidth(), image.getHeight(), levels);
  }

  /** Reads the samples themselves: {@code getRGB} would brighten grey as if it were linear. */
  private static void greyRow(BufferedImage image, int y, int paper, byte[] levels) {
    ColorModel model = image.getColorModel();
    int width = image.getWidth();
    int bands = image.getRaster().getNumBands();
    int[] samples = image.getRaster().getPixels(0, y, width, 1, (int[]) null);
    int largest = (1 << model.getComponentSize(0)) - 1;
    for (int x = 0; x < width; x++) {
      int level = divide(samples[x * bands] * 255, largest);
      int alpha = model.hasAlpha() ? divide(samples[x * bands + 1] * 255, largest) : 255;
      levels[y * width + x] = over(level, alpha, paper);
    }
  }

  private static void colourRow(BufferedImage image, int y, int paper, byte[] levels) {
    int width = image.getWidth();
    int[] colours = image.getRGB(0, y, width, 1, null, 0, width);
    for (int x = 0; x < width; x++) {
      int colour = colours[x];
      int red = colour >> 16 & 0xFF;
      int green = colour >> 8 & 0xFF;
      int blue = colour & 0xFF;
      int level = Byte.toUnsignedInt(luma(red, green, blue));
      levels[y * width + x] = over(level, colour >>> 24, paper);
    }
  }

  /** Returns the luma of ITU-R BT.601; grey stays what it is. */
  static byte luma(int red, int green, int blue) {
    return (byte) divide(299 * red + 587 * green + 114 * blue, 1000);
  }

  /** Returns a level with a share of it transparent. */
  static byte over(int level, int alpha, int paper) {
    return (byte) divide(level * alpha + paper * (255 - alpha), 255);
  }

  private static int divide(int dividend, int divisor) {
    return (dividend + divisor / 2) / divisor;
  }

  private boolean isBlank() {
    for (byte level : levels) {
      if (level != levels[0]) {
        return false;
      }
    }
    return true;
  }
}
