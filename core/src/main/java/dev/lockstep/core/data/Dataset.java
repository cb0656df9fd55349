package dev.lockstep.core.data;

import static java.util.stream.Collectors.joining;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Samples to train on and samples to test with.
 *
 * @param name such as {@code mnist} or {@code synthetic}
 * @param sha256 of what both splits hold, hexadecimal
 * @param notice what a reader of the report must know about where it came from; empty if nothing
 * @param reading how a user's own files were read, a statement each: columns, classes, scaling,
 *     what was left out
 */
public record Dataset(
    String name, Split train, Split test, String sha256, String notice, List<String> reading) {

  public Dataset {
    reading = List.copyOf(reading);
  }

  /** Returns a data set with its hash: training features, training targets, then the test ones. */
  public static Dataset of(String name, Split train, Split test, String notice) {
    MessageDigest digest = Sha256.digest();
    train.addTo(digest);
    test.addTo(digest);
    return new Dataset(name, train, test, Sha256.hex(digest), notice, List.of());
  }

  /** Returns the same samples with another notice. */
  public Dataset withNotice(String otherNotice) {
    return new Dataset(name, train, test, sha256, otherNotice, reading);
  }

  /** Returns the same data, read as is said. */
  public Dataset read(List<String> statements) {
    return new Dataset(name, train, test, sha256, notice, statements);
  }

  /**
   * Returns the same with its training samples in an order of chance, if they are sorted by class:
   * the first of them would stand for one class alone.
   */
  public Dataset unsorted() {
    if (!tellsClassesApart()) {
      return this;
    }
    for (int i = 1; i < train.size(); i++) {
      if (train.label(i) < train.label(i - 1)) {
        return this;
      }
    }
    List<String> statements = new ArrayList<>(reading);
    statements.add("the training samples are sorted by class, and taken in an order of chance");
    return withSplits(train.select(Split.shuffled(train.size(), 1)), test).read(statements);
  }

  /** Returns the same with a statement of the classes that test samples alone have. */
  public Dataset withUnseenClassesTold() {
    if (!tellsClassesApart()) {
      return this;
    }
    BitSet unseen = labels(test);
    unseen.andNot(labels(train));
    if (unseen.isEmpty()) {
      return this;
    }
    List<String> statements = new ArrayList<>(reading);
    statements.add(
        "no training sample is of the class %s, and %s of the test samples are: they cannot be learned"
            .formatted(
                unseen.stream().mapToObj(train.task().names()::get).collect(joining(", ")),
                IntStream.range(0, test.size()).filter(i -> unseen.get(test.label(i))).count()));
    return read(statements);
  }

  private boolean tellsClassesApart() {
    return train.task().kind() == Task.Kind.CLASS && train.answer().rank() == 1;
  }

  private static BitSet labels(Split split) {
    return IntStream.range(0, split.size())
        .map(split::label)
        .collect(BitSet::new, BitSet::set, BitSet::or);
  }

  /** Returns other splits of the same data under its name. */
  public Dataset withSplits(Split otherTrain, Split otherTest) {
    return new Dataset(name, otherTrain, otherTest, sha256, notice, reading);
  }
}
