package dev.lockstep.report.scalars;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.result.Curves.AccuracyPoint;
import dev.lockstep.core.result.Curves.LossPoint;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.TensorReading;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/**
 * What a run drew of one side, or of both held against each other.
 *
 * @param name without spaces and slashes
 * @param curves values by step, by what they are
 */
record Scalars(String name, Map<String, TreeMap<Long, Double>> curves) {

  static Scalars reference(RunResult result) {
    return side(
        result,
        "reference",
        LossPoint::reference,
        AccuracyPoint::referenceTrain,
        AccuracyPoint::referenceTest);
  }

  static Scalars candidate(RunResult result) {
    return side(
        result,
        "candidate",
        LossPoint::candidate,
        AccuracyPoint::candidateTrain,
        AccuracyPoint::candidateTest);
  }

  /** Returns the largest error ÷ noise floor of each phase and step, of the readings that judge. */
  static Scalars differences(RunResult result) {
    Map<String, TreeMap<Long, Double>> curves = new LinkedHashMap<>();
    for (Phase phase : Phase.values()) {
      TreeMap<Long, Double> largest = new TreeMap<>();
      for (TensorReading reading : result.readings()) {
        if (reading.judged() && reading.phase() == phase) {
          largest.merge(reading.step(), reading.errorOverFloor(), Math::max);
        }
      }
      if (!largest.isEmpty()) {
        curves.put("error_over_floor/" + phase.id(), largest);
      }
    }
    return new Scalars("differences", curves);
  }

  private static Scalars side(
      RunResult result,
      String role,
      ToDoubleFunction<LossPoint> loss,
      ToDoubleFunction<AccuracyPoint> train,
      ToDoubleFunction<AccuracyPoint> test) {
    String score = result.dataset().task().equals("regression") ? "r2" : "accuracy";
    Map<String, TreeMap<Long, Double>> curves = new LinkedHashMap<>();
    for (LossPoint point : result.curves().loss()) {
      put(curves, "loss", point.step(), loss.applyAsDouble(point));
    }
    for (AccuracyPoint point : result.curves().accuracy()) {
      put(curves, "train_" + score, point.step(), train.applyAsDouble(point));
      put(curves, "test_" + score, point.step(), test.applyAsDouble(point));
    }
    String name = result.side(role).name().replaceAll("[^A-Za-z0-9._-]", "_");
    return new Scalars(role + "-" + name, curves);
  }

  private static void put(
      Map<String, TreeMap<Long, Double>> curves, String name, long step, double value) {
    curves.computeIfAbsent(name, n -> new TreeMap<>()).put(step, value);
  }
}
