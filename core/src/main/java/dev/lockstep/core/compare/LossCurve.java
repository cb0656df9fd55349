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
  private long last;

  /** What is known of a curve that is still being drawn. */
  record Memory(List<LossPoint> points, double reference, double candidate, int count, long last) {
    Memory {
      points = List.copyOf(points);
    }
  }

  LossCurve(long steps) {
    this.width = (steps + POINTS - 1) / POINTS;
  }

  void add(long step, double referenceLoss, double candidateLoss) {
    reference += referenceLoss;
    candidate += candidateLoss;
    count++;
    last = step;
    if (step % width == 0) {
      points.add(mean());
      reference = 0;
      candidate = 0;
      count = 0;
    }
  }

  private LossPoint mean() {
    return new LossPoint(last, reference / count, candidate / count);
  }

  /** Returns the curve up to now; a run may end before its time. */
  List<LossPoint> points() {
    List<LossPoint> all = new ArrayList<>(points);
    if (count > 0) {
      all.add(mean());
    }
    return all;
  }

  Memory memory() {
    return new Memory(points, reference, candidate, count, last);
  }

  void recall(Memory memory) {
    points.clear();
    points.addAll(memory.points());
    reference = memory.reference();
    candidate = memory.candidate();
    count = memory.count();
    last = memory.last();
  }
}
