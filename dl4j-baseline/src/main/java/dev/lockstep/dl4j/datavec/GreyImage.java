package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import dev.lockstep.core.LockstepException;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.FileImageInputStream;
import javax.imageio.stream.ImageInputStream;

/** A decoded image: a level of grey for every pixel, 0 black to 255 white, row by row. */
final class GreyImage {

  /** What is decoded at most: a photograph of 16 megapixels. */
  static final int MAX_PIXELS = 1 << 24;

  /** What a file may hold at most: the packed parts of an image may be much larger unpacked. */
  static final int MAX_FILE_BYTES = 1 << 26;

  private static final Set<String> FORMATS = Set.of("png", "jpeg");
  private static final int WHITE = 255;
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
    try (ImageInputStream stream = new FileImageInputStream(file.toFile())) {
      return read(stream, file.toString());
    } catch (IOException e) {
      throw new InputException(file + ": expected an image that can be read, found " + e, e);
    }
  }

  /**
   * @param source for messages
   */
  static GreyImage read(ImageInputStream stream, String source) throws IOException {
    if (stream.length() > MAX_FILE_BYTES) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: expected an image of at most %d bytes, found %d",
              source,
              MAX_FILE_BYTES,
              stream.length()));
    }
    ImageReader reader = readerOf(stream, source);
    try {
      reader.setInput(stream, true, true);
      return of(decode(reader, source));
    } catch (LockstepException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // decoders meet damage with either
      throw new InputException(source + ": expected an image, found a damaged file: " + e, e);
    } finally {
      reader.dispose();
    }
  }

  private static ImageReader readerOf(ImageInputStream stream, String source) throws IOException {
    Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
        return reader;
      }
      reader.dispose();
    }
    throw new InputException(source + ": expected a PNG or JPEG image, found something else");
  }

  private static BufferedImage decode(ImageReader reader, String source) throws IOException {
    long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
    if (pixels > MAX_PIXELS) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: expected an image of at most %d pixels, found %d × %d; scale it down",
              source,
              MAX_PIXELS,
              reader.getWidth(0),
              reader.getHeight(0)));
    }
    List<String> warnings = new ArrayList<>();
    reader.addIIOReadWarningListener((from, warning) -> warnings.add(warning));
    BufferedImage image = reader.read(0);
    if (!warnings.isEmpty()) { // a JPEG that ends early is filled up with grey
      throw new InputException(
          source + ": expected an image, found a damaged file: " + warnings.get(0));
    }
    return image;
  }

  /** What is transparent shows white paper, or black if nothing is seen on white. */
  static GreyImage of(BufferedImage image) {
    GreyImage onWhite = of(image, WHITE);
    return onWhite.isBlank() && image.getColorModel().hasAlpha() ? of(image, BLACK) : onWhite;
  }

  private static GreyImage of(BufferedImage image, int paper) {
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
      // The luma of ITU-R BT.601; grey stays what it is.
      int level = divide(299 * red + 587 * green + 114 * blue, 1000);
      levels[y * width + x] = over(level, colour >>> 24, paper);
    }
  }

  private static byte over(int level, int alpha, int paper) {
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
