package dev.lockstep.core.compare.judging;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.Difference;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.core.result.Worst;
import dev.lockstep.core.rounding.Floors;
import dev.lockstep.core.rounding.Kinks;
import dev.lockstep.core.rounding.PerturbedStep;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.tensor.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Takes what both sides showed of one step after another and keeps differences, not tensors: its
 * memory does not grow with the length of the run.
 */
public final class Comparison {

  private final List<ExpectedTensor> selected = new ArrayList<>();
  private final List<Coverage.Skipped> skipped = new ArrayList<>();
  private final boolean mayDiverge;
  private final boolean declared;
  private final Map<Phase, Worst> worst = new EnumMap<>(Phase.class);
  private final KeptReadings readings = new KeptReadings();
  private final Tally tally = new Tally();
  private final Horizon horizon = new Horizon();
  private double predictionShare;
  private String undecided = "";
  private final Kinks kinks;
  private @Nullable Finding first;
  private @Nullable Finding suspected;
  private List<Figure.Elements> elementsShown = List.of();

  /**
   * All that is known so far.
   *
   * @param elementsShown of the step that a report shows
   */
  public record Memory(
      Map<Phase, Worst> worst,
      KeptReadings.Memory readings,
      Tally.Memory tally,
      Horizon.Memory horizon,
      double predictionShare,
      String undecided,
      @Nullable Finding first,
      @Nullable Finding suspected,
      List<Figure.Elements> elementsShown) {
    public Memory {
      elementsShown = List.copyOf(elementsShown);
      worst = Map.copyOf(worst);
    }
  }

  /**
   * @param mayDiverge whether both sides may leave the finite numbers together
   * @param declared whether a tolerance is declared in place of one that is measured
   * @param skips returns why a tensor is not compared, empty if it is
   */
  public Comparison(
      NetworkSpec network,
      boolean mayDiverge,
      boolean declared,
      Function<ExpectedTensor, Optional<String>> skips) {
    this.mayDiverge = mayDiverge;
    this.declared = declared;
    this.kinks = new Kinks(network);
    for (ExpectedTensor tensor : ExpectedTensor.of(network)) {
      skips
          .apply(tensor)
          .ifPresentOrElse(
              reason ->
                  skipped.add(
                      new Coverage.Skipped(tensor.key().phase(), tensor.key().path(), reason)),
              () -> selected.add(tensor));
    }
  }

  /** Returns the tensors that recordings have to keep. */
  public Set<TensorKey> wanted() {
    Set<TensorKey> wanted = new LinkedHashSet<>();
    selected.forEach(tensor -> wanted.add(tensor.key()));
    wanted.add(ExpectedTensor.OUTPUT.key());
    wanted.addAll(kinks.inputs());
    return wanted;
  }

  public boolean comparesNothing() {
    return selected.isEmpty();
  }

  /** Counts an observed step, unless it is the latest taken once more; its readings follow. */
  public void startStep(long step) {
    tally.start(step);
  }

  /**
   * Compares one reading of a step and adds it to what is known.
   *
   * @param reference what the reference computed, in the way of the reading
   * @param candidate what the candidate showed
   */
  public StepOutcome compare(
      long step, Reading reading, Recording reference, Recording candidate, Floors floors) {
    if (reading == Reading.FREE_RUNNING && !declared) {
      horizon.find(step, selected, reference, floors);
    }
    boolean last = reading == Reading.FREE_RUNNING; // of the readings of a step
    List<TensorReading> kept = new ArrayList<>();
    Finding finding = null;
    Flips flips = new Flips(step, reading, reference, candidate);
    for (ExpectedTensor tensor : selected) {
      if (reading == Reading.SINGLE_LAYER && tensor.key().equals(ExpectedTensor.PREDICTION)) {
        continue; // no layer by itself, and judged by the single-step reading
      }
      Tensor a = reference.tensor(tensor.key());
      Tensor b = candidate.tensor(tensor.key());
      if (a == null || b == null) {
        if (tally.counts() && last) {
          tally.oneSided();
        }
        finding = finding != null ? finding : Finding.missing(step, tensor, a == null, b == null);
        continue;
      }
      if (!a.shape().equals(b.shape())) {
        finding = finding != null ? finding : Finding.otherShape(step, tensor, a, b);
        continue;
      }
      Difference difference = Difference.between(a, b);
      double floor = floors.of(tensor, difference.magnitude());
      if (!difference.finite()) {
        if (mayDiverge && Finding.isNotFinite(a) && Finding.isNotFinite(b) && finding == null) {
          if (tally.counts() && last) {
            tally.leftFinite(selected.subList(selected.indexOf(tensor), selected.size()));
          }
          keepAll(step, kept);
          return new StepOutcome(null, true);
        }
        finding =
            finding != null
                ? finding
                : Finding.notFinite(step, reading, tensor, difference, a, b, floor);
      }
      if (tally.counts() && last) {
        tally.compared(a);
        addToWorst(step, tensor, difference);
      }
      flips.look(tensor.key());
      boolean passed = difference.finite() && !tooFar(difference, floor);
      String unjudged = flips.unjudged(tensor.key());
      TensorReading read = read(step, reading, tensor, difference, floor, passed, unjudged);
      kept.add(read);
      judge(tensor.key(), read);
      if (read.failed() && finding == null) {
        finding = Finding.difference(declared, step, reading, tensor, difference, a, b, floor);
      }
    }
    keepAll(step, kept);
    return new StepOutcome(finding, false);
  }

