package dev.lockstep.core.compare.judging;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts what was compared and what was judged. */
final class Tally {

  private final List<Coverage.Skipped> leftOut = new ArrayList<>();
  private long latest;
  private boolean counts;
  private long steps;
  private long compared;
  private long oneSided;
  private long elements;
  private final Map<Phase, Long> judged = new EnumMap<>(Phase.class);
  private final Set<TensorKey> judgedNow = new LinkedHashSet<>();

  /**
   * All that was counted so far.
   *
   * @param leftOut what had left the finite numbers on both sides
   */
  record Memory(
      List<Coverage.Skipped> leftOut,
      long latest,
      long steps,
      long compared,
      long oneSided,
      long elements,
      Map<Phase, Long> judged) {
    Memory {
      leftOut = List.copyOf(leftOut);
      judged = Map.copyOf(judged);
    }
  }

  /** Counts an observed step, unless it is the latest taken once more; its readings follow. */
  void start(long step) {
    counts = step != latest;
    latest = Math.max(latest, step);
    if (counts) {
      steps++;
    }
    judgedNow.clear();
  }

  /** Returns whether the step counts, and is not one that was taken once more. */
  boolean counts() {
    return counts;
  }

  long steps() {
    return steps;
  }

  void compared(Tensor tensor) {
    compared++;
    elements += tensor.size();
  }

  void oneSided() {
    oneSided++;
  }

  /** Counts a tensor that some reading of the step has judged, once. */
  void judged(TensorKey key) {
    if (counts && judgedNow.add(key)) {
      judged.merge(key.phase(), 1L, Long::sum);
    }
  }

  /** Counts tensors that are not compared any more. */
  void leftFinite(List<ExpectedTensor> tensors) {
    for (ExpectedTensor tensor : tensors) {
      leftOut.add(
          new Coverage.Skipped(
              tensor.key().phase(), tensor.key().path(), "both sides had left the finite numbers"));
    }
  }

  /**
   * @param selected how many tensors of a step are compared
   * @param skipped those that are not
   */
  Coverage coverage(int selected, List<Coverage.Skipped> skipped) {
    List<Coverage.Skipped> left = new ArrayList<>(skipped);
    left.addAll(leftOut);
    return new Coverage(
        steps * (selected + skipped.size()),
        compared,
        judged.values().stream().mapToLong(Long::longValue).sum(),
        steps * skipped.size() + leftOut.size(),
        oneSided,
        elements,
        steps,
        left,
        judged.isEmpty() ? Map.of() : new EnumMap<>(judged));
  }

  Memory memory() {
    return new Memory(leftOut, latest, steps, compared, oneSided, elements, judged);
  }

  void recall(Memory memory) {
    leftOut.clear();
    leftOut.addAll(memory.leftOut());
    latest = memory.latest();
    steps = memory.steps();
    compared = memory.compared();
    oneSided = memory.oneSided();
    elements = memory.elements();
    judged.clear();
    judged.putAll(memory.judged());
  }
}
