package dev.lockstep.dl4j.datavec;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A photograph as a network reads it: red, green and blue one after another, each row by row, 0 to
 * 255. What is transparent shows white; of 16 bits the upper ones are kept.
 */
final class ColourImage {

  private static final int RGB = 3;

  private final int width;
  private final int height;
  private final byte[] planes;

  /**
   * @param planes red, green, blue; of a grey image one plane; not copied
   */
  ColourImage(int width, int height, byte[] planes) {
    this.width = width;
    this.height = height;
    this.planes = planes;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** Returns all planes; not copied. */
  byte[] planes() {
    return planes;
  }

  /**
   * @throws dev.lockstep.core.InputException if the file is missing, too large, damaged or neither
   *     PNG nor JPEG
   */
  static ColourImage read(Path file) {
    BufferedImage image = ImageDecoder.read(file);
    int width = image.getWidth();
    int height = image.getHeight();
    if (image.getColorModel().getColorSpace().getType() == ColorSpace.TYPE_GRAY) {
      GreyImage grey = GreyImage.of(image, GreyImage.WHITE);
      byte[] plane = new byte[width * height];
      for (int i = 0; i < plane.length; i++) {
        plane[i] = (byte) grey.level(i % width, i / width);
      }
      return new ColourImage(width, height, plane);
    }
    byte[] planes = new byte[RGB * width * height];
    boolean coloured = false;
    for (int y = 0; y < height; y++) {
      int[] colours = image.getRGB(0, y, width, 1, null, 0, width);
      for (int x = 0; x < width; x++) {
        int colour = colours[x];
        for (int channel = 0; channel < RGB; channel++) {
          int level = (colour >> (8 * (RGB - 1 - channel))) & 0xFF;
          planes[(channel * height + y) * width + x] =
              GreyImage.over(level, colour >>> 24, GreyImage.WHITE);
        }
        int red = (colour >> 16) & 0xFF;
        int green = (colour >> 8) & 0xFF;
        int blue = colour & 0xFF;
        coloured |= red != green || green != blue;
      }
    }
    return coloured
        ? new ColourImage(width, height, planes)
        : new ColourImage(width, height, Arrays.copyOf(planes, width * height));
  }

  boolean isGrey() {
    return planes.length == width * height;
  }

  /** Returns one plane: the luma of ITU-R BT.601. */
  ColourImage grey() {
    if (isGrey()) {
      return this;
    }
    int size = width * height;
    byte[] plane = new byte[size];
    for (int i = 0; i < size; i++) {
      plane[i] =
          GreyImage.luma(
              Byte.toUnsignedInt(planes[i]),
              Byte.toUnsignedInt(planes[size + i]),
              Byte.toUnsignedInt(planes[2 * size + i]));
    }
    return new ColourImage(width, height, plane);
  }

  /** Returns three planes, of a grey image the same three times. */
  ColourImage rgb() {
    if (!isGrey()) {
      return this;
    }
    byte[] three = new byte[RGB * planes.length];
    for (int channel = 0; channel < RGB; channel++) {
      System.arraycopy(planes, 0, three, channel * planes.length, planes.length);
    }
    return new ColourImage(width, height, three);
  }

  /** Returns another size: every pixel is the mean of the area that it covers. */
  ColourImage resized(int newHeight, int newWidth) {
    if (newHeight == height && newWidth == width) {
      return this;
    }
    int channels = planes.length / (width * height);
    byte[] resized = new byte[channels * newHeight * newWidth];
    for (int channel = 0; channel < channels; channel++) {
      for (int row = 0; row < newHeight; row++) {
        for (int column = 0; column < newWidth; column++) {
          resized[(channel * newHeight + row) * newWidth + column] =
              (byte)
                  Math.round(
                      mean(
                          channel,
                          (double) row * height / newHeight,
                          (row + 1.0) * height / newHeight,
                          (double) column * width / newWidth,
                          (column + 1.0) * width / newWidth));
        }
      }
    }
    return new ColourImage(newWidth, newHeight, resized);
  }

  private double mean(int channel, double upper, double lower, double left, double right) {
    double sum = 0;
    for (int y = (int) upper; y < Math.min(height, Math.ceil(lower)); y++) {
      double rows = Math.min(lower, y + 1.0) - Math.max(upper, y);
      for (int x = (int) left; x < Math.min(width, Math.ceil(right)); x++) {
        double columns = Math.min(right, x + 1.0) - Math.max(left, x);
        sum += rows * columns * Byte.toUnsignedInt(planes[(channel * height + y) * width + x]);
      }
    }
    return sum / ((lower - upper) * (right - left));
  }
}
