package dev.lockstep.core.compare;

import dev.lockstep.core.compare.Comparison.Finding;
import dev.lockstep.core.compare.Comparison.StepOutcome;
import dev.lockstep.core.diagnosis.Case;
import dev.lockstep.core.diagnosis.Cause;
import dev.lockstep.core.diagnosis.Diagnosis;
import dev.lockstep.core.diagnosis.GradientWitness;
import dev.lockstep.core.diagnosis.Scene;
import dev.lockstep.core.diagnosis.SingleLayerJudge;
import dev.lockstep.core.model.Batch;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.observation.Witnessed;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.ThirdWitness;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Looks for what explains a finding of the step just read. */
final class Causes {

  /** Steps after the first divergence, with other batches, on which a cause must hold too. */
  private static final int LATER_STEPS = 2;

  /** Steps after those, which tell how long a cause holds. */
  private static final int FURTHER_STEPS = 4;

  private final NetworkSpec network;
  private final TrainingPlan plan;
  private final Lockstep.Sides sides;
  private final LockstepOptions options;
  private final Comparison comparison;
  private final StepReadings readings;
  private final Model candidate;
  private final Set<TensorKey> all;
  private @Nullable ModelState lastReached;

  Causes(
      NetworkSpec network,
      TrainingPlan plan,
      Lockstep.Sides sides,
      LockstepOptions options,
      Comparison comparison,
      StepReadings readings,
      Model candidate) {
    this.network = network;
    this.plan = plan;
    this.sides = sides;
    this.options = options;
    this.comparison = comparison;
    this.readings = readings;
    this.candidate = candidate;
    this.all =
        ExpectedTensor.of(network).stream().map(ExpectedTensor::key).collect(Collectors.toSet());
  }

  /** Adds to what the step just read has shown what explains it, where anything known does. */
  StepOutcome explained(StepOutcome outcome) {
    Finding finding = outcome.finding();
    return finding == null ? outcome : new StepOutcome(explained(finding), false);
  }

  private Finding explained(Finding finding) {
    FirstDivergence divergence = finding.divergence();
    if (divergence == null) {
      return finding;
    }
    if (divergence.reading() == Reading.FREE_RUNNING) {
      return finding.explained(
          "every step taken from equal state agrees: the difference builds up over the steps");
    }
    if (divergence.reading() == Reading.SEGMENT) {
      return finding;
    }
    Finding explained = cause().map(finding::explained).orElse(finding);
    Scene scene =
        new Scene(
            network,
            plan,
            sides.reference(),
            divergence.step(),
            readings.witnessed().before().only(network.state().keySet()));
    return divergence.phase() == Phase.BACKWARD && Double.isFinite(divergence.error())
        ? explained.witnessed(finiteDifferences(divergence, scene, readings.witnessed().shown()))
        : explained;
  }

  /** Returns the sentence that tells why the step just read differs. */
  private Optional<String> cause() {
    if (options.tolerance() != null) {
      return Optional.empty(); // nothing was measured that a cause could leave nothing of
    }
    try (SingleLayerJudge judge =
        new SingleLayerJudge(
            network, sides.reference(), sides.perturbed(), options.floatCandidate())) {
      return judge.canRead()
          ? Diagnosis.explain(
                  new Case(
                      network,
                      new Case.Start(plan.batch(1), plan.masks(1)),
                      sides.reference(),
                      sides.candidate(),
                      readings.previous(),
                      witnesses(),
                      this::further,
                      judge))
              .map(Cause::sentence)
          : Optional.empty();
    }
  }

  /** Returns the step just read, and some that the candidate takes after it and takes back. */
  private List<Witnessed> witnesses() {
    List<Witnessed> witnesses = new ArrayList<>();
    Witnessed first = readings.witnessed();
    witnesses.add(witnessed(first.before(), first.batch(), first.shown().copy(), first.after()));
    ModelState now = Objects.requireNonNull(first.after());
    witnesses.addAll(taken(now, first.step(), LATER_STEPS));
    return witnesses;
  }

  /** Returns the steps after those. */
  private List<Witnessed> further() {
    Witnessed first = readings.witnessed();
    ModelState reached = lastReached;
    return reached == null ? List.of() : taken(reached, first.step() + LATER_STEPS, FURTHER_STEPS);
  }

  /** Lets the candidate take steps and returns it to where the run stands. */
  private List<Witnessed> taken(ModelState from, long after, int steps) {
    ModelState now = Objects.requireNonNull(readings.witnessed().after());
    List<Witnessed> taken = new ArrayList<>();
    try {
      candidate.restore(from);
      for (long step = after + 1; step <= after + steps; step++) {
        Batch batch = plan.batch(step);
        ModelState before = candidate.state();
        Recording shown = new Recording(all);
        StepReadings.showPrediction(candidate, batch, shown);
        candidate.step(batch, plan.masks(step), shown);
        lastReached = candidate.state();
        taken.add(witnessed(before, batch, shown, lastReached));
      }
      candidate.restore(now);
    } catch (CandidateException e) {
      return taken; // it differs already; what it does next is reported by the run
    }
    return taken;
  }

  /** Leaves out what a candidate keeps beyond the network's state. */
  private Witnessed witnessed(
      ModelState before, Batch batch, Recording shown, @Nullable ModelState after) {
    Set<String> paths = network.state().keySet();
    return new Witnessed(
        before.only(paths),
        batch,
        plan.masks(batch.step()),
        shown,
        after == null ? null : after.only(paths));
  }

  private ThirdWitness finiteDifferences(FirstDivergence divergence, Scene scene, Recording shown) {
    Optional<TensorKey> parameter =
        comparison.differingGradient(
            divergence, readings.localSeen(), shown, readings.localFloors());
    if (parameter.isEmpty()) {
      return ThirdWitness.silent(
          divergence.tensor(), divergence.index(), "no parameter's gradient differs with it");
    }
    TensorKey key = parameter.get();
    try {
      return new GradientWitness(
              scene,
              key.path(),
              Objects.requireNonNull(readings.localSeen().tensor(key)),
              Objects.requireNonNull(shown.tensor(key)))
          .examine(options.floatCandidate() ? null : sides.candidate());
    } catch (CandidateException e) {
      return ThirdWitness.silent(divergence.tensor(), divergence.index(), e.getMessage());
    }
  }
}
