package dev.lockstep.core.compare;

import dev.lockstep.core.compare.ReferenceThread.Work;
import dev.lockstep.core.compare.Snapshot.Standing;
import dev.lockstep.core.compare.judging.Classification;
import dev.lockstep.core.compare.judging.Comparison;
import dev.lockstep.core.compare.judging.Finding;
import dev.lockstep.core.compare.judging.Predictions;
import dev.lockstep.core.compare.judging.StepOutcome;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.DeclaredTolerance;
import dev.lockstep.core.rounding.Floors;
import dev.lockstep.core.rounding.Spreads;
import dev.lockstep.core.tensor.Tensor;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One run of {@link Lockstep}, from its first step to its outcome. */
final class LockstepRun {

  /** The round trip of the state is tried in one of the first steps, where state has come up. */
  private static final int ROUND_TRIP_STEPS = 8;

  private static final String NOT_TWICE =
      "the same steps, taken again with every tensor shown, lead to another state: the candidate"
          + " computes otherwise in steps that are not observed, or not twice the same";

  /**
   * The share of the largest loss by which one that nobody observed must be another to be noticed:
   * far more than rounding makes of it before the horizon.
   */
  private static final double OTHER_LOSS = 1e-3;

  private final NetworkSpec network;
  private final TrainingPlan plan;
  private final LockstepOptions options;
  private final LockstepListener listener;
  private final Comparison comparison;
  private final long steps;
  private final Split trainPart;
  private final Split test;
  private final Lockstep.Sides sides;
  private final References references;
  private final Model candidate;
  private final ReferenceThread other;
  private final TrainingLog log;
  private final StepReadings readings;
  private final StateCheck stateCheck;
  private final Set<String> paths;
  private final long roundTripStep;
  private boolean roundTripTried;
  private @Nullable ModelState afterFirstStep;
  private double largestLoss;
  private boolean lossDoubted;
  private final Causes causes;

  /** The last step after which all sides agreed; -1 where nothing is observed. */
  private long agreedStep = -1;

  /** Where they stood then: noted before a step that is not observed, which may be taken again. */
  private @Nullable Standing agreement;

  /** Where the segment under way started, null if there is none. */
  private @Nullable ModelState segmentStart;

  private boolean segmentEnds;
  private long segmentSteps;

  /** Of the next step: gathered while the candidate, the slower side as a rule, is at work. */
  private @Nullable Batch upcoming;

  private long step;
  private boolean divergedAlike;

  LockstepRun(
      Lockstep lockstep,
      Lockstep.Sides sides,
      References references,
      Model candidate,
      ReferenceThread other) {
    this.network = lockstep.network;
    this.plan = lockstep.plan;
    this.options = lockstep.options;
    this.listener = lockstep.listener;
    this.comparison = lockstep.comparison;
    this.steps = lockstep.steps;
    this.trainPart = lockstep.trainPart;
    this.test = lockstep.test;
    this.sides = sides;
    this.references = references;
    this.candidate = candidate;
    this.other = other;
    this.log = new TrainingLog(steps);
    this.paths = network.state().keySet();
    this.stateCheck = new StateCheck(paths, options.floatCandidate());
    this.readings =
        new StepReadings(
            network, options, comparison, lockstep.rounding, references, other, log, stateCheck);
    this.causes =
        new Causes(
            network,
            sides,
            options,
            comparison,
            readings,
            new CandidateSteps.Taken(network, plan, candidate, sides.candidate()));
    this.roundTripStep =
        2L + plan.streams().stream("state round trip", 0).nextInt(ROUND_TRIP_STEPS);
  }

  Outcome toTheEnd(@Nullable Snapshot from) {
    if (from != null) {
      goOn(from);
    }
    try {
      train();
    } catch (CandidateException e) {
      endWith(e);
    }
    return outcome();
  }

  private boolean observes() {
    return references.local() != null;
  }

  private void train() {
    if (step == 0) {
      requireFirstState();
      if (observes()) {
        agreedStep = 0;
      }
    }
    boolean goesOn = true;
    while (goesOn && step < steps) {
      step++;
      if (observes() && (segmentEnds || options.cadence().observes(step, steps))) {
        observedStep();
      } else {
        if (agreedStep == step - 1 && comparison.first() == null) {
          agreement = stand(agreedStep);
        }
        plainStep();
        lookAtReturnedLoss();
      }
      if (step == 1 && observes()) {
        afterFirstStep = candidate.state();
      }
      goesOn = afterStep();
    }
    if (!observes() && comparison.first() == null) {
      compareLastState();
      compareLastLoss();
    }
    if (!log.endsWithAccuraciesOf(step)) {
      evaluate();
    }
    if (options.tolerance() != null && comparison.first() == null) {
      requireMovement(options.tolerance());
    }
  }

