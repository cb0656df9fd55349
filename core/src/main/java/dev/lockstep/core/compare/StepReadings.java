package dev.lockstep.core.compare;

import dev.lockstep.core.compare.ReferenceThread.Work;
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
import dev.lockstep.core.observation.CandidateStep;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.rounding.DeclaredTolerance;
import dev.lockstep.core.rounding.Floors;
import dev.lockstep.core.rounding.Kinks;
import dev.lockstep.core.rounding.KnownRounding;
import dev.lockstep.core.rounding.PerturbedStep;
import dev.lockstep.core.rounding.SingleLayer;
import dev.lockstep.core.rounding.Spreads;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Takes observed steps with every side and compares them in every way. */
final class StepReadings {

  private static final TensorKey LOSS = new TensorKey(Phase.LOSS, NetworkSpec.LOSS);

  /** Steps in which it is made sure that a prediction leaves the state as it was. */
  private static final long FIRST_STEPS = 3;

  private final NetworkSpec network;
  private final Set<String> paths;
  private final Comparison comparison;
  private final KnownRounding rounding;
  private final @Nullable DeclaredTolerance declared;
  private final References references;
  private final ReferenceThread other;
  private final TrainingLog log;
  private final StateCheck stateCheck;
  private final Kinks kinks;
  private final @Nullable SingleLayer singleLayer;

  /** The reference's free-running step, then what it computes layer by layer. */
  private final Recording computed;

  private final Spreads freeSpreads;
  private final Recording localSeen;
  private final Spreads localSpreads;
  private Recording candidateSeen;
  private Recording seenBefore;
  private @Nullable CandidateStep candidateStep;
  private Floors floors = Floors.declared(0);
  private @Nullable CandidateStep previous;
  private long seenStep = -1;
  private boolean localStands;
  private double segmentLoss;

  /** The candidate's state after the step before, null if it was not asked for. */
  private @Nullable ModelState leftBehind;

  /**
   * Steps that were not observed.
   *
   * @param last of them
   * @param start the candidate's state before the first
   */
  record Segment(long last, ModelState start) {}

  StepReadings(
      NetworkSpec network,
      LockstepOptions options,
      Comparison comparison,
      KnownRounding rounding,
      References references,
      ReferenceThread other,
      TrainingLog log,
      StateCheck stateCheck) {
    this.stateCheck = stateCheck;
    this.network = network;
    this.paths = network.state().keySet();
    this.comparison = comparison;
    this.rounding = rounding;
    this.declared = options.tolerance();
    this.references = references;
    this.other = other;
    this.log = log;
    this.kinks = new Kinks(network);
    Set<TensorKey> wanted = comparison.wanted();
    this.computed = new Recording(wanted);
    this.freeSpreads = new Spreads(network, computed);
    this.localSeen = new Recording(wanted);
    this.localSpreads = new Spreads(network, localSeen);
    this.candidateSeen = new Recording(wanted);
    this.seenBefore = new Recording(wanted);
    Model local = references.local();
    Model localPerturbed = references.localPerturbed();
    this.singleLayer =
        local != null
                && localPerturbed != null
                && local.showsItsOwnBuffers()
                && localPerturbed.showsItsOwnBuffers()
            ? new SingleLayer(network, local, localPerturbed, rounding, computed)
            : null;
  }

