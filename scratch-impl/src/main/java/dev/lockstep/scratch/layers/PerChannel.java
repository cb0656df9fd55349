package dev.lockstep.scratch.layers;

import dev.lockstep.core.tensor.Shape;
import dev.lockstep.scratch.kernels.Sum;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The bias of a convolution: a number for each channel of an image, channels × height × width. */
final class PerChannel {

  private PerChannel() {}

  /** Overwrites an image with the numbers of its channels, or with 0 where there are none. */
  static void fill(@Nullable Parameter bias, double[] images, int from, Shape image) {
    int plane = image.length(1) * image.length(2);
    for (int c = 0; c < image.length(0); c++) {
      int start = from + c * plane;
      Arrays.fill(images, start, start + plane, bias == null ? 0 : bias.value().data()[c]);
    }
  }

  /** Adds the sum of each channel of an image to its number: the gradient of {@link #fill}. */
  static void addSums(double[] images, int from, Shape image, double[] sums) {
    int plane = image.length(1) * image.length(2);
    for (int c = 0; c < image.length(0); c++) {
      int start = from + c * plane;
      sums[c] += Sum.of(images, start, start + plane);
    }
  }
}