  /**
   * Compares what the candidate's steps since the last observed one have come to with what the
   * reference's have, from the same state.
   *
   * @param step the last of them
   * @param moved by how much each of the reference's tensors moved at most
   */
  public StepOutcome compareSegment(
      long step,
      Recording reference,
      Recording candidate,
      Floors floors,
      ToDoubleFunction<TensorKey> moved) {
    return compareStates(step, Reading.SEGMENT, reference, candidate, floors, moved);
  }

  /**
   * Compares what training left, where nothing else was looked at.
   *
   * @param moved by how much each of the reference's tensors moved at most
   */
  public StepOutcome compareLastState(
      long step,
      Recording reference,
      Recording candidate,
      Floors floors,
      ToDoubleFunction<TensorKey> moved) {
    return compareStates(step, Reading.FREE_RUNNING, reference, candidate, floors, moved);
  }

  /** A tensor is judged if one that never moved, or moved twice as far, would not pass. */
  private StepOutcome compareStates(
      long step,
      Reading reading,
      Recording reference,
      Recording candidate,
      Floors floors,
      ToDoubleFunction<TensorKey> moved) {
    boolean last = reading == Reading.FREE_RUNNING;
    List<ExpectedTensor> states =
        selected.stream().filter(tensor -> tensor.key().phase() == Phase.UPDATE).toList();
    double most = states.stream().mapToDouble(t -> moved.applyAsDouble(t.key())).max().orElse(0);
    List<TensorReading> kept = new ArrayList<>();
    Finding finding = null;
    boolean divergedAlike = false;
    boolean any = false;
    for (ExpectedTensor tensor : states) {
      Tensor a = reference.tensor(tensor.key());
      Tensor b = candidate.tensor(tensor.key());
      if (a == null || b == null) {
        if (last) {
          tally.oneSided();
        }
        finding = finding != null ? finding : Finding.missing(step, tensor, a == null, b == null);
        continue;
      }
      if (!a.shape().equals(b.shape())) {
        finding = finding != null ? finding : Finding.otherShape(step, tensor, a, b);
        continue;
      }
      Difference difference = Difference.between(a, b);
      double floor = floors.of(tensor, difference.magnitude());
      if (!difference.finite()) {
        if (mayDiverge && Finding.isNotFinite(a) && Finding.isNotFinite(b)) {
          divergedAlike = true;
          if (last) {
            tally.leftFinite(List.of(tensor));
          }
          continue;
        }
        finding =
            finding != null
                ? finding
                : Finding.notFinite(step, reading, tensor, difference, a, b, floor);
      }
      double allowed = Tolerance.MAX_ERROR_OVER_FLOOR * floor;
      boolean passed = difference.finite() && !tooFar(difference, floor);
      boolean tells =
          !passed
              || allowed < moved.applyAsDouble(tensor.key())
              || allowed < Tolerance.NEGLIGIBLE * most;
      String unjudged = tells ? "" : "rounding may move it as far as training does";
      TensorReading read = read(step, reading, tensor, difference, floor, passed, unjudged);
      kept.add(read);
      any |= read.judged();
      if (last) {
        tally.compared(a);
        addToWorst(step, tensor, difference);
        judge(tensor.key(), read);
      }
      if (read.failed() && finding == null) {
        finding = Finding.difference(declared, step, reading, tensor, difference, a, b, floor);
      }
    }
    keepAll(step, kept);
    if (!any && finding == null && !divergedAlike && !states.isEmpty()) {
      leaveUndecided(
          "the steps up to step %d: rounding may move every tensor as far as training does"
              .formatted(step));
    }
    return new StepOutcome(finding, divergedAlike);
  }

