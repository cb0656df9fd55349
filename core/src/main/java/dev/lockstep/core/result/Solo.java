package dev.lockstep.core.result;

import java.util.List;

/**
 * How the reference went on alone after the last step that both sides took. Nothing of it was
 * compared with anything.
 *
 * @param side the reference's name
 * @param from the first step that it took alone
 * @param to the last one
 * @param trainLoss of the last step's batch
 * @param accuracy after the steps at which it was taken, the last one always
 */
public record Solo(String side, long from, long to, double trainLoss, List<Point> accuracy) {

  /** Accuracies after a step, as shares. */
  public record Point(long step, double train, double test) {}

  /** Returns the accuracies after the last step. */
  public Point last() {
    return accuracy.get(accuracy.size() - 1);
  }
}
