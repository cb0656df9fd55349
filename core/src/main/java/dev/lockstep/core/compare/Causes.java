package dev.lockstep.core.compare;

import dev.lockstep.core.compare.judging.Comparison;
import dev.lockstep.core.compare.judging.Finding;
import dev.lockstep.core.compare.judging.StepOutcome;
import dev.lockstep.core.diagnosis.Case;
import dev.lockstep.core.diagnosis.Cause;
import dev.lockstep.core.diagnosis.Diagnosis;
import dev.lockstep.core.diagnosis.SingleLayerJudge;
import dev.lockstep.core.diagnosis.differences.FiniteDifferences;
import dev.lockstep.core.diagnosis.differences.Scene;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.CandidateStep;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.FiniteDifferenceCheck;
import dev.lockstep.core.result.FirstDivergence;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks for what explains a finding of the step just read. */
final class Causes {

  private static final String NO_MEMORY =
      "not found: looking for it takes more memory than Java may use here";

  private final NetworkSpec network;
  private final Lockstep.Sides sides;
  private final LockstepOptions options;
  private final Comparison comparison;
  private final StepReadings readings;
  private final CandidateSteps steps;

  /** Of those on which a cause must hold. */
  private @Nullable CandidateStep last;

  Causes(
      NetworkSpec network,
      Lockstep.Sides sides,
      LockstepOptions options,
      Comparison comparison,
      StepReadings readings,
      CandidateSteps steps) {
    this.network = network;
    this.sides = sides;
    this.options = options;
    this.comparison = comparison;
    this.readings = readings;
    this.steps = steps;
  }

  /** Adds to what the step just read has shown what explains it, where anything known does. */
  StepOutcome explained(StepOutcome outcome) {
    Finding finding = outcome.finding();
    if (finding == null) {
      return outcome;
    }
    try {
      return new StepOutcome(explained(finding), false);
    } catch (OutOfMemoryError e) {
      return new StepOutcome(finding.explained(NO_MEMORY), false); // what was found stands
    }
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
            sides.reference(),
            readings.candidateStep().batch(),
            readings.candidateStep().masks(),
            readings.candidateStep().before().only(network.state().keySet()));
    return divergence.phase() == Phase.BACKWARD && Double.isFinite(divergence.error())
        ? explained.checked(finiteDifferences(divergence, scene, readings.candidateStep().shown()))
        : explained;
  }

  /** Returns the sentence that tells why the step just read differs. */
  private Optional<String> cause() {
    if (options.tolerance() != null) {
      return Optional.empty(); // nothing was measured that a cause could leave nothing of
    }
    if (network.isOpen()) {
      return Optional.of("not looked for: only the reference knows what its layers compute");
    }
    try (SingleLayerJudge judge =
        new SingleLayerJudge(
            network, sides.reference(), sides.perturbed(), options.floatCandidate())) {
      return judge.canRead()
          ? Diagnosis.explain(
                  new Case(
                      network,
                      steps.start(),
                      sides.reference(),
                      steps.candidate(),
                      readings.previous(),
                      candidateSteps(),
                      this::further,
                      judge))
              .map(Cause::sentence)
          : Optional.empty();
    }
  }

  /** Returns the step just read and those after it. */
  private List<CandidateStep> candidateSteps() {
    CandidateStep first = readings.candidateStep();
    List<CandidateStep> candidateSteps = new ArrayList<>();
    candidateSteps.add(ofTheNetwork(first, first.shown().copy()));
    for (CandidateStep later : steps.after(first, CandidateSteps.LATER)) {
      candidateSteps.add(ofTheNetwork(later, later.shown()));
      last = later;
    }
    return candidateSteps;
  }

  /** Returns the step after those, null if a cause has held long enough. */
  private @Nullable CandidateStep further() {
    CandidateStep from = last;
    long seen = readings.candidateStep().step() + CandidateSteps.LATER + CandidateSteps.FURTHER;
    if (from == null || from.step() >= seen) {
      return null;
    }
    last = null;
    for (CandidateStep later : steps.after(from, 1)) {
      last = later;
    }
    CandidateStep next = last;
    return next == null ? null : ofTheNetwork(next, next.shown());
  }

  /** Leaves out what a candidate keeps beyond the network's state. */
  private CandidateStep ofTheNetwork(CandidateStep step, Recording shown) {
    Set<String> paths = network.state().keySet();
    ModelState after = step.after();
    return new CandidateStep(
        step.before().only(paths),
        step.batch(),
        step.masks(),
        shown,
        after == null ? null : after.only(paths));
  }

  private FiniteDifferenceCheck finiteDifferences(
      FirstDivergence divergence, Scene scene, Recording shown) {
    Optional<TensorKey> parameter =
        comparison.differingGradient(
            divergence, readings.localSeen(), shown, readings.localFloors());
    if (parameter.isEmpty()) {
      return FiniteDifferenceCheck.silent(
          divergence.tensor(), divergence.index(), "no parameter's gradient differs with it");
    }
    TensorKey key = parameter.get();
    try {
      return new FiniteDifferences(
              scene,
              key.path(),
              Objects.requireNonNull(readings.localSeen().tensor(key)),
              Objects.requireNonNull(shown.tensor(key)))
          .examine(
              options.floatCandidate() ? null : steps.candidate(),
              options.floatCandidate()
                  ? "the candidate computes in float, too coarse for central differences of its loss"
                  : steps.silence());
    } catch (CandidateException e) {
      return FiniteDifferenceCheck.silent(divergence.tensor(), divergence.index(), e.getMessage());
    }
  }
}