  /**
   * Takes a step with every side and compares what they show.
   *
   * @param segment the steps since the last observed one, null if they are not to be compared
   */
  StepOutcome read(Model candidate, Batch batch, Masks masks, @Nullable Segment segment) {
    long step = batch.step();
    previous = seenStep == step - 1 ? candidateStep : null;
    Recording spare = seenBefore;
    seenBefore = candidateSeen;
    candidateSeen = spare;
    seenStep = step;
    ModelState expected = leftBehind;
    ModelState before = stateOf(candidate);
    Finding changed = expected == null ? null : stateCheck.unchangedSince(step, expected, before);
    StepOutcome between = segment == null ? StepOutcome.AGREES : compare(segment, before);
    comparison.startStep(step);
    candidateSeen.clear();
    ModelState start = before.only(paths);
    Work<?> done = other.run(() -> referenceSteps(batch, masks, start));
    showPrediction(candidate, batch, candidateSeen);
    Finding moved = predictionMoves(candidate, step, before);
    double returned = log.stepCandidate(candidate, batch, masks, candidateSeen);
    ModelState after = candidate.state();
    candidateSeen.share(Phase.UPDATE, after.tensors());
    leftBehind = after;
    done.result();

    Readings read = compare(new CandidateStep(before, batch, masks, candidateSeen, after));
    return StepOutcome.first(
        read.free().divergedAlike(),
        changed != null ? changed : moved,
        between.finding(),
        stateCheck.shown(step, candidateSeen, after),
        stateCheck.countedOn(step, before, after),
        read.singleLayer().finding(),
        returnedLoss(step, returned),
        read.singleStep().finding(),
        read.free().finding());
  }

  /** Compares a step that somebody recorded with the same step of the reference. */
  StepOutcome read(CandidateStep recorded) {
    long step = recorded.step();
    previous = seenStep == step - 1 ? candidateStep : null;
    seenStep = step;
    comparison.startStep(step);
    referenceSteps(recorded.batch(), recorded.masks(), recorded.before().only(paths));
    Readings read = compare(recorded);
    return StepOutcome.first(
        read.free().divergedAlike(),
        read.singleLayer().finding(),
        read.singleStep().finding(),
        read.free().finding());
  }

  /** What each reading of a step came to. */
  private record Readings(StepOutcome singleLayer, StepOutcome singleStep, StepOutcome free) {}

  /** The reference has taken the step already, free-running and from the candidate's state. */
  private Readings compare(CandidateStep taken) {
    long step = taken.step();
    Recording shown = taken.shown();
    candidateStep = taken;
    // first, as the layers are computed where its step was recorded
    Floors freeFloors = floors(computed, freeSpreads);
    StepOutcome free = comparison.compare(step, Reading.FREE_RUNNING, computed, shown, freeFloors);
    if (free.finding() != null && comparison.first() == null) {
      comparison.showElements(step, Reading.FREE_RUNNING, computed, shown, freeFloors);
    }
    SingleLayer layers = singleLayer;
    Work<Floors> layered = layers == null ? null : other.call(() -> layers.read(taken));
    floors = localFloors();
    StepOutcome singleStep =
        comparison.compare(step, Reading.SINGLE_STEP, localSeen, shown, floors);
    comparison.notePredictions(localSeen, floors);
    StepOutcome singleLayer = StepOutcome.AGREES;
    if (layered != null) {
      floors = layered.result();
      singleLayer = comparison.compare(step, Reading.SINGLE_LAYER, computed, shown, floors);
    }
    return new Readings(singleLayer, singleStep, free);
  }

  /**
   * Measures the elements of the step that was read last, layer by layer unless it is the step as a
   * whole that differs. Those of a free-running step that differs were measured when it was read.
   */
  void showElements(StepOutcome outcome) {
    CandidateStep taken = candidateStep;
    if (taken == null || outcome.isOf(Reading.FREE_RUNNING)) {
      return; // nothing was read since the run goes on, or it was measured then
    }
    if (singleLayer == null || outcome.isOf(Reading.SINGLE_STEP)) {
      comparison.showElements(
          seenStep, Reading.SINGLE_STEP, localSeen, taken.shown(), localFloors());
    } else {
      comparison.showElements(seenStep, Reading.SINGLE_LAYER, computed, taken.shown(), floors);
    }
  }

  /** Returns the candidate's state, with the tensors that are known of it already. */
  ModelState stateOf(Model candidate) {
    ModelState known = leftBehind;
    ModelState state = candidate.state();
    return known == null ? state : state.sharedWith(known);
  }

