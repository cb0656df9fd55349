package dev.lockstep.dl4j.datavec;

import dev.lockstep.core.InputException;
import dev.lockstep.core.data.Dataset;
import dev.lockstep.core.data.Split;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** What CSV files and image folders have in common once they are read. */
final class Digits {

  /** One image of this many is for testing, as in MNIST. */
  static final int TEST_EVERY = 7;

  /** The digits: a file need not show all of them. */
  static final int FEWEST_CLASSES = 10;

  /** Values up to here may be of images that are dark; the largest of others is their white. */
  private static final int DARK = 127;

  private static final int WHITE = 255;

  private Digits() {}

  /**
   * Returns what pixels are divided by: 255, or their largest value where that is far from it, as
   * in digits of 0 to 16.
   *
   * @param reading gets a statement of it
   */
  static double divisor(int largest, List<String> reading) {
    double divisor = largest > DARK || largest == 0 ? WHITE : largest;
    reading.add(
        String.format(
            Locale.ROOT,
            "the largest pixel is %d: pixels are divided by %.0f; data.scale says otherwise",
            largest,
            divisor));
    return divisor;
  }

  /** Divides images that came in one piece: the 7th, 14th, 21st, … are for testing. */
  static Dataset heldOut(String name, Path source, Split all, List<String> reading) {
    if (all.size() < TEST_EVERY) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: expected at least %d images, one of %d being held back for testing, found %d",
              source,
              TEST_EVERY,
              TEST_EVERY,
              all.size()));
    }
    Split train = all.select(positions(all.size(), false));
    Split test = all.select(positions(all.size(), true));
    String division =
        String.format(
            Locale.ROOT,
            "every %dth image is held back for testing (%d of %d)",
            TEST_EVERY,
            test.size(),
            all.size());
    reading.add(division);
    return Dataset.of(name, train, test, "").read(reading);
  }

  private static int[] positions(int size, boolean test) {
    return IntStream.range(0, size)
        .filter(i -> (i % TEST_EVERY == TEST_EVERY - 1) == test)
        .toArray();
  }
}
