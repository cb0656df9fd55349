package dev.lockstep.dl4j.datavec;

import com.drew.imaging.ImageMetadataReader;
import com.drew.imaging.ImageProcessingException;
import com.drew.metadata.exif.ExifIFD0Directory;
import dev.lockstep.core.InputException;
import dev.lockstep.core.LockstepException;
import dev.lockstep.core.wording.Reasons;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Decodes PNG and JPEG files, turned the way that a viewer shows them. */
final class ImageDecoder {

  /** What is decoded at most: a photograph of 16 megapixels. */
  static final int MAX_PIXELS = 1 << 24;

  /** What a file may hold at most: the packed parts of an image may be much larger unpacked. */
  static final int MAX_FILE_BYTES = 1 << 26;

  private static final Set<String> FORMATS = Set.of("png", "jpeg");

  /** An orientation that leaves an image as it is stored. */
  private static final int UPRIGHT = 1;

  /** From here on rows are columns. */
  private static final int FIRST_ON_ITS_SIDE = 5;

  private static final int LAST = 8;

  private ImageDecoder() {}

  /**
   * @throws InputException if the file is missing, too large, damaged or neither PNG nor JPEG
   */
  static BufferedImage read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return read(in, file.toString());
    } catch (IOException e) {
      throw new InputException(
          file + ": expected an image that can be read, found that " + Reasons.of(e), e);
    }
  }

  /**
   * @param source for messages
   */
  static BufferedImage read(InputStream in, String source) throws IOException {
    byte[] bytes = in.readNBytes(MAX_FILE_BYTES + 1);
    if (bytes.length > MAX_FILE_BYTES) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: expected an image of at most %d bytes, found more",
              source,
              MAX_FILE_BYTES));
    }
    ImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(bytes));
    ImageReader reader = readerOf(stream, source);
    try {
      reader.setInput(stream, true, true);
      return turned(decode(reader, source), orientation(bytes));
    } catch (LockstepException e) {
      throw e;
    } catch (IOException | RuntimeException e) { // decoders meet damage with either
      throw new InputException(
          source + ": expected an image, found a damaged file: " + Reasons.of(e), e);
    } finally {
      reader.dispose();
    }
  }

  private static ImageReader readerOf(ImageInputStream stream, String source) {
    Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
    while (readers.hasNext()) {
      ImageReader reader = readers.next();
      try {
        if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
          return reader;
        }
      } catch (IOException e) {
        throw new InputException(
            source + ": expected an image, found a damaged file: " + Reasons.of(e), e);
      }
      reader.dispose();
    }
    throw new InputException(
        source
            + ": expected a PNG or JPEG image, found "
            + (isEmpty(stream) ? "an empty file" : "something else"));
  }

  private static boolean isEmpty(ImageInputStream stream) {
    try {
      return stream.read() < 0;
    } catch (IOException e) {
      return false;
    }
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

  /** Returns how a camera was held, 1 to 8; upright if the file does not say. */
  private static int orientation(byte[] bytes) {
    try {
      ExifIFD0Directory exif =
          ImageMetadataReader.readMetadata(new ByteArrayInputStream(bytes))
              .getFirstDirectoryOfType(ExifIFD0Directory.class);
      Integer said = exif == null ? null : exif.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
      return said == null || said < UPRIGHT || said > LAST ? UPRIGHT : said;
    } catch (ImageProcessingException | IOException e) {
      return UPRIGHT; // the image itself could be read
    }
  }

  /** Moves pixels as they are, whatever they are made of. */
  private static BufferedImage turned(BufferedImage image, int orientation) {
    if (orientation == UPRIGHT) {
      return image;
    }
    int width = image.getWidth();
    int height = image.getHeight();
    boolean aside = orientation >= FIRST_ON_ITS_SIDE;
    WritableRaster raster =
        image
            .getRaster()
            .createCompatibleWritableRaster(aside ? height : width, aside ? width : height);
    Object pixel = null;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        pixel = image.getRaster().getDataElements(x, y, pixel);
        int right = width - 1 - x;
        int up = height - 1 - y;
        switch (orientation) {
          case 2 -> raster.setDataElements(right, y, pixel);
          case 3 -> raster.setDataElements(right, up, pixel);
          case 4 -> raster.setDataElements(x, up, pixel);
          case 5 -> raster.setDataElements(y, x, pixel);
          case 6 -> raster.setDataElements(up, x, pixel);
          case 7 -> raster.setDataElements(up, right, pixel);
          default -> raster.setDataElements(y, right, pixel);
        }
      }
    }
    return new BufferedImage(image.getColorModel(), raster, image.isAlphaPremultiplied(), null);
  }
}
