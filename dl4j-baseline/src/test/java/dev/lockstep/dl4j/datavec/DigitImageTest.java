package dev.lockstep.dl4j.datavec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.Split;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.GZIPInputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DigitImageTest {

  /** Levels by which JPEG at its standard quality may change a flat stroke. */
  private static final int JPEG_ROUNDING = 8;

  private static final int MNIST_DIGITS = 1000;

  /** Levels of 255: measured 0.065 over the 10,000 test images. Centred one pixel off it is 15. */
  private static final double MNIST_MEAN_DIFFERENCE = 0.5;

  @TempDir Path directory;

  @Test
  void anImageInMnistsFormKeepsItsBytes() throws IOException {
    Split digits = TestData.digits(20, 5);
    for (int i = 0; i < digits.size(); i++) {
      byte[] pixels = TestData.pixels(digits, i);

      assertThat(DigitImage.read(png(TestData.grey(pixels, 28, 28)))).isEqualTo(pixels);
    }
  }

  @Test
  void greyThatIsStoredAsColourKeepsItsLevels() throws IOException {
    byte[] pixels = TestData.pixels(TestData.digits(1, 6), 0);
    BufferedImage colour = new BufferedImage(28, 28, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < pixels.length; i++) {
      colour.setRGB(i % 28, i / 28, Byte.toUnsignedInt(pixels[i]) * 0x010101);
    }

    assertThat(DigitImage.read(png(colour))).isEqualTo(pixels);
  }

  @Test
  void sixteenBitGreyKeepsTheUpperEight() throws IOException {
    byte[] pixels = TestData.pixels(TestData.digits(1, 7), 0);
    BufferedImage deep = new BufferedImage(28, 28, BufferedImage.TYPE_USHORT_GRAY);
    for (int i = 0; i < pixels.length; i++) {
      deep.getRaster().setSample(i % 28, i / 28, 0, Byte.toUnsignedInt(pixels[i]) * 257);
    }

    assertThat(DigitImage.read(png(deep))).isEqualTo(pixels);
  }

  @Test
  void darkInkOnLightPaperIsInverted() throws IOException {
    byte[] pixels = TestData.pixels(TestData.digits(1, 8), 0);
    byte[] inverted = new byte[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      inverted[i] = (byte) (255 - Byte.toUnsignedInt(pixels[i]));
    }

    assertThat(DigitImage.read(png(TestData.grey(inverted, 28, 28)))).isEqualTo(pixels);
  }

  /**
   * By hand: 40 × 100 pixels of ink become 8 × 20, whose own centre of mass is (9.5, 3.5): moved by
   * 14 − 9.5 and 14 − 3.5, halves up, it begins at row 5 and column 11.
   */
  @ParameterizedTest
  @ValueSource(strings = {"dark on light", "light on dark", "low contrast", "red on blue"})
  void aBarIsFittedAndCentred(String colours) throws IOException {
    Color paper =
        switch (colours) {
          case "dark on light" -> Color.WHITE;
          case "light on dark" -> Color.BLACK;
          case "low contrast" -> new Color(180, 180, 180);
          default -> Color.BLUE;
        };
    Color ink =
        switch (colours) {
          case "dark on light" -> Color.BLACK;
          case "light on dark" -> Color.WHITE;
          case "low contrast" -> new Color(100, 100, 100);
          default -> Color.RED;
        };

    assertThat(DigitImage.read(png(bar(BufferedImage.TYPE_INT_RGB, paper, ink))))
        .isEqualTo(barInMnistsForm());
  }

  private static BufferedImage bar(int type, Color paper, Color ink) {
    BufferedImage image = new BufferedImage(300, 200, type);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(paper);
    graphics.fillRect(0, 0, 300, 200);
    graphics.setColor(ink);
    graphics.fillRect(20, 60, 40, 100);
    graphics.dispose();
    return image;
  }

  private static byte[] barInMnistsForm() {
    byte[] pixels = new byte[28 * 28];
    for (int row = 5; row < 25; row++) {
      Arrays.fill(pixels, row * 28 + 11, row * 28 + 19, (byte) 255);
    }
    return pixels;
  }

  @Test
  void whatIsTransparentIsPaper() throws IOException {
    Color nothing = new Color(0, 0, 0, 0);
    byte[] expected = barInMnistsForm();

    assertThat(DigitImage.read(png(bar(BufferedImage.TYPE_INT_ARGB, nothing, Color.BLACK))))
        .isEqualTo(expected);
    assertThat(DigitImage.read(png(bar(BufferedImage.TYPE_INT_ARGB, nothing, Color.WHITE))))
        .isEqualTo(expected);
  }

  @Test
  void aJpegIsRead() throws IOException {
    Path file = directory.resolve("bar.JPG");
    ImageIO.write(bar(BufferedImage.TYPE_INT_RGB, Color.WHITE, Color.BLACK), "jpeg", file.toFile());

    byte[] read = DigitImage.read(file);

    byte[] expected = barInMnistsForm();
    for (int row = 6; row < 24; row++) {
      for (int column = 12; column < 18; column++) {
        int i = row * 28 + column;
        assertThat(Math.abs(Byte.toUnsignedInt(read[i]) - Byte.toUnsignedInt(expected[i])))
            .isLessThanOrEqualTo(JPEG_ROUNDING);
      }
    }
  }

  /**
   * A pixel of the result is the mean of what it covers: what is 20 pixels high and 12 wide comes
   * back to the byte from pixels that were made larger, moved to its centre of mass.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 6})
  void anEnlargedDigitComesBack(int factor) {
    Random random = new Random(9);
    byte[] digit = new byte[28 * 28];
    double mass = 0;
    double massTimesRow = 0;
    double massTimesColumn = 0;
    for (int row = 0; row < 20; row++) {
      for (int column = 0; column < 12; column++) {
        int level = row == 0 || row == 19 ? 255 : random.nextInt(256);
        digit[row * 28 + column] = (byte) level;
        mass += level;
        massTimesRow += row * level;
        massTimesColumn += column * level;
      }
    }
    int down = (int) Math.round(14 - massTimesRow / mass);
    int across = (int) Math.round(14 - massTimesColumn / mass);
    byte[] expected = new byte[28 * 28];
    for (int row = 0; row < 20; row++) {
      System.arraycopy(digit, row * 28, expected, (row + down) * 28 + across, 12);
    }

    assertThat(DigitImage.of(enlarged(digit, factor, 13, 20), "digit")).isEqualTo(expected);
  }

  private static GreyImage enlarged(byte[] digit, int factor, int left, int top) {
    int width = 200;
    byte[] levels = new byte[width * width];
    for (int y = 0; y < 28 * factor; y++) {
      for (int x = 0; x < 28 * factor; x++) {
        levels[(top + y) * width + left + x] = digit[y / factor * 28 + x / factor];
      }
    }
    return new GreyImage(width, width, levels);
  }

  /**
   * MNIST's makers fitted and centred its digits: done again from a larger sheet, little changes.
   */
  @Test
  void mnistsOwnDigitsAreCentredAsMnistHasThem() throws IOException {
    String data = System.getenv("LOCKSTEP_DATA");
    assumeTrue(data != null, "needs MNIST: LOCKSTEP_DATA is not set");
    Path file = Path.of(String.valueOf(data)).resolve("t10k-images-idx3-ubyte.gz");
    assumeTrue(Files.exists(file), "needs MNIST: there is no " + file);
    double difference = 0;
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      in.skipNBytes(16);
      for (int i = 0; i < MNIST_DIGITS; i++) {
        byte[] digit = in.readNBytes(784);
        assertThat(DigitImage.of(new GreyImage(28, 28, digit), "digit")).isEqualTo(digit);
        byte[] centred = DigitImage.of(enlarged(digit, 1, 31, 90), "digit");
        for (int pixel = 0; pixel < 784; pixel++) {
          difference +=
              Math.abs(Byte.toUnsignedInt(centred[pixel]) - Byte.toUnsignedInt(digit[pixel]));
        }
      }
    }

    assertThat(difference / MNIST_DIGITS / 784).isLessThan(MNIST_MEAN_DIFFERENCE);
  }

  @Test
  void anEmptySheetShowsNoDigit() throws IOException {
    Path file = png(bar(BufferedImage.TYPE_INT_RGB, Color.WHITE, new Color(250, 250, 250)));

    assertThatThrownBy(() -> DigitImage.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining("stands out from its paper by at least 32 of 255 levels, found 5");
  }

  @Test
  void textIsNotAnImage() throws IOException {
    Path file = Files.writeString(directory.resolve("seven.png"), "<html>not found</html>");

    assertThatThrownBy(() -> DigitImage.read(file))
        .isInstanceOf(InputException.class)
        .hasMessage(file + ": expected a PNG or JPEG image, found something else");
  }

  @Test
  void aMissingFileIsNamed() {
    Path file = directory.resolve("none.png");

    assertThatThrownBy(() -> DigitImage.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "jpeg"})
  void aFileThatEndsEarlyIsRefused(String format) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ImageIO.write(bar(BufferedImage.TYPE_INT_RGB, Color.WHITE, Color.BLACK), format, out);
    Path file = directory.resolve("half." + format);
    Files.write(file, Arrays.copyOf(out.toByteArray(), out.size() * 2 / 3));

    assertThatThrownBy(() -> DigitImage.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + ": expected an image, found a damaged file: ");
  }

  /** A file of 57 bytes that would unfold to ten gigabytes. */
  @Test
  void aHugeImageIsRefusedBeforeItIsDecoded() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'});
    byte[] header = new byte[13];
    ByteBuffer.wrap(header).putInt(60_000).putInt(60_000).put((byte) 8).put((byte) 2); // colour
    out.write(chunk("IHDR", header));
    out.write(chunk("IDAT", new byte[0]));
    out.write(chunk("IEND", new byte[0]));
    Path file = Files.write(directory.resolve("bomb.png"), out.toByteArray());

    assertThatThrownBy(() -> DigitImage.read(file))
        .isInstanceOf(InputException.class)
        .hasMessageContaining("expected an image of at most 16777216 pixels, found 60000 × 60000");
  }

  private static byte[] chunk(String type, byte[] content) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 checksum = new CRC32();
    checksum.update(name);
    checksum.update(content);
    byte[] chunk = new byte[12 + content.length];
    ByteBuffer.wrap(chunk)
        .putInt(content.length)
        .put(name)
        .put(content)
        .putInt((int) checksum.getValue());
    return chunk;
  }

  private Path png(BufferedImage image) throws IOException {
    Path file = directory.resolve("digit.png");
    ImageIO.write(image, "png", file.toFile());
    return file;
  }
}
