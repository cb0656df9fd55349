package dev.lockstep.core.data.digits;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Digits that look like handwriting, drawn from jittered strokes by a seed: what is trained on
 * where MNIST cannot be had.
 *
 * <p>Size, number and proportions of the labels are MNIST's. Only {@link StrictMath} and {@link
 * Random} are used, whose results Java specifies to the last bit: a seed gives the same bytes on
 * every machine.
 */
public final class SyntheticDigits {

  /** The seed of the data set that {@code --data synthetic} names. */
  public static final long DEFAULT_SEED = 20160924;

  private static final int SIDE = 28;
  private static final Shape IMAGE = Shape.of(1, SIDE, SIDE);

  /** How often MNIST has each digit, 0 to 9. */
  private static final int[] MNIST_TRAIN_LABELS = {
    5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949
  };

  private static final int[] MNIST_TEST_LABELS = {
    980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009
  };

  /** Keeps the test images from being the training images: another start of the same generator. */
  private static final long TEST_STREAM = 0x7E57;

  private static final int PIECES_OF_A_CURVE = 5;

  private final Random random;
  private final Canvas canvas = new Canvas(SIDE);

  private SyntheticDigits(long seed) {
    this.random = new Random(seed);
  }

  /** Returns as many digits as MNIST has: 60,000 to train on and 10,000 to test with. */
  public static Dataset dataset(long seed) {
    return dataset(seed, 60_000, 10_000);
  }

  /**
   * Returns digits in MNIST's proportions of labels, in random order.
   *
   * @param seed of everything random
   * @param trainSize number of images to train on
   * @param testSize number of images to test with
   */
  public static Dataset dataset(long seed, int trainSize, int testSize) {
    Split train = new SyntheticDigits(seed).draw(labels(MNIST_TRAIN_LABELS, trainSize));
    Split test = new SyntheticDigits(seed ^ TEST_STREAM).draw(labels(MNIST_TEST_LABELS, testSize));
    return Dataset.of("synthetic", train, test, "");
  }

  /** Returns labels in the given proportions, each rounded so that the sum is right, ascending. */
  private static byte[] labels(int[] proportions, int size) {
    long whole = 0;
    for (int proportion : proportions) {
      whole += proportion;
    }
    byte[] labels = new byte[size];
    long before = 0;
    for (int digit = 0; digit < proportions.length; digit++) {
      int from = (int) (before * size / whole);
      before += proportions[digit];
      Arrays.fill(labels, from, (int) (before * size / whole), (byte) digit);
    }
    return labels;
  }

  private Split draw(byte[] labels) {
    shuffle(labels);
    byte[] pixels = new byte[Math.multiplyExact(labels.length, IMAGE.size())];
    for (int sample = 0; sample < labels.length; sample++) {
      draw(labels[sample], pixels, sample * IMAGE.size());
    }
    return new Split(IMAGE, 10, pixels, labels);
  }

  private void shuffle(byte[] labels) {
    for (int i = labels.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      byte label = labels[i];
      labels[i] = labels[j];
      labels[j] = label;
    }
  }

  private void draw(int digit, byte[] pixels, int from) {
    List<double[][][]> ways = DigitStrokes.of(digit);
    double[][][] way = ways.get(random.nextInt(ways.size()));
    Hand hand = new Hand(random);
    canvas.clear();
    for (double[][] stroke : way) {
      draw(hand.write(stroke, random), hand.penRadius);
    }
    for (int i = 0; i < IMAGE.size(); i++) {
      double ink = canvas.ink(i);
      if (ink > 0) {
        double grey = ink * (hand.darkness - 0.15 * random.nextDouble());
        pixels[from + i] = (byte) (int) (255 * grey + 0.5);
      }
    }
  }

  /** Draws the smooth curve through the points that Catmull and Rom (1974) give. */
  private void draw(double[][] points, double penRadius) {
    for (int i = 0; i + 1 < points.length; i++) {
      double[] before = points[Math.max(i - 1, 0)];
      double[] start = points[i];
      double[] end = points[i + 1];
      double[] after = points[Math.min(i + 2, points.length - 1)];
      double x = start[0];
      double y = start[1];
      for (int piece = 1; piece <= PIECES_OF_A_CURVE; piece++) {
        double t = (double) piece / PIECES_OF_A_CURVE;
        double nextX = curve(before[0], start[0], end[0], after[0], t);
        double nextY = curve(before[1], start[1], end[1], after[1], t);
        canvas.line(x, y, nextX, nextY, penRadius);
        x = nextX;
        y = nextY;
      }
    }
  }

  private static double curve(double before, double start, double end, double after, double t) {
    double slope = (end - before) / 2;
    double bend = before - 2.5 * start + 2 * end - after / 2;
    double twist = (after - before) / 2 + 1.5 * (start - end);
    return start + t * (slope + t * (bend + t * twist));
  }

  /** What one digit has of its own: where, how large, how slanted, with which pen. */
  private static final class Hand {

    private final double wobble;
    private final double penRadius;
    private final double darkness;
    private final double[] toX;
    private final double[] toY;

    Hand(Random random) {
      // Sizes in pixels: MNIST's digits are fitted into 20 × 20 and centred.
      double height = 19 + 1.5 * random.nextGaussian();
      double width = height * (0.72 + 0.1 * random.nextGaussian());
      double angle = 0.13 * random.nextGaussian();
      double slant = 0.12 + 0.2 * random.nextGaussian();
      double cos = StrictMath.cos(angle);
      double sin = StrictMath.sin(angle);
      double middleX = (SIDE - 1) / 2.0 + 1.2 * random.nextGaussian();
      double middleY = (SIDE - 1) / 2.0 + 1.2 * random.nextGaussian();
      // rotation · slant · size, applied to a point measured from the middle of the unit square
      this.toX = new double[] {cos * width, -(cos * slant + sin) * height, middleX};
      this.toY = new double[] {sin * width, (cos - sin * slant) * height, middleY};
      this.wobble = 0.035 + 0.02 * random.nextDouble();
      this.penRadius = StrictMath.max(0.6, 1.3 + 0.3 * random.nextGaussian());
      this.darkness = 1 - 0.12 * random.nextDouble();
    }

    /** Returns a stroke's points in pixels, each a little off. */
    double[][] write(double[][] stroke, Random random) {
      double[][] points = new double[stroke.length][];
      for (int i = 0; i < stroke.length; i++) {
        double x = stroke[i][0] - 0.5 + wobble * random.nextGaussian();
        double y = stroke[i][1] - 0.5 + wobble * random.nextGaussian();
        points[i] =
            new double[] {
              toX[0] * x + toX[1] * y + toX[2], toY[0] * x + toY[1] * y + toY[2],
            };
      }
      return points;
    }
  }
}
