package dev.lockstep.core.result;

import java.util.List;

/** What training looked like on both sides. */
public record Curves(List<LossPoint> loss, List<AccuracyPoint> accuracy) {

  /**
   * The mean loss over the steps since the point before.
   *
   * @param step the last of them
   */
  public record LossPoint(long step, double reference, double candidate) {}

  /**
   * Accuracies after a step, as shares.
   *
   * @param classifiedDifferently test images for which the two sides name different classes
   */
  public record AccuracyPoint(
      long step,
      double referenceTrain,
      double candidateTrain,
      double referenceTest,
      double candidateTest,
      int classifiedDifferently) {}
}
