package dev.lockstep.core.compare;

import dev.lockstep.core.compare.judging.Comparison;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Curves.AccuracyPoint;
import dev.lockstep.core.result.RunResult.Implementation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What two sides that train together have come to so far: losses, accuracies, and the time that the
 * steps took. The reference may step on another thread, whose step is waited for before anything
 * else is asked.
 */
final class TrainingLog {

  private final LossCurve curve;
  private final List<AccuracyPoint> accuracies = new ArrayList<>();
  private double referenceLoss;
  private double candidateLoss;
  private long referenceNanos;
  private long candidateNanos;
  private long samples;

  /** The losses of both sides in one step. */
  record Losses(double reference, double candidate) {

    boolean areFinite() {
      return Double.isFinite(reference) && Double.isFinite(candidate);
    }

    boolean areNeitherFinite() {
      return !Double.isFinite(reference) && !Double.isFinite(candidate);
    }
  }

  /**
   * @param steps of the whole training
   */
  TrainingLog(long steps) {
    this.curve = new LossCurve(steps);
  }

  void stepReference(Model model, Batch batch, Masks masks, Observer observer) {
    long start = System.nanoTime();
    referenceLoss = model.step(batch, masks, observer);
    referenceNanos += System.nanoTime() - start;
    samples += batch.size();
  }

  /** Returns the loss that the step returned. */
  double stepCandidate(Model model, Batch batch, Masks masks, Observer observer) {
    long start = System.nanoTime();
    candidateLoss = model.step(batch, masks, observer);
    candidateNanos += System.nanoTime() - start;
    return candidateLoss;
  }

  /** Takes the loss of a step that a candidate took elsewhere. */
  void noteCandidate(double loss) {
    candidateLoss = loss;
  }

  /** The candidate takes no further step. */
  void endCandidate() {
    candidateLoss = Double.NaN;
  }

  /** Returns the losses of the latest step. */
  Losses losses() {
    return new Losses(referenceLoss, candidateLoss);
  }

  /** Takes back what steps that were taken once more have left as the latest losses. */
  void restore(Losses losses) {
    referenceLoss = losses.reference();
    candidateLoss = losses.candidate();
  }

  /** Adds the latest losses to the curve. */
  void drawLosses(long step) {
    curve.add(step, referenceLoss, candidateLoss);
  }

  void add(AccuracyPoint point) {
    accuracies.add(point);
  }

  /** Returns whether accuracies were taken after a step, and none later. */
  boolean endsWithAccuraciesOf(long step) {
    return !accuracies.isEmpty() && accuracies.get(accuracies.size() - 1).step() == step;
  }

  Curves curves() {
    return new Curves(curve.points(), accuracies);
  }

  /** Returns what each side came to, by the latest losses and accuracies. */
  List<Implementation> implementations(String referenceName, String candidateName) {
    AccuracyPoint last = accuracies.get(accuracies.size() - 1);
    return List.of(
        new Implementation(
            referenceName, "reference", referenceLoss, last.referenceTrain(), last.referenceTest()),
        new Implementation(
            candidateName,
            "candidate",
            candidateLoss,
            last.candidateTrain(),
            last.candidateTest()));
  }

  /** Returns the samples per second of each side, by its name. */
  Map<String, Double> speeds(String referenceName, String candidateName) {
    Map<String, Double> speeds = new LinkedHashMap<>();
    speeds.put(referenceName, samples * 1e9 / referenceNanos);
    speeds.put(candidateName, samples * 1e9 / candidateNanos);
    return speeds;
  }

  /** Returns what another run would need to go on with this log. */
  Snapshot.Progress progress(Comparison.Memory comparison) {
    return new Snapshot.Progress(
        referenceLoss,
        candidateLoss,
        referenceNanos,
        candidateNanos,
        samples,
        accuracies,
        curve.memory(),
        comparison);
  }

  void recall(Snapshot.Progress progress) {
    referenceLoss = progress.referenceLoss();
    candidateLoss = progress.candidateLoss();
    referenceNanos = progress.referenceNanos();
    candidateNanos = progress.candidateNanos();
    samples = progress.samples();
    accuracies.addAll(progress.accuracies());
    curve.recall(progress.losses());
  }
}
