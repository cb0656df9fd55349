package dev.lockstep.experiments.faults;

import java.util.List;
import java.util.stream.Stream;

/** The faults that are seeded, written down before any diagnosis was. */
public final class Faults {

  private Faults() {}

  /** Returns all faults, those of the book's readers first, then in the order of a step. */
  public static List<Fault> all() {
    return Stream.of(
            BookFaults.list(), ForwardFaults.list(), GradientFaults.list(), UpdateFaults.list())
        .flatMap(List::stream)
        .toList();
  }
}