  /** Whether a prediction changes the state: what does so does it from the start. */
  private @Nullable Finding predictionMoves(Model candidate, long step, ModelState before) {
    return step <= FIRST_STEPS
        ? stateCheck.unchangedByPrediction(step, before, candidate.state())
        : null;
  }

  private void referenceSteps(Batch batch, Masks masks, ModelState start) {
    computed.clear();
    showPrediction(references.free(), batch, computed);
    log.stepReference(references.free(), batch, masks, computed);
    perturbedStep(references.freePerturbed(), batch, masks, computed, freeSpreads);
    Model local = Objects.requireNonNull(references.local());
    localSeen.clear();
    localStands = true;
    local.restore(start);
    showPrediction(local, batch, localSeen);
    local.step(batch, masks, localSeen);
    Model localPerturbed = references.localPerturbed();
    if (localPerturbed != null) {
      localPerturbed.restore(start);
      perturbedStep(localPerturbed, batch, masks, localSeen, localSpreads);
    }
  }

  private void perturbedStep(
      @Nullable Model model, Batch batch, Masks masks, Recording original, Spreads spreads) {
    if (model == null) {
      return;
    }
    Batch perturbed = PerturbedStep.of(batch);
    spreads.clear();
    showPrediction(model, perturbed, spreads);
    model.step(perturbed, PerturbedStep.of(masks), new Uncrossing(kinks, original, spreads));
  }

  /** Keeps the perturbed reference on the reference's side of every kink. */
  private record Uncrossing(Kinks kinks, Recording original, Spreads spreads) implements Observer {

    @Override
    public boolean watches() {
      return true;
    }

    @Override
    public void observe(Phase phase, String path, Supplier<Tensor> tensor) {
      Tensor shown = tensor.get();
      spreads.observe(phase, path, () -> shown);
      TensorKey key = new TensorKey(phase, path);
      Tensor uncrossed = original.tensor(key);
      if (uncrossed != null && uncrossed.shape().equals(shown.shape())) {
        kinks.uncross(key, shown, uncrossed);
      }
    }
  }

  static void showPrediction(Model model, Batch batch, Observer observer) {
    observer.observe(
        ExpectedTensor.PREDICTION.phase(),
        ExpectedTensor.PREDICTION.path(),
        () -> model.predict(batch.inputs()));
  }

  private Floors floors(Recording reference, Spreads spreads) {
    return declared == null
        ? Floors.measuredBy(reference, spreads, rounding)
        : Floors.declared(declared.parameters());
  }

  /** A step must return the loss that it shows. */
  private @Nullable Finding returnedLoss(long step, double returned) {
    Tensor shown = candidateSeen.tensor(LOSS);
    if (shown == null || shown.size() != 1) {
      return null;
    }
    double loss = shown.data()[0];
    double allowed =
        Tolerance.MAX_ERROR_OVER_FLOOR * floors.of(ExpectedTensor.SHOWN_LOSS, Math.abs(loss));
    boolean same =
        Double.isFinite(loss) ? Math.abs(loss - returned) <= allowed : !Double.isFinite(returned);
    return same
        ? null
        : Finding.told(
            step,
            Failure.Kind.DIFFERENCE,
            "the step returned the loss %s and showed %s".formatted(returned, loss));
  }

  private StepOutcome compare(Segment segment, ModelState before) {
    Recording reached = new Recording(comparison.wanted());
    Spreads spreads = new Spreads(network, reached);
    other
        .run(
            () -> {
              show(Objects.requireNonNull(references.local()).state(), reached);
              show(Objects.requireNonNull(references.localPerturbed()).state(), spreads);
            })
        .result();
    Recording shown = new Recording(comparison.wanted());
    show(before, shown);
    return comparison.compareSegment(
        segment.last(),
        reached,
        shown,
        floors(reached, spreads),
        key -> {
          Tensor end = reached.tensor(key);
          Tensor start = segment.start().tensors().get(key.path());
          return start == null || end == null ? 0 : largestMove(start, end);
        });
  }

