package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.digits.SyntheticDigits;
import dev.lockstep.core.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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

  /** Writes the four files of a data set that is trained on and tested with the same images. */
  static void writeIdx(Split split, Path directory) throws IOException {
    int size = split.size();
    ByteBuffer images = ByteBuffer.allocate(16 + size * LENGTH);
    images.putInt(0x803).putInt(size).putInt(SIDE).putInt(SIDE);
    ByteBuffer labels = ByteBuffer.allocate(8 + size).putInt(0x801).putInt(size);
    for (int i = 0; i < size; i++) {
      images.put(pixels(split, i));
      labels.put((byte) split.label(i));
    }
    for (String name : List.of("train", "t10k")) {
      Files.write(directory.resolve(name + "-images-idx3-ubyte"), images.array());
      Files.write(directory.resolve(name + "-labels-idx1-ubyte"), labels.array());
    }
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
