package dev.lockstep.core.assertion;

import dev.lockstep.core.data.Split;
import dev.lockstep.core.tensor.Shape;
import java.util.Random;

/** Noise with labels: enough to tell two implementations apart. */
final class RandomImages {

  private RandomImages() {}

  static Split of(Shape image, int classes, int count, Random random) {
    byte[] pixels = new byte[Math.multiplyExact(count, image.size())];
    random.nextBytes(pixels);
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) random.nextInt(Math.min(classes, 1 << Byte.SIZE));
    }
    return new Split(image, classes, pixels, labels);
  }
}
