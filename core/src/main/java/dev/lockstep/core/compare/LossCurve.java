package dev.lockstep.core.compare;

import dev.lockstep.core.result.Curves.LossPoint;
import java.util.ArrayList;
import java.util.List;

/** Averages the losses of a run into as many points as a chart can show. */
final class LossCurve {

  private static final int POINTS = 400;

  private final long width;
  private final List<LossPoint> points = new ArrayList<>();
  private double reference;
  private double candidate;
  private int count;

  LossCurve(long steps) {
    this.width = (steps + POINTS - 1) / POINTS;
  }

  void add(long step, double referenceLoss, double candidateLoss, boolean last) {
    reference += referenceLoss;
    candidate += candidateLoss;
    count++;
    if (step % width == 0 || last) {
      points.add(new LossPoint(step, reference / count, candidate / count));
      reference = 0;
      candidate = 0;
      count = 0;
    }
  }

  List<LossPoint> points() {
    return points;
  }
}
