package dev.lockstep.core.compare.judging;

import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.TensorReading;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The readings of a run, thinned out: memory does not grow with its length. */
final class KeptReadings {

  /** Enough for a chart; beyond it every second one is forgotten, and every second one to come. */
  private static final int KEPT_STEPS = 400;

  private final Map<Long, ObservedStep> steps = new TreeMap<>();
  private long stride = 1;

  /**
   * What is kept of an observed step.
   *
   * @param number counts observed steps
   */
  record ObservedStep(long number, List<TensorReading> readings) {}

  /**
   * All that is kept so far.
   *
   * @param steps the observed ones, by step
   */
  record Memory(Map<Long, ObservedStep> steps, long stride) {
    Memory {
      Map<Long, ObservedStep> kept = new TreeMap<>();
      steps.forEach(
          (step, observed) ->
              kept.put(
                  step, new ObservedStep(observed.number(), List.copyOf(observed.readings()))));
      steps = kept;
      if (stride < 1) {
        throw new IllegalArgumentException("stride: expected at least 1, found " + stride);
      }
    }
  }

  /**
   * Keeps the latest step and every one whose number is a multiple of the stride.
   *
   * @param number of the observed step
   */
  void add(long step, long number, List<TensorReading> readings) {
    steps
        .computeIfAbsent(step, s -> new ObservedStep(number, new ArrayList<>()))
        .readings()
        .addAll(readings);
    steps.values().removeIf(old -> old.number() % stride != 0 && old.number() != number);
    if (steps.size() > KEPT_STEPS) {
      stride *= 2;
    }
  }

  List<TensorReading> all() {
    return steps.values().stream().flatMap(kept -> kept.readings().stream()).toList();
  }

  /**
   * What explains a difference is known of the steps that were looked at: later ones may be right.
   */
  Finding withLaterSteps(Finding finding) {
    FirstDivergence found = finding.divergence();
    if (found == null || found.diagnosis() == null || found.reading() != Reading.SINGLE_LAYER) {
      return finding;
    }
    long rightFrom = 0;
    long firstRight = 0;
    long wrongAgain = 0;
    for (TensorReading read : all()) {
      boolean same =
          read.step() > found.step()
              && read.reading() == Reading.SINGLE_LAYER
              && read.phase() == found.phase()
              && read.tensor().equals(found.tensor());
      if (same && read.judged()) {
        rightFrom = read.failed() ? 0 : rightFrom == 0 ? read.step() : rightFrom;
        firstRight = firstRight == 0 ? rightFrom : firstRight;
        wrongAgain = wrongAgain == 0 && firstRight > 0 && read.failed() ? read.step() : wrongAgain;
      }
    }
    String alone = "in step %d alone".formatted(found.step());
    if (wrongAgain > 0 && found.diagnosis().contains(alone)) {
      return finding.explained(
          "%s; in step %d it is computed rightly, in step %d wrongly again"
              .formatted(
                  found.diagnosis().replace(alone, "in step " + found.step()),
                  firstRight,
                  wrongAgain));
    }
    return rightFrom == 0
        ? finding
        : finding.explained(
            "%s; in step %d, and in what was observed after it, it is computed rightly"
                .formatted(found.diagnosis(), rightFrom));
  }

  Memory memory() {
    return new Memory(steps, stride);
  }

  void recall(Memory memory) {
    steps.clear();
    memory
        .steps()
        .forEach(
            (step, kept) ->
                steps.put(step, new ObservedStep(kept.number(), new ArrayList<>(kept.readings()))));
    stride = memory.stride();
  }
}
