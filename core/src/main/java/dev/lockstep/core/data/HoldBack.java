package dev.lockstep.core.data;

import dev.lockstep.core.InputException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which rows of data that came in one piece are for training and which for testing. Both are in an
 * order that the seed decides: the first of them stand for all.
 */
public final class HoldBack {

  private final int[] train;
  private final int[] test;
  private final String statement;

  /**
   * @param train positions to train on
   * @param test positions to test with
   * @param statement how they were chosen
   */
  public HoldBack(int[] train, int[] test, String statement) {
    this.train = train.clone();
    this.test = test.clone();
    this.statement = statement;
  }

  /** Returns the positions to train on. */
  public int[] train() {
    return train.clone();
  }

  /** Returns the positions to test with. */
  public int[] test() {
    return test.clone();
  }

  /** Returns how they were chosen. */
  public String statement() {
    return statement;
  }

  /**
   * @param source for messages
   * @param labels the class of every row; empty where none is asked for
   * @param size the number of rows
   * @throws InputException if a part would be empty
   */
  public static HoldBack of(DataSpec.Division division, int[] labels, int size, String source) {
    boolean stratified = division.stratified() && labels.length > 0;
    int[] order = Split.shuffled(size, division.seed());
    Map<Integer, Integer> left = new TreeMap<>();
    if (stratified) {
      Arrays.stream(labels).forEach(label -> left.merge(label, 1, Integer::sum));
      left.replaceAll((label, count) -> share(division.test(), count));
    } else {
      left.put(0, share(division.test(), size));
    }
    int[] test = new int[size];
    int[] train = new int[size];
    int tested = 0;
    int trained = 0;
    for (int row : order) {
      int group = stratified ? labels[row] : 0;
      int open = left.getOrDefault(group, 0);
      if (open > 0) {
        left.put(group, open - 1);
        test[tested++] = row;
      } else {
        train[trained++] = row;
      }
    }
    if (tested == 0 || trained == 0) {
      throw new InputException(
          String.format(
              Locale.ROOT,
              "%s: expected enough rows to hold %s of them back for testing, found %d",
              source,
              division.test(),
              size));
    }
    return new HoldBack(
        Arrays.copyOf(train, trained),
        Arrays.copyOf(test, tested),
        String.format(
            Locale.ROOT,
            "%d of %d rows are held back for testing, %s (seed %d)",
            tested,
            size,
            stratified ? "the same share of every class" : "chosen at random",
            division.seed()));
  }

  /** At least one of several, never all of them. */
  private static int share(double test, int count) {
    return count < 2 ? 0 : (int) Math.min(count - 1, Math.max(1, Math.round(test * count)));
  }
}
