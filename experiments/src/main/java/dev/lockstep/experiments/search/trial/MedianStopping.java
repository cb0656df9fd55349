package dev.lockstep.experiments.search.trial;

import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.result.Curves.AccuracyPoint;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Gives a training up whose best validation accuracy so far lies, on both sides, below the median
 * of what earlier trials had reached at the same share of their training (the median rule of
 * Golovin et al., Google Vizier, KDD 2017). Earlier means in blocks that have finished: which
 * trials are stopped does not depend on how fast any of them is.
 */
final class MedianStopping implements LockstepListener {

  /** No trial is stopped before a quarter of its training. */
  private static final double GRACE = 0.25;

  private final List<Trial.Run> earlier;
  private double referenceBest;
  private double candidateBest;
  private boolean stops;

  /**
   * @param earlier completed trials of the blocks before
   */
  MedianStopping(List<Trial> earlier) {
    this.earlier = earlier.stream().map(trial -> trial.runs().get(0)).toList();
  }

  @Override
  public void evaluated(AccuracyPoint point, long steps) {
    referenceBest = Math.max(referenceBest, point.referenceTest());
    candidateBest = Math.max(candidateBest, point.candidateTest());
    double share = (double) point.step() / steps;
    stops =
        !earlier.isEmpty()
            && share >= GRACE
            && share < 1
            && referenceBest < median(share, AccuracyPoint::referenceTest)
            && candidateBest < median(share, AccuracyPoint::candidateTest);
  }

  private double median(double share, ToDoubleFunction<AccuracyPoint> accuracy) {
    double[] best =
        earlier.stream().mapToDouble(run -> best(run, share, accuracy)).sorted().toArray();
    int middle = best.length / 2;
    return best.length % 2 == 1 ? best[middle] : (best[middle - 1] + best[middle]) / 2;
  }

  private static double best(
      Trial.Run run, double share, ToDoubleFunction<AccuracyPoint> accuracy) {
    return run.accuracy().stream()
        .filter(point -> point.step() <= share * run.planned())
        .mapToDouble(accuracy)
        .max()
        .orElse(0);
  }

  @Override
  public boolean stops() {
    return stops;
  }
}