  private void requireFirstState() {
    Finding finding = stateCheck.restored(0, plan.initialState(), candidate.state());
    if (finding != null) {
      comparison.report(finding);
    }
  }

  /** The candidate takes no further step, which is no agreement. */
  private void endWith(CandidateException e) {
    comparison.report(
        Finding.told(step, Failure.Kind.CANDIDATE_FAILED, String.valueOf(e.getMessage())));
    log.endCandidate();
    // Runs after the reference's own step, which may still be under way.
    Work<Double> accuracy =
        other.call(() -> Classification.of(references.free(), test, network.input()).accuracy());
    log.add(
        new Curves.AccuracyPoint(
            step, Double.NaN, Double.NaN, accuracy.result(), Double.NaN, test.size()));
  }

  /** Takes a step that nobody observes, the reference's further models included. */
  private void plainStep() {
    Batch batch = batch();
    Masks masks = plan.masks(step);
    readings.forgetState();
    Work<?> done =
        other.run(
            () -> {
              log.stepReference(references.free(), batch, masks, Observer.NONE);
              readings.plainPerturbedStep(batch, masks);
              if (segmentStart != null) {
                segmentEnds = readings.segmentStep(batch, masks);
                segmentSteps++;
              }
              upcoming = step < steps ? plan.batch(step + 1) : null;
            });
    log.stepCandidate(candidate, batch, masks, Observer.NONE);
    done.result();
  }

  private Batch batch() {
    Batch prepared = upcoming;
    return prepared != null && prepared.step() == step ? prepared : plan.batch(step);
  }

  private void observedStep() {
    segmentEnds = false;
    Finding restored = step >= roundTripStep && !roundTripTried ? tryRoundTrip() : null;
    StepOutcome outcome = readings.read(candidate, batch(), plan.masks(step), segment());
    segmentStart = null;
    if (comparison.first() == null) {
      if (!outcome.agrees() || step == steps) {
        readings.showElements(outcome);
      }
      if (restored != null) {
        comparison.report(restored);
      } else {
        settle(outcome);
      }
    }
    if (comparison.first() == null && comparison.isCoarse() && options.tolerance() == null) {
      startSegment(Objects.requireNonNull(readings.candidateStep().after()));
    }
  }

  /**
   * A candidate must give back the state that it took over, and go on from it: readings and replays
   * rest on it. It takes over the initial state first and its first step once more, so that neither
   * doing nothing nor giving back what it was handed is enough.
   */
  private @Nullable Finding tryRoundTrip() {
    roundTripTried = true;
    ModelState state = candidate.state();
    ModelState initial = plan.initialState();
    candidate.restore(initial);
    Finding atStart = stateCheck.restored(step, initial, candidate.state());
    ModelState known = afterFirstStep;
    if (atStart == null && known != null) {
      candidate.step(plan.batch(1), plan.masks(1), Observer.NONE);
      ModelState again = candidate.state();
      String path = stateCheck.elsewhere(initial, known, again);
      if (path != null) {
        candidate.restore(initial);
        candidate.step(plan.batch(1), plan.masks(1), new Recording(comparison.wanted()));
        boolean observedAlone = stateCheck.elsewhere(initial, known, candidate.state()) == null;
        atStart = stateCheck.otherFirstStep(step, path, known, again, observedAlone);
      }
      afterFirstStep = null;
    }
    candidate.restore(state);
    return atStart != null ? atStart : stateCheck.restored(step, state, candidate.state());
  }

  private StepReadings.@Nullable Segment segment() {
    ModelState start = segmentStart;
    return start == null || segmentSteps == 0 ? null : new StepReadings.Segment(step - 1, start);
  }

  private void startSegment(ModelState after) {
    segmentStart = after.only(paths);
    segmentSteps = 0;
    other.run(() -> readings.startSegment(Objects.requireNonNull(segmentStart))).result();
  }

