package dev.lockstep.experiments.faults.seeded;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.wording.Nearest;
import java.util.List;
import java.util.stream.Stream;

/** The faults that are seeded, written down before any diagnosis was. */
public final class Faults {

  private Faults() {}

  /**
   * Returns all faults, those of the book's readers first, then in the order of a step, those of
   * public reports last.
   */
  public static List<Fault> all() {
    return Stream.of(
            BookFaults.list(),
            ForwardFaults.list(),
            GradientFaults.list(),
            UpdateFaults.list(),
            LayerFaults.list(),
            OptimizerFaults.list(),
            ReportedFaults.list())
        .flatMap(List::stream)
        .toList();
  }

  /**
   * @throws UsageException if there is no fault of that id, naming those there are
   */
  public static Fault find(String id) {
    return all().stream()
        .filter(fault -> fault.id().equals(id))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "fault:%s: found no such fault, nearest: %s; 'lockstep list faults' names all"
                        .formatted(
                            id, Nearest.listed(id, all().stream().map(Fault::id).toList()))));
  }
}