  private static TensorReading read(
      long step,
      Reading reading,
      ExpectedTensor tensor,
      Difference difference,
      double floor,
      boolean passed,
      String unjudged) {
    return new TensorReading(
        step,
        tensor.key().phase(),
        tensor.layer(),
        tensor.key().path(),
        reading,
        difference.error(),
        difference.maxRel(),
        floor,
        difference.magnitude(),
        passed,
        unjudged);
  }

  /** Notes how far two correct computations of a prediction lie apart, as a share of it. */
  public void notePredictions(Recording reference, Floors floors) {
    Tensor prediction = reference.tensor(ExpectedTensor.PREDICTION);
    double magnitude = prediction == null ? 0 : prediction.largestMagnitude();
    if (magnitude > 0 && Double.isFinite(magnitude)) {
      predictionShare = floors.of(ExpectedTensor.OF_PREDICTION, magnitude) / magnitude;
    }
  }

  /**
   * Compares the candidate's predictions with those of the reference in the candidate's state.
   *
   * @return null if they agree
   */
  public @Nullable Finding comparePredictions(
      long step, Predictions predictions, Classification candidate, boolean inFloat) {
    Tensor a = predictions.reference().outputs();
    Tensor b = candidate.outputs();
    Difference difference = Difference.between(a, b);
    double share =
        predictionShare > 0 ? predictionShare : inFloat ? Tolerance.PREDICTION_SHARE_FLOAT : 0;
    double floor =
        Math.max(
            Math.max(Math.ulp(difference.magnitude()), share * difference.magnitude()),
            PerturbedStep.spread(a, predictions.perturbed().outputs(), false));
    if (Finding.isNotFinite(a) || (difference.finite() && !tooFar(difference, floor))) {
      return null;
    }
    ExpectedTensor prediction = ExpectedTensor.OF_PREDICTION;
    return difference.finite()
        ? Finding.difference(
            declared, step, Reading.SINGLE_STEP, prediction, difference, a, b, floor)
        : Finding.notFinite(step, Reading.SINGLE_STEP, prediction, difference, a, b, floor);
  }

  /** Remembers the first reason for which the run can come to no agreement. */
  public void leaveUndecided(String reason) {
    if (undecided.isEmpty()) {
      undecided = reason;
    }
  }

  /** Returns why the run can come to no agreement; empty if it can. */
  public String undecided() {
    if (!undecided.isEmpty()) {
      return undecided;
    }
    Coverage coverage = coverage();
    return coverage.complete()
        ? ""
        : "%d of %d tensors could not be judged"
            .formatted(
                coverage.expected() - coverage.skipped() - coverage.judged(), coverage.expected());
  }

  /**
   * Returns what a run comes to.
   *
   * @param finding that it ends with, null if there is none
   * @param divergedAlike whether both sides went the same way to numbers that are not finite
   */
  public Verdict verdict(@Nullable Finding finding, boolean divergedAlike) {
    if (finding != null) {
      return Verdict.DIFFER;
    } else if (divergedAlike) {
      return Verdict.DIVERGED_ALIKE;
    }
    return undecided().isEmpty() ? Verdict.AGREE : Verdict.UNDECIDED;
  }

  /** Returns whether the free-running noise floor is too coarse to find a small fault. */
  public boolean isCoarse() {
    return horizon.isCoarse();
  }

  private void judge(TensorKey key, TensorReading read) {
    if (read.judged()) {
      tally.judged(key);
    }
  }

  private void keepAll(long step, List<TensorReading> kept) {
    if (tally.counts()) {
      readings.add(step, tally.steps(), kept);
    }
  }

  /** Follows one reading in the order of computation: from where on kinks keep it from judging. */
  private final class Flips {
    private final long step;
    private final Reading reading;
    private final Recording reference;
    private final Recording candidate;
    private boolean flipped;
    private boolean jumped;

    Flips(long step, Reading reading, Recording reference, Recording candidate) {
      this.step = step;
      this.reading = reading;
      this.reference = reference;
      this.candidate = candidate;
    }

    void look(TensorKey key) {
      if (declared || reading == Reading.SINGLE_LAYER) {
        return;
      }
      if (kinks.flipped(key, reference, candidate)) {
        flipped = true;
        jumped |= kinks.jumps(key);
        if (reading == Reading.FREE_RUNNING) {
          horizon.isReached(step);
        }
      }
    }

    String unjudged(TensorKey key) {
      if (reading == Reading.FREE_RUNNING) {
        return horizon.isAfter(step) ? "" : "at or past the divergence horizon";
      }
      boolean gradient = key.phase() == Phase.BACKWARD || key.phase() == Phase.UPDATE;
      return jumped || (flipped && gradient)
          ? "a ReLU or a maximum flipped within rounding upstream"
          : "";
    }
  }

