package dev.lockstep.core.compare;

import dev.lockstep.core.UsageException;
import dev.lockstep.core.compare.Comparison.Finding;
import dev.lockstep.core.compare.Comparison.StepOutcome;
import dev.lockstep.core.compare.Snapshot.Standing;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.diagnosis.Diagnosis;
import dev.lockstep.core.diagnosis.GradientWitness;
import dev.lockstep.core.diagnosis.Scene;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.ThirdWitness;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.DeclaredTolerance;
import dev.lockstep.core.rounding.Floors;
import dev.lockstep.core.rounding.KnownRounding;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.rounding.Twin;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Trains two models of one network on one plan, step by step, and compares what they show.
 *
 * <p>A third model, the twin of the reference, measures what rounding does (see {@link Twin}); a
 * second instance of candidate and twin takes every observed step from the reference's own state,
 * for the local reading. The candidate works on the calling thread, reference and twin on another.
 * Where a tolerance is declared nothing is measured, and no twin takes part.
 */
public final class Lockstep {

  /** Accuracies are taken at the end of epochs, of every n-th if there are more than these. */
  private static final int EVALUATIONS = 30;

  private final NetworkSpec network;
  private final TrainingPlan plan;
  private final Split test;
  private final Split trainPart;
  private final LockstepOptions options;
  private final LockstepListener listener;
  private final Comparison comparison;
  private final long steps;
  private final KnownRounding rounding;

  /**
   * Who takes part.
   *
   * @param twin the reference once more, or the reference rounded to the candidate's precision
   */
  public record Sides(ModelProvider reference, ModelProvider candidate, ModelProvider twin) {}

  /**
   * @param train what the plan takes its batches from
   * @param test what both sides are evaluated on
   */
  public Lockstep(
      NetworkSpec network,
      TrainingPlan plan,
      Split train,
      Split test,
      LockstepOptions options,
      LockstepListener listener) {
    this.network = network;
    this.plan = plan;
    this.test = test;
    this.trainPart = train.part(test.size());
    this.options = options;
    this.listener = listener;
    this.comparison = new Comparison(network, options);
    this.steps = plan.steps();
    this.rounding = KnownRounding.of(network, plan.samples(1).length, options.floatCandidate());
  }

  /**
   * Trains both sides to the end of the plan, or to where it makes no sense to go on.
   *
   * @throws UsageException if the candidate cannot even be built or take over the first state
   */
  public Outcome run(Sides given) {
    return run(given, null);
  }

  /**
   * Trains both sides on from where an equal run stood.
   *
   * @param from null: from the beginning
   * @throws IllegalArgumentException if the snapshot is of another run
   * @throws UsageException if the candidate cannot even be built or take over the state
   */
  public Outcome run(Sides given, @Nullable Snapshot from) {
    if (comparison.comparesNothing()) {
      throw new NothingComparedException();
    }
    if (from != null) {
      from.requireFit(network, steps, options);
    }
    Sides sides = new Sides(given.reference(), IsolatedModel.over(given.candidate()), given.twin());
    try {
      return runIsolated(sides, from);
    } catch (CandidateException e) {
      throw new UsageException(
          "%s: expected a model ready for step %d, but %s"
              .formatted(
                  sides.candidate().name(),
                  from == null ? 1 : from.now().step() + 1,
                  e.getMessage()),
          e);
    }
  }

  private Outcome runIsolated(Sides sides, @Nullable Snapshot from) {
    try (Model reference = sides.reference().create(network);
        Model candidate = sides.candidate().create(network)) {
      ModelState initial = plan.initialState();
      reference.restore(initial);
      candidate.restore(initial);
      if (options.cadence().every() == 0) {
        return toTheEnd(sides, reference, candidate, null, from);
      }
      try (Model localCandidate = sides.candidate().create(network)) {
        if (options.tolerance() != null) {
          return toTheEnd(sides, reference, candidate, new Witnesses(null, localCandidate), from);
        }
        try (Model twin = sides.twin().create(network);
            Model localTwin = sides.twin().create(network)) {
          twin.restore(initial);
          return toTheEnd(
              sides,
              reference,
              candidate,
              new Witnesses(new Twins(twin, localTwin), localCandidate),
              from);
        }
      }
    }
  }