  /** Returns the largest distance that an element has moved, 0 where none is finite. */
  static double largestMove(Tensor start, Tensor end) {
    double largest = 0;
    for (int i = 0; i < start.size(); i++) {
      double move = Math.abs(end.data()[i] - start.data()[i]);
      largest = move <= Double.MAX_VALUE ? Math.max(largest, move) : largest;
    }
    return largest;
  }

  /** Records a state as an update shows it. */
  void show(ModelState state, Observer observer) {
    state.tensors().forEach((path, tensor) -> observer.observe(Phase.UPDATE, path, () -> tensor));
  }

  /** Takes a step that is not observed with the perturbed reference. */
  void plainPerturbedStep(Batch batch, Masks masks) {
    Model perturbed = references.freePerturbed();
    if (perturbed != null) {
      perturbed.step(PerturbedStep.of(batch), PerturbedStep.of(masks), Observer.NONE);
    }
  }

  /** Lets the reference run on from the candidate's state. */
  void startSegment(ModelState after) {
    localStands = true;
    Objects.requireNonNull(references.local()).restore(after);
    Objects.requireNonNull(references.localPerturbed()).restore(after);
  }

  /**
   * Takes a step of a segment.
   *
   * @return whether rounding has carried it so far that it must end
   */
  boolean segmentStep(Batch batch, Masks masks) {
    double loss = Objects.requireNonNull(references.local()).step(batch, masks, Observer.NONE);
    segmentLoss = loss;
    double perturbed =
        Objects.requireNonNull(references.localPerturbed())
            .step(PerturbedStep.of(batch), PerturbedStep.of(masks), Observer.NONE);
    return !(Math.abs(loss - perturbed) <= Tolerance.SEGMENT_SHARE * Math.abs(loss));
  }

  /** Returns the reference's loss in the latest step of a segment. */
  double segmentLoss() {
    return segmentLoss;
  }

  /** Predicts with the reference in the candidate's state, and returns to where it stood. */
  Predictions predictions(ModelState trained, Split test, Shape input) {
    Model model = references.local() == null ? references.free() : references.local();
    ModelState stood = localStands || references.local() == null ? model.state() : null;
    model.restore(trained);
    Classification reference = Classification.of(model, test, input);
    Classification perturbed =
        Classification.of(
            images -> {
              PerturbedStep.perturb(images, rounding.inFloat());
              return model.predict(images);
            },
            test,
            input);
    if (stood != null) {
      model.restore(stood);
    }
    return new Predictions(reference, perturbed);
  }

  /** Forgets the candidate's state after the step before: it was moved, or a step not observed. */
  void forgetState() {
    leftBehind = null;
  }

  /** Returns the reference's own step from the candidate's state. */
  Recording localSeen() {
    return localSeen;
  }

  /** Returns the noise floors of {@link #localSeen()}. */
  Floors localFloors() {
    return floors(localSeen, localSpreads);
  }

  KnownRounding rounding() {
    return rounding;
  }

  /** Returns the step read last, valid until the next one. */
  CandidateStep candidateStep() {
    return Objects.requireNonNull(candidateStep);
  }

  /** Returns the candidate's state before a step, null if the step was not observed. */
  @Nullable ModelState stateBefore(long step) {
    return candidateStep == null || seenStep != step ? null : candidateStep.before();
  }

  /** Sees a step that another process saw. */
  void recall(Model candidate, Batch batch, Masks masks, ModelState before, ModelState after) {
    candidate.restore(before);
    candidateSeen.clear();
    showPrediction(candidate, batch, candidateSeen);
    candidate.step(batch, masks, candidateSeen);
    candidate.restore(after);
    candidateStep = new CandidateStep(before, batch, masks, candidateSeen, after);
    seenStep = batch.step();
  }

  /** Returns the step before, null if it was not observed; valid until the next one is read. */
  @Nullable CandidateStep previous() {
    return previous;
  }
}