  private void settle(StepOutcome outcome) {
    if (outcome.agrees()) {
      agreedStep = step;
      return;
    }
    if (agreedStep == step - 1) {
      conclude(causes.explained(outcome));
      return;
    }
    Replayed replayed = replay();
    if (!replayed.outcome().agrees()) {
      conclude(replayed.outcome());
    } else if (!replayed.repeats()) {
      conclude(outcome.explained(NOT_TWICE));
    } else if (outcome.isOf(Reading.SEGMENT) || !comparison.stillCounts(outcome)) {
      agreedStep = step; // each of its steps was judged by itself
    } else {
      conclude(causes.explained(outcome));
    }
  }

  /** Takes the steps since the last agreement once more, if there were any unobserved. */
  private StepOutcome sinceAgreement() {
    Standing last = agreement;
    return last == null || last.step() != agreedStep || agreedStep == step
        ? StepOutcome.AGREES
        : replay().outcome();
  }

  private void conclude(StepOutcome outcome) {
    Finding finding = outcome.finding();
    if (finding != null) {
      comparison.report(finding);
    } else {
      divergedAlike = outcome.divergedAlike();
    }
  }

  private Standing stand(long after) {
    Model perturbed = references.freePerturbed();
    return new Standing(
        after,
        references.free().state(),
        readings.stateOf(candidate),
        perturbed == null ? null : perturbed.state());
  }

  private Snapshot snapshot() {
    Standing now = stand(step);
    Standing agreed = agreedStep == step ? now : agreement;
    boolean replayed = agreed != null && agreed.step() == agreedStep;
    return new Snapshot(
        now,
        replayed ? agreed : null,
        comparison.first() == null ? readings.stateBefore(step) : null,
        log.progress(comparison.memory()));
  }

  private void goOn(Snapshot from) {
    restore(from.now());
    step = from.now().step();
    agreement = from.agreed();
    agreedStep = agreement == null ? -1 : agreement.step();
    if (from.before() != null) {
      takeOnceMore(from.before(), from.now().candidate());
    }
    log.recall(from.progress());
    comparison.recall(from.progress().comparison());
    Standing agreed = agreement;
    if (agreed == null || comparison.first() != null) {
      return;
    }
    if (comparison.isCoarse() && options.tolerance() == null && agreed.step() > 0) {
      startSegment(agreed.candidate());
      for (long again = agreed.step() + 1; again <= step; again++) {
        long taken = again;
        segmentSteps++;
        segmentEnds =
            other.call(() -> readings.segmentStep(plan.batch(taken), plan.masks(taken))).result();
      }
    }
  }

  /** The step that was taken last, which another process saw. */
  private void takeOnceMore(ModelState before, ModelState after) {
    try {
      readings.recall(candidate, plan.batch(step), plan.masks(step), before, after);
    } catch (CandidateException e) {
      candidate.restore(after); // the step before only helps to tell a cause
    }
  }

  /**
   * What taking steps once more came to.
   *
   * @param repeats whether the candidate came to the same state as before
   * @param losses of the last of these steps, as returned this time
   */
  private record Replayed(StepOutcome outcome, boolean repeats, TrainingLog.Losses losses) {}

  /**
   * Takes the steps since the last agreement once more, each observed, up to the first that does
   * not agree, and returns to where it was called.
   */
  private Replayed replay() {
    long to = step;
    Standing last = Objects.requireNonNull(agreement);
    Standing now = stand(to);
    TrainingLog.Losses lossesNow = log.losses();
    restore(last);
    StepOutcome outcome = StepOutcome.AGREES;
    for (step = last.step() + 1; step <= to && outcome.agrees(); step++) {
      outcome = readings.read(candidate, plan.batch(step), plan.masks(step), null);
      if (!outcome.agrees()) {
        readings.showElements(outcome);
        outcome = causes.explained(outcome);
      }
    }
    step = to;
    boolean repeats =
        !outcome.agrees()
            || stateCheck.unchangedSince(to, now.candidate(), candidate.state()) == null;
    TrainingLog.Losses again = log.losses();
    restore(now);
    log.restore(lossesNow);
    return new Replayed(outcome, repeats, again);
  }

  private void restore(Standing stood) {
    readings.forgetState();
    references.free().restore(stood.reference());
    candidate.restore(stood.candidate());
    Model perturbed = references.freePerturbed();
    if (perturbed != null && stood.perturbed() != null) {
      perturbed.restore(stood.perturbed());
    }
  }