  private static boolean tooFar(Difference difference, double floor) {
    return difference.maxAbs() > Tolerance.MAX_ERROR_OVER_FLOOR * floor;
  }

  /** Returns whether what was found still counts, now that earlier steps were looked at too. */
  public boolean stillCounts(StepOutcome outcome) {
    Finding finding = outcome.finding();
    FirstDivergence divergence = finding == null ? null : finding.divergence();
    return divergence == null
        || divergence.reading() != Reading.FREE_RUNNING
        || horizon.isAfter(divergence.step());
  }

  private void addToWorst(long step, ExpectedTensor tensor, Difference difference) {
    Worst candidate = new Worst(difference.error(), difference.maxRel(), tensor.key().path(), step);
    worst.merge(
        tensor.key().phase(),
        candidate,
        (old, next) -> {
          Worst larger = Double.compare(next.maxAbs(), old.maxAbs()) > 0 ? next : old;
          return new Worst(
              larger.maxAbs(), Math.max(old.maxRel(), next.maxRel()), larger.path(), larger.step());
        });
  }

  /** Returns the first parameter, from a divergence on, whose gradients differ. */
  public Optional<TensorKey> differingGradient(
      FirstDivergence divergence, Recording reference, Recording candidate, Floors floors) {
    TensorKey first = new TensorKey(divergence.phase(), divergence.tensor());
    return selected.stream()
        .dropWhile(tensor -> !tensor.key().equals(first))
        .filter(tensor -> tensor.key().phase() == Phase.BACKWARD && !tensor.perSample())
        .filter(tensor -> differs(tensor, reference, candidate, floors))
        .map(ExpectedTensor::key)
        .findFirst();
  }

  private static boolean differs(
      ExpectedTensor tensor, Recording reference, Recording candidate, Floors floors) {
    Tensor a = reference.tensor(tensor.key());
    Tensor b = candidate.tensor(tensor.key());
    if (a == null || b == null || !a.shape().equals(b.shape())) {
      return false;
    }
    Difference difference = Difference.between(a, b);
    return difference.finite() && tooFar(difference, floors.of(tensor, difference.magnitude()));
  }

  /** Measures the elements of a step that a report shows, in place of those of an earlier one. */
  public void showElements(
      long step, Reading reading, Recording reference, Recording candidate, Floors floors) {
    List<Figure.Elements> shown = new ArrayList<>();
    for (ExpectedTensor tensor : selected) {
      Tensor a = reference.tensor(tensor.key());
      Tensor b = candidate.tensor(tensor.key());
      if (a != null && b != null && a.shape().equals(b.shape()) && a.size() > 0) {
        double floor = floors.of(tensor, a.largestMagnitude());
        shown.add(ElementFigures.of(step, reading, tensor, a, b, floor));
      }
    }
    elementsShown = shown;
  }

  /** Returns the elements of the step of the first difference, or else of the last observed one. */
  public List<Figure.Elements> elementsShown() {
    return elementsShown;
  }

  /** Remembers a finding if it is the first of the run. */
  public void report(Finding finding) {
    if (first == null) {
      first = finding;
    }
  }

  public @Nullable Finding first() {
    return first;
  }

  /**
   * Remembers predictions that differ. An observed step that finds more of the same is told before
   * them: it knows the layer and the cause.
   */
  public void suspect(Finding mispredicted) {
    if (suspected == null) {
      suspected = mispredicted;
    }
  }

  /** Returns what the run came to: the first finding, null if everything agrees. */
  public @Nullable Finding conclusion() {
    return first != null ? first : suspected;
  }

  public @Nullable Long horizon() {
    return horizon.step();
  }

  public Map<Phase, Worst> worst() {
    return worst;
  }

  public List<TensorReading> readings() {
    return readings.all();
  }

  /** Returns a finding with what is known of the steps after it. */
  public Finding withLaterSteps(Finding finding) {
    return readings.withLaterSteps(finding);
  }

  public Coverage coverage() {
    return tally.coverage(selected.size(), skipped);
  }

  public Memory memory() {
    return new Memory(
        worst,
        readings.memory(),
        tally.memory(),
        horizon.memory(),
        predictionShare,
        undecided,
        first,
        suspected,
        elementsShown);
  }

  public void recall(Memory memory) {
    worst.clear();
    worst.putAll(memory.worst());
    readings.recall(memory.readings());
    tally.recall(memory.tally());
    horizon.recall(memory.horizon());
    predictionShare = memory.predictionShare();
    undecided = memory.undecided();
    first = memory.first();
    suspected = memory.suspected();
    elementsShown = memory.elementsShown();
  }
}
