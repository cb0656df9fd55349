package dev.lockstep.core.data;

import java.util.List;
import java.util.stream.IntStream;

/**
 * What the outputs of a network are held against.
 *
 * @param kind of every output
 * @param names of the classes, or of the columns that the outputs stand for
 */
public record Task(Kind kind, List<String> names) {

  /** What an output means. */
  public enum Kind {
    /** One class out of several: an output for each. */
    CLASS,
    /** A number. */
    REGRESSION,
    /** Yes or no, whatever the other outputs say: 1 or 0. */
    BINARY
  }

  public Task {
    names = List.copyOf(names);
    if (names.isEmpty()) {
      throw new IllegalArgumentException("expected a name for every output, found none");
    }
  }

  /** Returns the task of telling classes apart that are called 0, 1, 2, … */
  public static Task classes(int count) {
    return new Task(Kind.CLASS, IntStream.range(0, count).mapToObj(Integer::toString).toList());
  }

  /** Returns the number of outputs. */
  public int outputs() {
    return names.size();
  }

  /** Returns what the outputs are, in words: {@code 3 classes}. */
  @Override
  public String toString() {
    return switch (kind) {
      case CLASS -> outputs() + " classes";
      case REGRESSION -> outputs() == 1 ? "1 number" : outputs() + " numbers";
      case BINARY -> outputs() == 1 ? "1 yes or no" : outputs() + " times yes or no";
    };
  }
}