  /** Returns whether the run goes on. */
  private boolean afterStep() {
    TrainingLog.Losses losses = log.losses();
    log.drawLosses(step);
    listener.stepTaken(step, steps, losses.reference(), losses.candidate());
    if (!divergedAlike && comparison.first() == null) {
      lookAtLoss(losses);
    }
    if (divergedAlike
        || !losses.areFinite()
        || (options.failFast() && comparison.first() != null)) {
      return false;
    }
    if (Lockstep.evaluatesAfter(step, plan)) {
      evaluate();
    }
    if (step == steps) {
      listener.compared(this::snapshot);
      return false;
    }
    boolean stops = listener.stops();
    listener.betweenSteps(this::snapshot, stops);
    return !stops;
  }

  /**
   * A loss that is not finite is noticed at once. Where it was not observed, the steps since the
   * last agreement tell what made it so, and whether both sides went the same way until then.
   */
  private void lookAtLoss(TrainingLog.Losses losses) {
    if (losses.areFinite()) {
      return;
    }
    StepOutcome outcome = sinceAgreement();
    if (!outcome.agrees()) {
      conclude(outcome);
    } else if (losses.areNeitherFinite() && options.mayDiverge()) {
      divergedAlike = true;
    } else {
      comparison.report(
          Finding.told(
              step,
              Failure.Kind.NON_FINITE,
              "the loss is %s on the reference's side and %s on the candidate's"
                  .formatted(losses.reference(), losses.candidate())));
    }
  }

  /**
   * A step that nobody observes returns a loss too. One that is far from what the reference has is
   * asked for again, in the same steps observed: rounding gives the same one twice.
   */
  private void lookAtReturnedLoss() {
    TrainingLog.Losses losses = log.losses();
    double expected = segmentStart == null ? losses.reference() : readings.segmentLoss();
    if (agreedStep < 0
        || lossDoubted
        || comparison.first() != null
        || !losses.areFinite()
        || !isAnother(losses.candidate(), expected, OTHER_LOSS)) {
      return;
    }
    lossDoubted = true;
    Replayed replayed = replay();
    double again = replayed.losses().candidate();
    if (!replayed.outcome().agrees()) {
      conclude(replayed.outcome());
    } else if (replayed.repeats()) {
      if (again != losses.candidate()) {
        comparison.report(otherLoss(losses.candidate(), again, "the same step observed"));
      }
      agreedStep = step;
      if (segmentStart != null) {
        startSegment(candidate.state());
      }
    } else if (segmentStart != null) {
      comparison.report(Finding.told(step, Failure.Kind.DIFFERENCE, NOT_TWICE));
    } // else the next observed step tells which tensors came out otherwise
  }

  /** Where no step is observed, the last one's loss is held against the reference's. */
  private void compareLastLoss() {
    TrainingLog.Losses losses = log.losses();
    DeclaredTolerance declared = options.tolerance();
    double share = Math.max(OTHER_LOSS, declared == null ? 0 : 10 * declared.parameters());
    if (comparison.first() == null
        && comparison.undecided().isEmpty()
        && losses.areFinite()
        && isAnother(losses.candidate(), losses.reference(), share)) {
      comparison.report(
          otherLoss(
              losses.candidate(), losses.reference(), "the reference, in an agreeing state,"));
    }
  }

  private boolean isAnother(double loss, double expected, double share) {
    largestLoss = Math.max(largestLoss, Math.abs(expected));
    return Math.abs(loss - expected) > share * largestLoss;
  }

  private Finding otherLoss(double returned, double expected, String by) {
    return Finding.told(
        step,
        Failure.Kind.DIFFERENCE,
        "the candidate's step returned the loss %s, %s returned %s"
            .formatted(returned, by, expected));
  }

  /** Compares what training left, where nothing else was looked at. */
  private void compareLastState() {
    comparison.startStep(step);
    ModelState right = references.free().state();
    ModelState last = candidate.state();
    Finding miscounted = stateCheck.counted(step, right, last);
    if (miscounted != null) {
      comparison.report(miscounted);
    }
    Recording reference = recorded(right);
    Recording trained = recorded(last);
    DeclaredTolerance declared = options.tolerance();
    Model perturbed = references.freePerturbed();
    Floors floors =
        declared != null || perturbed == null
            ? Floors.declared(Objects.requireNonNull(declared).parameters())
            : Floors.measuredBy(reference, spreads(reference, perturbed), readings.rounding());
    ModelState initial = plan.initialState();
    StepOutcome outcome =
        comparison.compareLastState(
            step, reference, trained, floors, key -> moved(initial, reference, key));
    conclude(outcome);
  }

