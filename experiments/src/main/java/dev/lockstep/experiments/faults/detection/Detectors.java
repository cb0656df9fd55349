package dev.lockstep.experiments.faults.detection;

import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.rounding.Tolerance;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;

/** Asks every {@link Detector} whether it would have noticed what happened in a run. */
final class Detectors {

  private static final long FIRST_STEPS = 3;
  private static final int LOSSES_AVERAGED = 10;

  /** About the width of the line of a printed loss curve. */
  private static final double LOSS_LIMIT = .01;

  private Detectors() {}

  /**
   * @param accuracyLimit the largest difference in accuracy that seeds explain
   * @return the step after which each notices it; those that do not are missing
   */
  static Map<Detector, Long> notice(Outcome outcome, double accuracyLimit) {
    Map<Detector, Long> noticed = new EnumMap<>(Detector.class);
    tooFar(outcome, 1, phase -> phase == Phase.FORWARD || phase == Phase.LOSS)
        .ifPresent(step -> noticed.put(Detector.FIRST_FORWARD, step));
    tooFar(outcome, 1, phase -> phase == Phase.BACKWARD)
        .ifPresent(step -> noticed.put(Detector.FIRST_GRADIENTS, step));
    tooFar(outcome, FIRST_STEPS, phase -> phase == Phase.UPDATE)
        .ifPresent(step -> noticed.put(Detector.FIRST_PARAMETERS, step));
    lossesPart(outcome.curves().loss()).ifPresent(step -> noticed.put(Detector.LOSS_CURVE, step));
    if (Math.abs(accuracyLost(outcome)) > accuracyLimit) {
      noticed.put(Detector.FINAL_ACCURACY, outcome.stepsTaken());
    }
    return noticed;
  }

  private static OptionalLong tooFar(Outcome outcome, long lastStep, Predicate<Phase> phases) {
    return outcome.readings().stream()
        .filter(reading -> reading.reading() == Reading.FREE_RUNNING)
        .filter(reading -> reading.step() <= lastStep && phases.test(reading.phase()))
        .filter(Detectors::tooFar)
        .mapToLong(TensorReading::step)
        .min();
  }

  private static boolean tooFar(TensorReading reading) {
    // Written so that a difference which is not a number is too large.
    return !(reading.maxAbs() <= Tolerance.MAX_ERROR_OVER_FLOOR * reading.floor());
  }

  /** Returns the last step of the first group of steps whose mean losses differ too much. */
  static OptionalLong lossesPart(List<Curves.LossPoint> losses) {
    for (int from = 0; from < losses.size(); from += LOSSES_AVERAGED) {
      List<Curves.LossPoint> group =
          losses.subList(from, Math.min(from + LOSSES_AVERAGED, losses.size()));
      double reference = group.stream().mapToDouble(Curves.LossPoint::reference).sum();
      double candidate = group.stream().mapToDouble(Curves.LossPoint::candidate).sum();
      // Written so that a loss which is not a number counts as another loss.
      if (!(Math.abs(candidate - reference) <= LOSS_LIMIT * reference)) {
        return OptionalLong.of(group.get(group.size() - 1).step());
      }
    }
    return OptionalLong.empty();
  }

  /** Returns the last test accuracy of the reference minus that of the candidate. */
  static double accuracyLost(Outcome outcome) {
    List<Curves.AccuracyPoint> accuracy = outcome.curves().accuracy();
    Curves.AccuracyPoint last = accuracy.get(accuracy.size() - 1);
    return last.referenceTest() - last.candidateTest();
  }
}
