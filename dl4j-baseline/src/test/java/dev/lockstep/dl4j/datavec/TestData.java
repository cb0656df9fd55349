package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.SyntheticDigits;
import dev.lockstep.core.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/** Images to read and the files that hold them. */
final class TestData {

  static final int SIDE = 28;
  static final int LENGTH = SIDE * SIDE;
  static final Shape IMAGE = Shape.of(1, SIDE, SIDE);

  private TestData() {}

  /** Returns light strokes on dark paper, labels in random order. */
  static Split digits(int count, long seed) {
    return SyntheticDigits.dataset(seed, count, 1).train();
  }

  static byte[] pixels(Split split, int sample) {
    byte[] pixels = new byte[split.image().size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) split.pixel(sample, i);
    }
    return pixels;
  }

  /** Returns {@code label,pixel0,…,pixel783}. */
  static String kaggleHeader() {
    return "label,"
        + IntStream.range(0, LENGTH).mapToObj(i -> "pixel" + i).collect(Collectors.joining(","));
  }

  static String row(Split split, int sample, boolean labelFirst) {
    String pixels =
        IntStream.range(0, split.image().size())
            .mapToObj(i -> Integer.toString(split.pixel(sample, i)))
            .collect(Collectors.joining(","));
    return labelFirst ? split.label(sample) + "," + pixels : pixels + "," + split.label(sample);
  }

  static String csv(Split split, boolean labelFirst) {
    return IntStream.range(0, split.size())
        .mapToObj(i -> row(split, i, labelFirst) + "\n")
        .collect(Collectors.joining());
  }

  static BufferedImage grey(byte[] levels, int width, int height) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
    image.getRaster().setDataElements(0, 0, width, height, levels);
    return image;
  }

  /** Writes every image as {@code LABEL/NUMBER.png}. */
  static void writePngs(Split split, Path directory) throws IOException {
    for (int i = 0; i < split.size(); i++) {
      Path folder = Files.createDirectories(directory.resolve(Integer.toString(split.label(i))));
      Path file = folder.resolve(i + ".png");
      ImageIO.write(grey(pixels(split, i), SIDE, SIDE), "png", file.toFile());
    }
  }
}