  private Recording recorded(ModelState state) {
    Recording recording = new Recording(comparison.wanted());
    readings.show(state, recording);
    return recording;
  }

  private Spreads spreads(Recording reference, Model perturbed) {
    Spreads spreads = new Spreads(network, reference);
    readings.show(perturbed.state(), spreads);
    return spreads;
  }

  private static double moved(ModelState from, Recording to, TensorKey key) {
    Tensor start = from.tensors().get(key.path());
    Tensor end = to.tensor(key);
    return start == null || end == null ? 0 : StepReadings.largestMove(start, end);
  }

  /** A declared tolerance that a candidate would pass without learning decides nothing. */
  private void requireMovement(DeclaredTolerance declared) {
    ModelState initial = plan.initialState();
    Recording trained = recorded(references.free().state());
    boolean moved =
        network.parameters().stream()
            .map(parameter -> new TensorKey(Phase.UPDATE, parameter.path()))
            .anyMatch(
                key -> {
                  Tensor tensor = trained.tensor(key);
                  return tensor == null
                      || StepReadings.largestMove(initial.tensor(key.path()), tensor)
                          > declared.parameters() * Math.max(1, tensor.largestMagnitude());
                });
    if (!moved) {
      comparison.leaveUndecided(
          "in %d steps training moves no parameter further than the declared tolerance of %s"
              .formatted(step, declared.parameters()));
    }
  }

  private void evaluate() {
    Work<Classification[]> onReference =
        other.call(
            () ->
                new Classification[] {
                  Classification.of(references.free(), trainPart, network.input()),
                  Classification.of(references.free(), test, network.input())
                });
    Classification candidateTrain = Classification.of(candidate, trainPart, network.input());
    Classification candidateTest = Classification.of(candidate, test, network.input());
    ModelState trained = candidate.state();
    Classification[] referenceClasses = onReference.result();
    Curves.AccuracyPoint point =
        new Curves.AccuracyPoint(
            step,
            referenceClasses[0].accuracy(),
            candidateTrain.accuracy(),
            referenceClasses[1].accuracy(),
            candidateTest.accuracy(),
            referenceClasses[1].differentFrom(candidateTest));
    log.add(point);
    listener.evaluated(point, steps);
    if (comparison.first() != null) {
      return;
    }
    if (options.tolerance() != null) {
      judgeAccuracy(point, options.tolerance().accuracy());
    } else {
      judgePredictions(trained, candidateTest);
    }
  }

  private void judgeAccuracy(Curves.AccuracyPoint point, double allowed) {
    double difference = Math.abs(point.referenceTest() - point.candidateTest());
    if (difference > allowed) {
      comparison.report(
          Finding.told(
              point.step(),
              Failure.Kind.DIFFERENCE,
              "the test accuracies %s and %s differ by more than the declared %s"
                  .formatted(point.referenceTest(), point.candidateTest(), allowed)));
    }
  }

  /** Compares the candidate's predictions with those of the reference in the candidate's state. */
  private void judgePredictions(ModelState trained, Classification predicted) {
    Predictions predictions =
        other.call(() -> readings.predictions(trained.only(paths), test, network.input())).result();
    Finding finding =
        comparison.comparePredictions(step, predictions, predicted, options.floatCandidate());
    if (finding != null) {
      StepOutcome earlier = sinceAgreement();
      if (earlier.finding() != null) {
        comparison.report(earlier.finding());
      } else {
        comparison.suspect(finding);
      }
    }
  }

  private Outcome outcome() {
    Finding concluded = comparison.conclusion();
    Finding finding = concluded == null ? null : comparison.withLaterSteps(concluded);
    String referenceName = sides.reference().name();
    String candidateName = sides.candidate().name();
    Verdict verdict = comparison.verdict(finding, divergedAlike);
    return new Outcome(
        verdict,
        verdict == Verdict.UNDECIDED ? comparison.undecided() : "",
        finding == null ? null : finding.failure(),
        finding == null ? null : finding.divergence(),
        step,
        log.implementations(referenceName, candidateName),
        comparison.coverage(),
        comparison.horizon(),
        comparison.worst(),
        log.curves(),
        comparison.readings(),
        comparison.elementsShown(),
        references.free().state(),
        candidateState(),
        log.speeds(referenceName, candidateName));
  }

  private ModelState candidateState() {
    try {
      return candidate.state();
    } catch (CandidateException e) {
      return new ModelState(step, Map.of());
    }
  }
}
