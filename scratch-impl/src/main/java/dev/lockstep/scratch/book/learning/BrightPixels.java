package dev.lockstep.scratch.book.learning;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** The pixels of one image that are not 0, grouped by their brightness. */
final class BrightPixels {

  private final int[] positions;
  private final int[] levelOf;
  private final double[] brightness;

  /** Reads the image that starts at an offset. */
  BrightPixels(double[] images, int offset, int length) {
    Map<Double, Integer> known = new HashMap<>();
    int[] found = new int[length];
    int[] levels = new int[length];
    double[] values = new double[length];
    int count = 0;
    for (int i = 0; i < length; i++) {
      double value = images[offset + i];
      if (value != 0) {
        int level = known.computeIfAbsent(value, unseen -> known.size());
        values[level] = value;
        levels[count] = level;
        found[count++] = i;
      }
    }
    this.positions = Arrays.copyOf(found, count);
    this.levelOf = Arrays.copyOf(levels, count);
    this.brightness = Arrays.copyOf(values, known.size());
  }

  /** Returns how many different brightnesses there are. */
  int levels() {
    return brightness.length;
  }

  double brightness(int level) {
    return brightness[level];
  }

  /** Adds to every bright pixel's sum the value of its brightness. */
  void add(double[] valueOfLevel, double[] sums) {
    for (int i = 0; i < positions.length; i++) {
      sums[positions[i]] += valueOfLevel[levelOf[i]];
    }
  }
}