  private Outcome toTheEnd(
      Sides sides,
      Model reference,
      Model candidate,
      @Nullable Witnesses witnesses,
      @Nullable Snapshot from) {
    ExecutorService other =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "reference");
              thread.setDaemon(true);
              return thread;
            });
    try {
      return new Run(sides, reference, candidate, witnesses, other).toTheEnd(from);
    } finally {
      end(other);
    }
  }

  /** Waits for the other side's step: the models it works on are about to be closed. */
  private static void end(ExecutorService other) {
    other.shutdown();
    try {
      while (!other.awaitTermination(1, TimeUnit.MINUTES)) {
        other.shutdownNow();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * The further models that an observed run needs.
   *
   * @param twins null where a declared tolerance stands in place of what they measure
   */
  private record Witnesses(@Nullable Twins twins, Model localCandidate) {}

  /** Two twins of the reference: one runs free, one takes each step from the reference's state. */
  private record Twins(Model free, Model local) {}

  private final class Run {
    private final Sides sides;
    private final Model reference;
    private final Model candidate;
    private final @Nullable Witnesses witnesses;
    private final ExecutorService other;
    private final TrainingLog log = new TrainingLog(steps);
    private final Recording referenceSeen = new Recording(comparison.wanted());
    private final Recording candidateSeen = new Recording(comparison.wanted());
    private final Recording twinSeen = new Recording(comparison.wanted());
    private final Recording localTwinSeen = new Recording(comparison.wanted());
    private final Recording localCandidateSeen = new Recording(comparison.wanted());
    private @Nullable Standing agreement;
    private @Nullable ModelState stateBefore;
    private @Nullable Recording previousSeen;

    /** Of the next step: gathered while the candidate, the slower side as a rule, is at work. */
    private @Nullable Batch upcoming;

    private long step;
    private long seenStep = -1;
    private boolean divergedAlike;

    Run(
        Sides sides,
        Model reference,
        Model candidate,
        @Nullable Witnesses witnesses,
        ExecutorService other) {
      this.sides = sides;
      this.reference = reference;
      this.candidate = candidate;
      this.witnesses = witnesses;
      this.other = other;
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
      return outcome(step);
    }

    private void train() {
      if (witnesses != null && step == 0) {
        agreement = stand(0);
      }
      boolean goesOn = true;
      while (goesOn && step < steps) {
        step++;
        boolean observed = options.cadence().observes(step, steps);
        if (observed && witnesses != null) {
          observedStep(step, witnesses);
        } else {
          plainStep(step);
        }
        goesOn = afterStep(step);
      }
      if (witnesses == null && comparison.first() == null) {
        compareLastState(step);
      }
      if (!log.endsWithAccuraciesOf(step)) {
        evaluate(step);
      }
    }

    /** The candidate takes no further step, which is no agreement. */
    private void endWith(CandidateException e) {
      comparison.report(
          new Finding(
              step,
              new Failure(Failure.Kind.SHORTER_RUN, "step %d: %s".formatted(step, e.getMessage())),
              null));
      log.endCandidate();
      // Runs behind the reference's own step, which may still be under way.
      Future<Double> accuracy =
          other.submit(() -> Classification.of(reference, test, network.input()).accuracy());
      log.add(
          new Curves.AccuracyPoint(
              step, Double.NaN, Double.NaN, await(accuracy), Double.NaN, test.size()));
    }

    /** Takes a step with nobody looking, the twin's too. */
    private void plainStep(long step) {
      Batch batch = batch(step);
      Masks masks = plan.masks(step);
      Future<?> done =
          other.submit(
              () -> {
                log.stepReference(reference, batch, masks, Observer.NONE);
                Twins twins = twins();
                if (twins != null) {
                  twins.free().step(Twin.of(batch, plan.streams()), Twin.of(masks), Observer.NONE);
                }
                upcoming = step < steps ? plan.batch(step + 1) : null;
              });
      log.stepCandidate(candidate, batch, masks, Observer.NONE);
      await(done);
    }

    private Batch batch(long step) {
      Batch prepared = upcoming;
      return prepared != null && prepared.step() == step ? prepared : plan.batch(step);
    }

    private void observedStep(long step, Witnesses witnesses) {
      StepOutcome outcome = bothReadings(step, witnesses);
      Standing last = agreement;
      if (comparison.first() != null || last == null) {
        return;
      }
      if (outcome.agrees()) {
        agreement = stand(step);
        return;
      }
      if (last.step() + 1 == step) {
        conclude(diagnosed(outcome));
        return;
      }
      StepOutcome replayed = replay(last, step, witnesses);
      if (replayed.agrees() && !comparison.stillCounts(outcome)) {
        agreement = stand(step);
      } else {
        conclude(replayed.agrees() ? outcome : replayed);
      }
    }

    private void conclude(StepOutcome outcome) {
      Finding finding = outcome.finding();
      if (finding != null) {
        comparison.report(finding);
      } else {
        divergedAlike = outcome.divergedAlike();
      }
    }

    private @Nullable Twins twins() {
      return witnesses == null ? null : witnesses.twins();
    }

    private Standing stand(long step) {
      Twins twins = twins();
      return new Standing(
          step, reference.state(), candidate.state(), twins == null ? null : twins.free().state());
    }

    private Snapshot snapshot(long step) {
      return new Snapshot(
          stand(step),
          agreement,
          seenStep == step ? referenceSeen.copyOfParameters().tensors() : Map.of(),
          log.progress(comparison.memory()));
    }

    private void goOn(Snapshot from) {
      restore(from.now());
      step = from.now().step();
      agreement = from.agreed();
      from.seen()
          .forEach((key, tensor) -> referenceSeen.observe(key.phase(), key.path(), () -> tensor));
      seenStep = from.seen().isEmpty() ? -1 : step;
      log.recall(from.progress());
      comparison.recall(from.progress().comparison());
    }

    /**
     * Takes the steps since the last agreement once more, each observed, up to the first that does
     * not agree, and returns to where it was called.
     */
    private StepOutcome replay(Standing last, long to, Witnesses witnesses) {
      Standing now = stand(to);
      TrainingLog.Losses lossesNow = log.losses();
      restore(last);
      StepOutcome outcome = StepOutcome.AGREES;
      for (long step = last.step() + 1; step <= to && outcome.agrees(); step++) {
        outcome = diagnosed(bothReadings(step, witnesses));
      }
      restore(now);
      log.restore(lossesNow);
      return outcome;
    }

    private void restore(Standing stood) {
      reference.restore(stood.reference());
      candidate.restore(stood.candidate());
      Twins twins = twins();
      if (twins != null && stood.twin() != null) {
        twins.free().restore(stood.twin());
      }
    }

    private StepOutcome diagnosed(StepOutcome outcome) {
      Finding finding = outcome.finding();
      return finding == null ? outcome : new StepOutcome(diagnosed(finding), false);
    }

    /** Adds to a finding of the step just observed what explains it, where anything known does. */
    private Finding diagnosed(Finding finding) {
      FirstDivergence divergence = finding.divergence();
      ModelState before = stateBefore;
      if (divergence == null || before == null) {
        return finding;
      }
      if (divergence.reading() == Reading.ACCUMULATED) {
        return finding.explained(
            "every step taken from equal state agrees: the difference builds up over the steps");
      }
      Scene scene =
          new Scene(
              network,
              plan,
              sides.reference(),
              divergence.step(),
              before,
              referenceSeen,
              previousSeen);
      Finding explained =
          comparison
              .evidence(divergence, referenceSeen, localCandidateSeen, scene)
              .flatMap(Diagnosis::explain)
              .map(finding::explained)
              .orElse(finding);
      return divergence.phase() == Phase.BACKWARD && Double.isFinite(divergence.error())
          ? explained.witnessed(thirdWitness(divergence, scene))
          : explained;
    }

    private ThirdWitness thirdWitness(FirstDivergence divergence, Scene scene) {
      Optional<TensorKey> parameter =
          comparison.differingGradient(
              divergence,
              referenceSeen,
              localCandidateSeen,
              Floors.measuredBy(referenceSeen, localTwinSeen, rounding));
      if (parameter.isEmpty()) {
        return ThirdWitness.silent(
            divergence.tensor(), divergence.index(), "no parameter's gradient differs with it");
      }
      TensorKey key = parameter.get();
      try {
        return new GradientWitness(
                scene,
                key.path(),
                Objects.requireNonNull(referenceSeen.tensor(key)),
                Objects.requireNonNull(localCandidateSeen.tensor(key)))
            .examine(options.floatCandidate() ? null : sides.candidate());
      } catch (CandidateException e) {
        return ThirdWitness.silent(divergence.tensor(), divergence.index(), e.getMessage());
      }
    }

    /** Takes a step with every side observed: locally from the reference's state, then onwards. */
    private StepOutcome bothReadings(long step, Witnesses witnesses) {
      comparison.startStep(step);
      Batch batch = batch(step);
      Masks masks = plan.masks(step);
      ModelState before = reference.state();
      stateBefore = before;
      previousSeen = seenStep == step - 1 ? referenceSeen.copyOfParameters() : null;
      seenStep = step;
      for (Recording recording :
          List.of(referenceSeen, candidateSeen, twinSeen, localTwinSeen, localCandidateSeen)) {
        recording.clear();
      }
      Future<?> done =
          other.submit(
              () -> {
                showPrediction(reference, batch, referenceSeen);
                log.stepReference(reference, batch, masks, referenceSeen);
                if (witnesses.twins() != null) {
                  bothTwins(witnesses.twins(), before, batch, masks);
                }
              });
      showPrediction(candidate, batch, candidateSeen);
      log.stepCandidate(candidate, batch, masks, candidateSeen);
      witnesses.localCandidate().restore(before);
      showPrediction(witnesses.localCandidate(), batch, localCandidateSeen);
      witnesses.localCandidate().step(batch, masks, localCandidateSeen);
      await(done);

      StepOutcome local =
          comparison.compare(
              step, Reading.LOCAL, referenceSeen, localCandidateSeen, floors(localTwinSeen));
      StepOutcome accumulated =
          comparison.compare(
              step, Reading.ACCUMULATED, referenceSeen, candidateSeen, floors(twinSeen));
      return new StepOutcome(
          local.finding() != null ? local.finding() : accumulated.finding(),
          accumulated.divergedAlike());
    }

    private void bothTwins(Twins twins, ModelState before, Batch batch, Masks masks) {
      Batch twinBatch = Twin.of(batch, plan.streams());
      Masks twinMasks = Twin.of(masks);
      showPrediction(twins.free(), twinBatch, twinSeen);
      twins.free().step(twinBatch, twinMasks, twinSeen);
      twins.local().restore(before);
      showPrediction(twins.local(), twinBatch, localTwinSeen);
      twins.local().step(twinBatch, twinMasks, localTwinSeen);
    }

    private Floors floors(Recording twin) {
      DeclaredTolerance declared = options.tolerance();
      return declared == null
          ? Floors.measuredBy(referenceSeen, twin, rounding)
          : Floors.declared(declared.parameters());
    }

    private void showPrediction(Model model, Batch batch, Recording recording) {
      recording.observe(
          ExpectedTensor.PREDICTION.phase(),
          ExpectedTensor.PREDICTION.path(),
          () -> model.predict(batch.inputs()));
    }

    /** Returns whether the run goes on. */
    private boolean afterStep(long step) {
      TrainingLog.Losses losses = log.losses();
      log.drawLosses(step);
      listener.stepTaken(step, steps, losses.reference(), losses.candidate());
      if (!divergedAlike && comparison.first() == null) {
        lookAtLoss(step, losses);
      }
      if (divergedAlike
          || !losses.areFinite()
          || (options.failFast() && comparison.first() != null)) {
        return false;
      }
      if (evaluatesAfter(step, plan)) {
        evaluate(step);
      }
      if (step == steps) {
        listener.compared(() -> snapshot(step));
        return false;
      }
      boolean stops = listener.stops();
      listener.betweenSteps(() -> snapshot(step), stops);
      return !stops;
    }

    /**
     * A loss that is not finite is noticed at once. Where nobody watched, the steps since the last
     * agreement tell what made it so, and whether both sides went the same way until then.
     */
    private void lookAtLoss(long step, TrainingLog.Losses losses) {
      if (losses.areFinite()) {
        return;
      }
      Standing last = agreement;
      StepOutcome outcome =
          witnesses == null || last == null || last.step() == step
              ? StepOutcome.AGREES
              : replay(last, step, witnesses);
      if (!outcome.agrees()) {
        conclude(outcome);
      } else if (losses.areNeitherFinite() && options.mayDiverge()) {
        divergedAlike = true;
      } else {
        comparison.report(
            new Finding(
                step,
                new Failure(
                    Failure.Kind.NON_FINITE,
                    "step %d: the loss is %s on the reference's side and %s on the candidate's"
                        .formatted(step, losses.reference(), losses.candidate())),
                null));
      }
    }

    /** Compares what training left behind, where nothing else was looked at. */
    private void compareLastState(long step) {
      comparison.startStep(step);
      referenceSeen.clear();
      candidateSeen.clear();
      show(reference.state(), referenceSeen);
      show(candidate.state(), candidateSeen);
      StepOutcome outcome =
          comparison.compare(
              step,
              Reading.ACCUMULATED,
              referenceSeen,
              candidateSeen,
              Floors.declared(unmeasured()));
      divergedAlike |= outcome.divergedAlike();
      if (outcome.finding() != null) {
        comparison.report(outcome.finding());
      }
    }

    private double unmeasured() {
      DeclaredTolerance declared = options.tolerance();
      if (declared != null) {
        return declared.parameters();
      }
      return options.floatCandidate() ? Tolerance.UNMEASURED_FLOAT : Tolerance.UNMEASURED_DOUBLE;
    }

    private void show(ModelState state, Recording recording) {
      state
          .tensors()
          .forEach((path, tensor) -> recording.observe(Phase.UPDATE, path, () -> tensor));
    }

    private void evaluate(long step) {
      Future<Classification[]> onReference =
          other.submit(
              () ->
                  new Classification[] {
                    Classification.of(reference, trainPart, network.input()),
                    Classification.of(reference, test, network.input())
                  });
      Classification candidateTrain = Classification.of(candidate, trainPart, network.input());
      Classification candidateTest = Classification.of(candidate, test, network.input());
      Classification[] referenceClasses = await(onReference);
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
      if (options.tolerance() != null) {
        judgeAccuracy(point, options.tolerance().accuracy());
      }
    }

    private void judgeAccuracy(Curves.AccuracyPoint point, double allowed) {
      double difference = Math.abs(point.referenceTest() - point.candidateTest());
      if (difference > allowed) {
        comparison.report(
            new Finding(
                point.step(),
                new Failure(
                    Failure.Kind.DIFFERENCE,
                    "step %d: the test accuracies %s and %s differ by more than the declared %s"
                        .formatted(
                            point.step(), point.referenceTest(), point.candidateTest(), allowed)),
                null));
      }
    }

    private Outcome outcome(long step) {
      Finding finding = comparison.first();
      String referenceName = sides.reference().name();
      String candidateName = sides.candidate().name();
      return new Outcome(
          finding != null ? Verdict.DIFFER : divergedAlike ? Verdict.DIVERGED_ALIKE : Verdict.AGREE,
          finding == null ? null : finding.failure(),
          finding == null ? null : finding.divergence(),
          step,
          log.implementations(referenceName, candidateName),
          comparison.coverage(),
          comparison.horizon(),
          comparison.worst(),
          log.curves(),
          comparison.readings(),
          reference.state(),
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

  /** Returns whether a step ends an epoch after which accuracies are taken. */
  static boolean evaluatesAfter(long step, TrainingPlan plan) {
    long epoch = plan.stepsPerEpoch();
    return step % (epoch * Math.max(1, plan.steps() / epoch / EVALUATIONS)) == 0;
  }

  private static <T> T await(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the other side was at work", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      if (e.getCause() instanceof Error cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }
}
