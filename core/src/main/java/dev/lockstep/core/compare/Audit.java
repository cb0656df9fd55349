package dev.lockstep.core.compare;

import dev.lockstep.core.compare.judging.Comparison;
import dev.lockstep.core.compare.judging.Finding;
import dev.lockstep.core.compare.judging.StepOutcome;
import dev.lockstep.core.diagnosis.Case;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.ModelState;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.CandidateStep;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.rounding.KnownRounding;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Judges a run that somebody recorded: at each recorded step the reference takes over the recorded
 * state and batch and takes the step itself, and each layer by itself from the recorded tensors.
 * Free-running the reference goes on from the first recorded state, and anew after a gap. Memory
 * holds a few steps, however long the recording is.
 */
public final class Audit {

  private static final TensorKey LOSS = new TensorKey(Phase.LOSS, NetworkSpec.LOSS);

  private final NetworkSpec network;
  private final LockstepOptions options;
  private final LockstepListener listener;

  public Audit(NetworkSpec network, LockstepOptions options, LockstepListener listener) {
    this.network = network;
    this.options = options;
    this.listener = listener;
  }

  /** A run that was recorded. */
  public interface RecordedRun {

    /** Returns what it is called in reports. */
    String name();

    /** Returns about how many steps it has. */
    long steps();

    /** Returns the next step, null after the last one. */
    @Nullable CandidateStep next();
  }

  /**
   * Judges a run from its first recorded step to the last.
   *
   * @param perturbed the reference once more, perturbed or rounded to the precision of the run
   * @throws NothingComparedException if the options leave nothing to compare
   */
  public Outcome run(ModelProvider reference, ModelProvider perturbed, RecordedRun run) {
    if (options.comparison(network).comparesNothing()) {
      throw new NothingComparedException();
    }
    CandidateStep first = run.next();
    if (first == null) {
      return nothing(reference, run, "no complete step was recorded");
    }
    Ahead ahead = new Ahead(run, first);
    List<ExpectedTensor> missing = new ArrayList<>();
    Comparison comparison = options.comparison(network, tensor -> skips(tensor, first, missing));
    if (comparison.comparesNothing()) {
      return nothing(
          reference,
          run,
          "step %d holds none of the tensors that are to be compared, such as %s"
              .formatted(first.step(), missing.get(0).key()));
    }
    if (!missing.isEmpty()) {
      comparison.leaveUndecided(
          "%d of the %d tensors of a step were not recorded, such as %s: record them, or leave them out by --phase or --exclude"
              .formatted(missing.size(), ExpectedTensor.of(network).size(), missing.get(0).key()));
    }
    ReferenceThread thread = new ReferenceThread();
    try (References references =
        References.create(
            network,
            reference,
            options.tolerance() == null ? perturbed : null,
            true,
            first.before().only(network.state().keySet()))) {
      try {
        return new Run(
                new Lockstep.Sides(reference, reference, perturbed),
                run.name(),
                ahead,
                comparison,
                references,
                thread,
                first,
                run.steps())
            .toTheEnd();
      } finally {
        thread.end();
      }
    }
  }

  private Outcome nothing(ModelProvider reference, RecordedRun run, String why) {
    double none = Double.NaN;
    return new Outcome(
        Verdict.NOTHING_COMPARED,
        why,
        null,
        null,
        0,
        List.of(
            new RunResult.Implementation(reference.name(), "reference", none, none, none),
            new RunResult.Implementation(run.name(), "candidate", none, none, none)),
        options.comparison(network).coverage(),
        null,
        Map.of(),
        new Curves(List.of(), List.of()),
        List.of(),
        List.of(),
        new ModelState(0, Map.of()),
        new ModelState(0, Map.of()),
        Map.of());
  }

  private Optional<String> skips(
      ExpectedTensor tensor, CandidateStep first, List<ExpectedTensor> missing) {
    if (tensor.key().equals(ExpectedTensor.PREDICTION)) {
      return Optional.of("a recorded run predicts nothing");
    }
    Optional<String> asked = options.skips(tensor);
    if (asked.isEmpty() && first.shown().tensor(tensor.key()) == null) {
      missing.add(tensor);
      return Optional.of("not recorded");
    }
    return asked;
  }

  /** Reads on only as far as it is asked to. */
  private static final class Ahead implements CandidateSteps {

    private final RecordedRun run;
    private final Deque<CandidateStep> read = new ArrayDeque<>();
    private final CandidateStep first;

    Ahead(RecordedRun run, CandidateStep first) {
      this.run = run;
      this.first = first;
      read.add(first);
    }

