package dev.lockstep.core.result;

import dev.lockstep.core.model.Phase;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What was compared and what was not: a result in which nothing was compared is not an agreement.
 *
 * @param expected tensors that the network has, times the observed steps
 * @param compared of those, seen on both sides and held against each other
 * @param judged of those, part of the verdict by one reading at least
 * @param skipped of those, left out on purpose
 * @param oneSided of those, missing on one side at least
 * @param elements numbers compared
 * @param steps that were observed
 * @param skippedTensors those of a step that were left out
 * @param judgedByPhase {@code judged}, by phase
 */
public record Coverage(
    long expected,
    long compared,
    long judged,
    long skipped,
    long oneSided,
    long elements,
    long steps,
    List<Skipped> skippedTensors,
    Map<Phase, Long> judgedByPhase) {

  /** Nothing was compared. */
  public static final Coverage NONE = new Coverage(0, 0, 0, 0, 0, 0, 0, List.of(), Map.of());

  /** A tensor that was left out on purpose. */
  public record Skipped(Phase phase, String tensor, String reason) {}

  /** Returns whether everything that was expected, and not left out on purpose, was judged. */
  public boolean complete() {
    return judged == expected - skipped;
  }

  /** Returns how many tensors of a step were left out, by reason. */
  public Map<String, Long> skippedBecause() {
    return skippedTensors.stream()
        .collect(Collectors.groupingBy(Skipped::reason, TreeMap::new, Collectors.counting()));
  }
}
