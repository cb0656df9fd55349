package dev.lockstep.core.compare;

import dev.lockstep.core.compare.Comparison.Finding;
import dev.lockstep.core.compare.Comparison.StepOutcome;
import dev.lockstep.core.compare.Snapshot.Standing;
import dev.lockstep.core.data.Split;
import dev.lockstep.core.diagnosis.Diagnosis;
import dev.lockstep.core.diagnosis.Scene;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Masks;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.result.Verdict;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
 */
public final class Lockstep {

  /** Accuracies are taken at the end of epochs, of every n-th if there are more than these. */
  private static final int EVALUATIONS = 30;

  private final NetworkSpec network;
  private final TrainingPlan plan;
  private final Split train;
  private final Split test;
  private final LockstepOptions options;
  private final LockstepListener listener;
  private final Comparison comparison;
  private final long steps;

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
    this.train = train;
    this.test = test;
    this.options = options;
    this.listener = listener;
    this.comparison = new Comparison(network, options);
    this.steps = plan.steps();
  }

  /** Trains both sides to the end of the plan, or to where it makes no sense to go on. */
  public Outcome run(Sides sides) {
    return run(sides, null);
  }

  /**
   * Trains both sides on from where an equal run stood.
   *
   * @param from null: from the beginning
   * @throws IllegalArgumentException if the snapshot is of another run
   */
  public Outcome run(Sides sides, @Nullable Snapshot from) {
    if (comparison.comparesNothing()) {
      throw new NothingComparedException();
    }
    if (from != null) {
      from.requireFit(network, steps, options);
    }
    try (Model reference = sides.reference().create(network);
        Model candidate = new IsolatedModel(sides.candidate().create(network))) {
      ModelState initial = plan.initialState();
      reference.restore(initial);
      candidate.restore(initial);
      if (options.cadence().every() == 0) {
        return toTheEnd(sides, reference, candidate, null, from);
      }
      try (Model twin = sides.twin().create(network);
          Model localTwin = sides.twin().create(network);
          Model localCandidate = new IsolatedModel(sides.candidate().create(network))) {
        twin.restore(initial);
        return toTheEnd(
            sides, reference, candidate, new Witnesses(twin, localTwin, localCandidate), from);
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

  /** The further models that an observed run needs. */
  private record Witnesses(Model twin, Model localTwin, Model localCandidate) {}

  private final class Run {
    private final Sides sides;
    private final Model reference;
    private final Model candidate;
    private final @Nullable Witnesses witnesses;
    private final ExecutorService other;
    private final LossCurve losses = new LossCurve(steps);
    private final List<Curves.AccuracyPoint> accuracies = new ArrayList<>();
    private final Recording referenceSeen = new Recording(comparison.wanted());
    private final Recording candidateSeen = new Recording(comparison.wanted());
    private final Recording twinSeen = new Recording(comparison.wanted());
    private final Recording localTwinSeen = new Recording(comparison.wanted());
    private final Recording localCandidateSeen = new Recording(comparison.wanted());
    private @Nullable Standing agreement;
    private @Nullable ModelState stateBefore;
    private @Nullable Recording previousSeen;
    private long seenStep = -1;
    private double referenceLoss;
    private double candidateLoss;
    private long referenceNanos;
    private long candidateNanos;
    private long samples;
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
      long step = 0;
      if (from != null) {
        goOn(from);
        step = from.now().step();
      } else if (witnesses != null) {
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
      if (accuracies.isEmpty() || accuracies.get(accuracies.size() - 1).step() != step) {
        evaluate(step);
      }
      return outcome(step);
    }

    /** Takes a step with nobody looking, the twin's too. */
    private void plainStep(long step) {
      Batch batch = plan.batch(step);
      Masks masks = plan.masks(step);
      Future<?> done =
          other.submit(
              () -> {
                stepReference(batch, masks, Observer.NONE);
                if (witnesses != null) {
                  witnesses
                      .twin()
                      .step(Twin.of(batch, plan.streams()), Twin.of(masks), Observer.NONE);
                }
              });
      stepCandidate(batch, masks, Observer.NONE);
      await(done);
      samples += batch.size();
    }

    private void stepReference(Batch batch, Masks masks, Observer observer) {
      long start = System.nanoTime();
      referenceLoss = reference.step(batch, masks, observer);
      referenceNanos += System.nanoTime() - start;
    }

    private void stepCandidate(Batch batch, Masks masks, Observer observer) {
      long start = System.nanoTime();
      candidateLoss = candidate.step(batch, masks, observer);
      candidateNanos += System.nanoTime() - start;
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

    private Standing stand(long step) {
      return new Standing(
          step,
          reference.state(),
          candidate.state(),
          witnesses == null ? null : witnesses.twin().state());
    }

    private Snapshot snapshot(long step) {
      return new Snapshot(
          stand(step),
          agreement,
          seenStep == step ? referenceSeen.copyOfParameters().tensors() : Map.of(),
          new Snapshot.Progress(
              referenceLoss,
              candidateLoss,
              referenceNanos,
              candidateNanos,
              samples,
              accuracies,
              losses.memory(),
              comparison.memory()));
    }

    private void goOn(Snapshot from) {
      restore(from.now());
      agreement = from.agreed();
      from.seen()
          .forEach((key, tensor) -> referenceSeen.observe(key.phase(), key.path(), () -> tensor));
      seenStep = from.seen().isEmpty() ? -1 : from.now().step();
      Snapshot.Progress progress = from.progress();
      referenceLoss = progress.referenceLoss();
      candidateLoss = progress.candidateLoss();
      referenceNanos = progress.referenceNanos();
      candidateNanos = progress.candidateNanos();
      samples = progress.samples();
      accuracies.addAll(progress.accuracies());
      losses.recall(progress.losses());
      comparison.recall(progress.comparison());
    }

    /**
     * Takes the steps since the last agreement once more, each observed, up to the first that does
     * not agree, and returns to where it was called.
     */
    private StepOutcome replay(Standing last, long to, Witnesses witnesses) {
      Standing now = stand(to);
      double referenceLossNow = referenceLoss;
      double candidateLossNow = candidateLoss;
      restore(last);
      StepOutcome outcome = StepOutcome.AGREES;
      for (long step = last.step() + 1; step <= to && outcome.agrees(); step++) {
        outcome = diagnosed(bothReadings(step, witnesses));
      }
      restore(now);
      referenceLoss = referenceLossNow;
      candidateLoss = candidateLossNow;
      return outcome;
    }

    private void restore(Standing stood) {
      reference.restore(stood.reference());
      candidate.restore(stood.candidate());
      if (witnesses != null && stood.twin() != null) {
        witnesses.twin().restore(stood.twin());
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
      return comparison
          .evidence(divergence, referenceSeen, localCandidateSeen, scene)
          .flatMap(Diagnosis::explain)
          .map(finding::explained)
          .orElse(finding);
    }

    /** Takes a step with every side observed: locally from the reference's state, then onwards. */
    private StepOutcome bothReadings(long step, Witnesses witnesses) {
      comparison.startStep(step);
      Batch batch = plan.batch(step);
      Masks masks = plan.masks(step);
      ModelState before = reference.state();
      stateBefore = before;
      previousSeen = seenStep == step - 1 ? referenceSeen.copyOfParameters() : null;
      seenStep = step;
      Batch twinBatch = Twin.of(batch, plan.streams());
      Masks twinMasks = Twin.of(masks);

      for (Recording recording :
          List.of(referenceSeen, candidateSeen, twinSeen, localTwinSeen, localCandidateSeen)) {
        recording.clear();
      }
      Future<?> done =
          other.submit(
              () -> {
                showPrediction(reference, batch, referenceSeen);
                stepReference(batch, masks, referenceSeen);
                showPrediction(witnesses.twin(), twinBatch, twinSeen);
                witnesses.twin().step(twinBatch, twinMasks, twinSeen);
                witnesses.localTwin().restore(before);
                showPrediction(witnesses.localTwin(), twinBatch, localTwinSeen);
                witnesses.localTwin().step(twinBatch, twinMasks, localTwinSeen);
              });
      showPrediction(candidate, batch, candidateSeen);
      stepCandidate(batch, masks, candidateSeen);
      witnesses.localCandidate().restore(before);
      showPrediction(witnesses.localCandidate(), batch, localCandidateSeen);
      witnesses.localCandidate().step(batch, masks, localCandidateSeen);
      await(done);
      samples += batch.size();

      StepOutcome local =
          comparison.compare(
              step,
              Reading.LOCAL,
              referenceSeen,
              localCandidateSeen,
              Floors.measuredBy(referenceSeen, localTwinSeen));
      StepOutcome accumulated =
          comparison.compare(
              step,
              Reading.ACCUMULATED,
              referenceSeen,
              candidateSeen,
              Floors.measuredBy(referenceSeen, twinSeen));
      return new StepOutcome(
          local.finding() != null ? local.finding() : accumulated.finding(),
          accumulated.divergedAlike());
    }

    private void showPrediction(Model model, Batch batch, Recording recording) {
      recording.observe(
          ExpectedTensor.PREDICTION.phase(),
          ExpectedTensor.PREDICTION.path(),
          () -> model.predict(batch.inputs()));
    }

    /** Returns whether the run goes on. */
    private boolean afterStep(long step) {
      losses.add(step, referenceLoss, candidateLoss);
      listener.stepTaken(step, steps, referenceLoss, candidateLoss);
      if (!divergedAlike && comparison.first() == null) {
        lookAtLoss(step);
      }
      boolean finite = Double.isFinite(referenceLoss) && Double.isFinite(candidateLoss);
      if (divergedAlike || !finite || (options.failFast() && comparison.first() != null)) {
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
    private void lookAtLoss(long step) {
      boolean referenceFinite = Double.isFinite(referenceLoss);
      boolean candidateFinite = Double.isFinite(candidateLoss);
      if (referenceFinite && candidateFinite) {
        return;
      }
      Standing last = agreement;
      StepOutcome outcome =
          witnesses == null || last == null || last.step() == step
              ? StepOutcome.AGREES
              : replay(last, step, witnesses);
      if (!outcome.agrees()) {
        conclude(outcome);
      } else if (!referenceFinite && !candidateFinite && options.mayDiverge()) {
        divergedAlike = true;
      } else {
        comparison.report(
            new Finding(
                step,
                new Failure(
                    Failure.Kind.NON_FINITE,
                    "step %d: the loss is %s on the reference's side and %s on the candidate's"
                        .formatted(step, referenceLoss, candidateLoss)),
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
      double tolerance =
          options.floatCandidate() ? Tolerance.UNMEASURED_FLOAT : Tolerance.UNMEASURED_DOUBLE;
      StepOutcome outcome =
          comparison.compare(
              step, Reading.ACCUMULATED, referenceSeen, candidateSeen, Floors.declared(tolerance));
      divergedAlike |= outcome.divergedAlike();
      if (outcome.finding() != null) {
        comparison.report(outcome.finding());
      }
    }

    private void show(ModelState state, Recording recording) {
      state
          .tensors()
          .forEach((path, tensor) -> recording.observe(Phase.UPDATE, path, () -> tensor));
    }

    private void evaluate(long step) {
      Split trainPart = train.first(test.size());
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
      accuracies.add(point);
      listener.evaluated(point, steps);
    }

    private Outcome outcome(long step) {
      Finding finding = comparison.first();
      Curves.AccuracyPoint last = accuracies.get(accuracies.size() - 1);
      String referenceName = sides.reference().name();
      String candidateName = sides.candidate().name();
      Map<String, Double> speeds = new LinkedHashMap<>();
      speeds.put(referenceName, samples * 1e9 / referenceNanos);
      speeds.put(candidateName, samples * 1e9 / candidateNanos);
      return new Outcome(
          finding != null ? Verdict.DIFFER : divergedAlike ? Verdict.DIVERGED_ALIKE : Verdict.AGREE,
          finding == null ? null : finding.failure(),
          finding == null ? null : finding.divergence(),
          step,
          List.of(
              new Implementation(
                  referenceName,
                  "reference",
                  referenceLoss,
                  last.referenceTrain(),
                  last.referenceTest()),
              new Implementation(
                  candidateName,
                  "candidate",
                  candidateLoss,
                  last.candidateTrain(),
                  last.candidateTest())),
          comparison.coverage(),
          comparison.horizon(),
          comparison.worst(),
          new Curves(losses.points(), accuracies),
          comparison.readings(),
          reference.state(),
          candidate.state(),
          speeds);
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