    @Nullable CandidateStep next() {
      return read.isEmpty() ? run.next() : read.poll();
    }

    @Override
    public Case.Start start() {
      return new Case.Start(
          first.batch(), first.masks(), first.before().step() == 0 ? first.before() : null);
    }

    @Override
    public List<CandidateStep> after(CandidateStep step, int count) {
      while (after(step).size() < count) {
        CandidateStep next = run.next();
        if (next == null) {
          break;
        }
        read.add(next);
      }
      return after(step).stream().limit(count).toList();
    }

    private List<CandidateStep> after(CandidateStep step) {
      return read.stream().filter(other -> other.step() > step.step()).toList();
    }

    @Override
    public @Nullable ModelProvider candidate() {
      return null;
    }

    @Override
    public String silence() {
      return "a recorded run cannot be asked for the slope of its loss";
    }
  }

  /** One audit, from its first step to its outcome. */
  private final class Run {

    private final Lockstep.Sides sides;
    private final String name;
    private final Ahead ahead;
    private final Comparison comparison;
    private final References references;
    private final TrainingLog log;
    private final StepReadings readings;
    private final Causes causes;
    private final Set<String> paths = network.state().keySet();
    private final long steps;
    private CandidateStep last;
    private long taken;
    private boolean divergedAlike;

    Run(
        Lockstep.Sides sides,
        String name,
        Ahead ahead,
        Comparison comparison,
        References references,
        ReferenceThread thread,
        CandidateStep first,
        long steps) {
      this.sides = sides;
      this.name = name;
      this.ahead = ahead;
      this.comparison = comparison;
      this.references = references;
      this.last = first;
      this.steps = steps;
      this.log = new TrainingLog(steps);
      this.readings =
          new StepReadings(
              network,
              options,
              comparison,
              KnownRounding.of(network, first.batch().size(), options.floatCandidate()),
              references,
              thread,
              log,
              new StateCheck(paths, options.floatCandidate()));
      this.causes = new Causes(network, sides, options, comparison, readings, ahead);
    }

    Outcome toTheEnd() {
      boolean goesOn = true;
      for (CandidateStep step = ahead.next(); goesOn && step != null; step = ahead.next()) {
        goesOn = judge(step) && !listener.stops();
      }
      return outcome();
    }

    /** Returns whether it makes sense to go on. */
    private boolean judge(CandidateStep step) {
      if (taken > 0 && step.step() != last.step() + 1) {
        goOnFrom(step.before());
      }
      last = step;
      taken++;
      StepOutcome outcome = readings.read(step);
      Tensor loss = step.shown().tensor(LOSS);
      log.noteCandidate(loss == null ? Double.NaN : loss.data()[0]);
      log.drawLosses(step.step());
      TrainingLog.Losses losses = log.losses();
      listener.stepTaken(taken, Math.max(taken, steps), losses.reference(), losses.candidate());
      if (!outcome.agrees() && comparison.first() == null) {
        readings.showElements(outcome);
        StepOutcome explained = causes.explained(outcome);
        Finding finding = explained.finding();
        if (finding == null) {
          divergedAlike = true;
        } else {
          comparison.report(finding);
        }
      }
      return !divergedAlike
          && Double.isFinite(losses.reference())
          && (comparison.first() == null || !options.failFast());
    }

    private void goOnFrom(ModelState state) {
      references.free().restore(state.only(paths));
      Model perturbed = references.freePerturbed();
      if (perturbed != null) {
        perturbed.restore(state.only(paths));
      }
    }

    private Outcome outcome() {
      log.add(
          new Curves.AccuracyPoint(last.step(), Double.NaN, Double.NaN, Double.NaN, Double.NaN, 0));
      if (comparison.first() == null) {
        readings.showElements(StepOutcome.AGREES); // a recording may end anywhere
      }
      Finding finding = comparison.conclusion();
      Verdict verdict = comparison.verdict(finding, divergedAlike);
      String reference = sides.reference().name();
      Map<String, Double> speeds = new LinkedHashMap<>(log.speeds(reference, name));
      speeds.remove(name); // it was recorded at another time
      return new Outcome(
          verdict,
          verdict == Verdict.UNDECIDED ? comparison.undecided() : "",
          finding == null ? null : finding.failure(),
          finding == null ? null : finding.divergence(),
          taken,
          log.implementations(reference, name),
          comparison.coverage(),
          comparison.horizon(),
          comparison.worst(),
          log.curves(),
          comparison.readings(),
          comparison.elementsShown(),
          references.free().state(),
          Objects.requireNonNull(last.after()),
          speeds);
    }
  }
}
