package dev.lockstep.experiments.faults.detection;

import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.data.digits.SyntheticDigits;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.experiments.faults.injection.BaseNetwork;

/**
 * Synthetic digits at half their height and width, so that a network learns them in moments.
 *
 * @param train images to train on
 * @param test images to test with
 */
public record SmallDigits(Split train, Split test) {

  /** Returns digits that are the same at every call. */
  public static SmallDigits draw(int train, int test) {
    Dataset digits = SyntheticDigits.dataset(SyntheticDigits.DEFAULT_SEED, train, test);
    return new SmallDigits(halved(digits.train()), halved(digits.test()));
  }

  /** Returns the same digits on a background that rises and falls, with no two equal neighbours. */
  public SmallDigits smooth() {
    return new SmallDigits(smooth(train), smooth(test));
  }

  private static Split smooth(Split split) {
    int pixels = split.image().size();
    byte[] smoothed = new byte[split.size() * pixels];
    byte[] labels = new byte[split.size()];
    for (int sample = 0; sample < split.size(); sample++) {
      labels[sample] = (byte) split.label(sample);
      for (int i = 0; i < pixels; i++) {
        int background = 1 + (i * 37 + sample * 11) % 61;
        smoothed[sample * pixels + i] = (byte) (background + split.pixel(sample, i) * 3 / 4);
      }
    }
    return new Split(split.image(), split.classes(), smoothed, labels);
  }

  /** Takes the mean of every 2×2 pixels. */
  private static Split halved(Split split) {
    int side = BaseNetwork.SIDE;
    byte[] pixels = new byte[split.size() * side * side];
    byte[] labels = new byte[split.size()];
    for (int sample = 0; sample < split.size(); sample++) {
      labels[sample] = (byte) split.label(sample);
      for (int i = 0; i < side * side; i++) {
        int corner = i / side * 2 * (2 * side) + i % side * 2;
        int sum =
            split.pixel(sample, corner)
                + split.pixel(sample, corner + 1)
                + split.pixel(sample, corner + 2 * side)
                + split.pixel(sample, corner + 2 * side + 1);
        pixels[sample * side * side + i] = (byte) (sum / 4);
      }
    }
    return new Split(Shape.of(1, side, side), split.classes(), pixels, labels);
  }
}
