package dev.lockstep.core.data.digits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.tensor.Shape;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class SyntheticDigitsTest {

  /** Redraws the picture in the documentation instead of comparing it. */
  private static final String UPDATE_PICTURE = "lockstep.updatePictures";

  /** Counted in MNIST's own label files. */
  private static final int[] MNIST_TRAIN_LABELS = {
    5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949
  };

  private static final int[] MNIST_TEST_LABELS = {
    980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009
  };

  /** A count is rounded down here, and to make up the sum there. */
  private static final int ROUNDING = 1;

  private static final Path PICTURE = Path.of("..", "docs", "images", "synthetic-digits.png");
  private static final int PER_DIGIT = 10;
  private static final int ZOOM = 2;
  private static final int SIDE = 28;

  @Test
  void drawsTheSameBytesOnEveryMachine() {
    Dataset digits = SyntheticDigits.dataset(SyntheticDigits.DEFAULT_SEED);

    assertThat(digits.train().size()).isEqualTo(60_000);
    assertThat(digits.test().size()).isEqualTo(10_000);
    assertThat(labelCounts(digits.train())).isEqualTo(MNIST_TRAIN_LABELS);
    assertThat(labelCounts(digits.test())).isEqualTo(MNIST_TEST_LABELS);
    assertThat(digits.sha256())
        .isEqualTo("a518f02aa4bf928d11004493a3f33d8c2576c292d13f34ed19c5f9d5296e4165");
  }

  @Test
  void hasMnistsProportionsOfLabels() {
    Dataset digits = SyntheticDigits.dataset(1, 6_000, 1_000);

    int[] train = labelCounts(digits.train());
    int[] test = labelCounts(digits.test());
    for (int digit = 0; digit < 10; digit++) {
      assertThat(train[digit]).isCloseTo(MNIST_TRAIN_LABELS[digit] / 10, within(ROUNDING));
      assertThat(test[digit]).isCloseTo(MNIST_TEST_LABELS[digit] / 10, within(ROUNDING));
    }
  }

  @Test
  void looksLikeMnistFromOutside() {
    Dataset digits = SyntheticDigits.dataset(1, 30, 20);

    assertThat(digits.name()).isEqualTo("synthetic");
    assertThat(digits.train().size()).isEqualTo(30);
    assertThat(digits.test().size()).isEqualTo(20);
    assertThat(digits.train().image()).isEqualTo(Shape.of(1, SIDE, SIDE));
    assertThat(digits.test().classes()).isEqualTo(10);
  }

  @Test
  void anotherSeedDrawsOthers() {
    assertThat(SyntheticDigits.dataset(1, 10, 10).sha256())
        .isEqualTo(SyntheticDigits.dataset(1, 10, 10).sha256())
        .isNotEqualTo(SyntheticDigits.dataset(2, 10, 10).sha256());
  }

  @Test
  void testDigitsAreNotTheTrainingDigits() {
    Dataset digits = SyntheticDigits.dataset(1, 1_000, 1_000);

    assertThat(images(digits.test())).doesNotContainAnyElementsOf(images(digits.train()));
  }

  @Test
  void thePictureInTheDocumentationShowsThem() throws IOException {
    BufferedImage sheet =
        contactSheet(SyntheticDigits.dataset(SyntheticDigits.DEFAULT_SEED, 1_000, 0));
    if (Boolean.getBoolean(UPDATE_PICTURE)) {
      Files.createDirectories(PICTURE.getParent());
      ImageIO.write(sheet, "png", PICTURE.toFile());
    }

    BufferedImage shown = ImageIO.read(PICTURE.toFile());

    assertThat(pixels(shown)).isEqualTo(pixels(sheet));
  }

  private static int[] labelCounts(Split split) {
    int[] counts = new int[split.classes()];
    for (int sample = 0; sample < split.size(); sample++) {
      counts[split.label(sample)]++;
    }
    return counts;
  }

  private static List<String> images(Split split) {
    return IntStream.range(0, split.size())
        .mapToObj(
            sample -> {
              StringBuilder image = new StringBuilder();
              for (int i = 0; i < split.image().size(); i++) {
                image.append((char) split.pixel(sample, i));
              }
              return image.toString();
            })
        .toList();
  }

  /** The first ten of each digit, a row for each. */
  private static BufferedImage contactSheet(Dataset digits) {
    BufferedImage sheet =
        new BufferedImage(PER_DIGIT * SIDE * ZOOM, 10 * SIDE * ZOOM, BufferedImage.TYPE_BYTE_GRAY);
    int[] shown = new int[10];
    Split split = digits.train();
    for (int sample = 0; sample < split.size(); sample++) {
      int column = shown[split.label(sample)]++;
      if (column < PER_DIGIT) {
        draw(split, sample, sheet, column * SIDE * ZOOM, split.label(sample) * SIDE * ZOOM);
      }
    }
    return sheet;
  }

  private static void draw(Split split, int sample, BufferedImage sheet, int left, int top) {
    for (int y = 0; y < SIDE * ZOOM; y++) {
      for (int x = 0; x < SIDE * ZOOM; x++) {
        int pixel = split.pixel(sample, y / ZOOM * SIDE + x / ZOOM);
        sheet.getRaster().setSample(left + x, top + y, 0, pixel);
      }
    }
  }

  private static int[] pixels(BufferedImage image) {
    return image.getRaster().getSamples(0, 0, image.getWidth(), image.getHeight(), 0, (int[]) null);
  }
}
