package dev.lockstep.core.compare;

import dev.lockstep.core.compare.judging.Comparison;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.result.Curves.AccuracyPoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a run remembers between two steps: from it the run goes on, in another process too, to
 * the very result to which it would have come undisturbed.
 *
 * @param now where every side stands
 * @param agreed where all sides stood when they last agreed; null where nothing is observed on the
 *     way, and where a difference was found, after which no step is taken again
 * @param before the candidate's state before the step, from which that is taken once more: a cause
 *     of the next step's difference may lie in it; null if it was not observed
 */
public record Snapshot(
    Standing now, @Nullable Standing agreed, @Nullable ModelState before, Progress progress) {

  /**
   * Where the sides stand after a step.
   *
   * @param perturbed null where a tolerance is declared in place of what it measures
   */
  public record Standing(
      long step, ModelState reference, ModelState candidate, @Nullable ModelState perturbed) {}

  /** What a run has gathered: everything but tensors. Its last two are for this package alone. */
  @SuppressWarnings("exports")
  public record Progress(
      double referenceLoss,
      double candidateLoss,
      long referenceNanos,
      long candidateNanos,
      long samples,
      List<AccuracyPoint> accuracies,
      LossCurve.Memory losses,
      Comparison.Memory comparison) {
    public Progress {
      accuracies = List.copyOf(accuracies);
      if (losses == null || comparison == null) {
        throw new IllegalArgumentException("expected losses and what was compared, found none");
      }
    }
  }

  /**
   * Checks that a run can go on from here.
   *
   * @param steps of the whole run
   * @throws IllegalArgumentException naming what does not fit
   */
  public void requireFit(NetworkSpec network, long steps, LockstepOptions options) {
    if (now.step() < 1 || now.step() > steps) {
      throw new IllegalArgumentException(
          "expected a step from 1 to %d, found %d".formatted(steps, now.step()));
    }
    boolean observes = options.cadence().every() != 0;
    boolean found = progress.comparison().first() != null;
    if (agreed == null ? observes && !found : !observes) {
      throw new IllegalArgumentException(
          "expected %s where the sides last agreed".formatted(observes ? "a state" : "no state"));
    }
    if (agreed != null && (agreed.step() < 0 || agreed.step() > now.step())) {
      throw new IllegalArgumentException(
          "expected the last agreement at a step from 0 to %d, found %d"
              .formatted(now.step(), agreed.step()));
    }
    boolean measures = options.tolerance() == null;
    requireFit(now, network, measures);
    if (agreed != null) {
      requireFit(agreed, network, measures);
    }
    if (before != null) {
      before.requireAtLeast(network.state());
    }
  }

  /** The candidate may keep more than the network asks for, in a form of its own. */
  private static void requireFit(Standing standing, NetworkSpec network, boolean measures) {
    standing.reference().requireShapes(network.state());
    standing.candidate().requireAtLeast(network.state());
    ModelState perturbed = standing.perturbed();
    if (measures != (perturbed != null)) {
      throw new IllegalArgumentException(
          "expected %s of the perturbed reference".formatted(measures ? "a state" : "no state"));
    }
    if (perturbed != null) {
      perturbed.requireShapes(network.state());
    }
  }
}
