package dev.lockstep.core.compare;

import dev.lockstep.core.compare.judging.Classification;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Verdict;
import java.util.List;
import java.util.Map;

/**
 * Trains two models of one network apart, each on draws of its own: initial values, order, masks.
 * No number of one has a counterpart in the other, so nothing is compared; what both reach, over
 * several seeds, is for statistics to judge.
 */
public final class OwnDraws {

  private final NetworkSpec network;
  private final TrainingPlan referencePlan;
  private final TrainingPlan candidatePlan;
  private final Split trainPart;
  private final Split test;
  private final LockstepListener listener;
  private final TrainingLog log;

  /**
   * @param referencePlan all that the reference draws
   * @param candidatePlan the order of the candidate, of as many steps; its initial values it draws
   *     itself
   */
  public OwnDraws(
      NetworkSpec network,
      TrainingPlan referencePlan,
      TrainingPlan candidatePlan,
      Split train,
      Split test,
      LockstepListener listener) {
    this.network = network;
    this.referencePlan = referencePlan;
    this.candidatePlan = candidatePlan;
    this.trainPart = train.part(test.size());
    this.test = test;
    this.listener = listener;
    this.log = new TrainingLog(referencePlan.steps());
  }

  /** Trains both to the end, or to where one leaves the finite numbers. */
  public Outcome run(ModelProvider referenceProvider, ModelProvider candidateProvider) {
    try (Model reference = referenceProvider.create(network);
        Model candidate = candidateProvider.create(network)) {
      reference.restore(referencePlan.initialState());
      long steps = referencePlan.steps();
      long step = 0;
      boolean goesOn = true;
      while (goesOn && step < steps) {
        step++;
        step(reference, candidate, step);
        goesOn = step < steps && log.losses().areFinite() && !listener.stops();
        if (!goesOn || Lockstep.evaluatesAfter(step, referencePlan)) {
          evaluate(reference, candidate, step);
        }
      }
      return outcome(
          referenceProvider.name(), candidateProvider.name(), reference, candidate, step);
    }
  }

  private void step(Model reference, Model candidate, long step) {
    log.stepReference(
        reference, referencePlan.batch(step), referencePlan.masks(step), Observer.NONE);
    log.stepCandidate(
        candidate, candidatePlan.batch(step), candidatePlan.masks(step), Observer.NONE);
    log.drawLosses(step);
    TrainingLog.Losses losses = log.losses();
    listener.stepTaken(step, referencePlan.steps(), losses.reference(), losses.candidate());
  }

  private void evaluate(Model reference, Model candidate, long step) {
    Classification referenceTest = Classification.of(reference, test, network.input());
    Classification candidateTest = Classification.of(candidate, test, network.input());
    Curves.AccuracyPoint point =
        new Curves.AccuracyPoint(
            step,
            Classification.of(reference, trainPart, network.input()).accuracy(),
            Classification.of(candidate, trainPart, network.input()).accuracy(),
            referenceTest.accuracy(),
            candidateTest.accuracy(),
            referenceTest.differentFrom(candidateTest));
    log.add(point);
    listener.evaluated(point, referencePlan.steps());
  }

  private Outcome outcome(
      String referenceName, String candidateName, Model reference, Model candidate, long step) {
    return new Outcome(
        Verdict.NOTHING_COMPARED,
        "",
        null,
        null,
        step,
        log.implementations(referenceName, candidateName),
        Coverage.NONE,
        null,
        Map.of(),
        log.curves(),
        List.of(),
        List.of(),
        reference.state(),
        candidate.state(),
        log.speeds(referenceName, candidateName));
  }
}
