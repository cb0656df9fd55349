package dev.lockstep.core.compare;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.Difference;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.Figure;
import dev.lockstep.core.result.FiniteDifferenceCheck;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.FirstDivergence.Element;
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
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes what both sides showed of one step after another and keeps differences, not tensors: its
 * memory does not grow with the length of the run.
 */
final class Comparison {

  /** Enough for a chart; beyond it every second one is forgotten, and every second one to come. */
  private static final int KEPT_STEPS = 400;

  private final List<ExpectedTensor> selected = new ArrayList<>();
  private final List<Coverage.Skipped> skipped = new ArrayList<>();
  private final boolean mayDiverge;
  private final boolean declared;
  private final Map<Phase, Worst> worst = new EnumMap<>(Phase.class);
  private final Map<Long, ObservedStep> readings = new TreeMap<>();
  private long stride = 1;
  private final List<Coverage.Skipped> leftOut = new ArrayList<>();
  private long latest;
  private boolean counts;
  private long steps;
  private long compared;
  private long oneSided;
  private long elements;
  private final Map<Phase, Long> judged = new EnumMap<>(Phase.class);
  private final Set<TensorKey> judgedNow = new LinkedHashSet<>();
  private boolean coarse;
  private double predictionShare;
  private String undecided = "";
  private final Kinks kinks;
  private @Nullable Long horizon;
  private @Nullable Finding first;
  private @Nullable Finding suspected;
  private List<Figure.Elements> elementsShown = List.of();

  /**
   * Something that does not agree.
   *
   * @param divergence null where there are no two tensors to hold against each other
   */
  record Finding(long step, Failure failure, @Nullable FirstDivergence divergence) {

    /** Returns a finding that no two tensors show, told after its step. */
    static Finding told(long step, Failure.Kind kind, String what) {
      return new Finding(step, new Failure(kind, "step %d: ".formatted(step) + what), null);
    }

    /** Returns this finding with what explains it. */
    Finding explained(String diagnosis) {
      return divergence == null
          ? this
          : new Finding(step, failure, divergence.withDiagnosis(diagnosis));
    }

    /** Returns this finding with what central differences say of it. */
    Finding checked(FiniteDifferenceCheck check) {
      return divergence == null ? this : new Finding(step, failure, divergence.with(check));
    }
  }

  /**
   * What is kept of an observed step.
   *
   * @param number counts observed steps
   */
  record ObservedStep(long number, List<TensorReading> readings) {}

  /**
   * All that is known so far.
   *
   * @param readings by step, of the steps that are kept
   * @param leftOut what had left the finite numbers on both sides
   * @param elementsShown of the step that a report shows
   */
  record Memory(
      Map<Phase, Worst> worst,
      Map<Long, ObservedStep> readings,
      long stride,
      List<Coverage.Skipped> leftOut,
      long latest,
      long steps,
      long compared,
      long oneSided,
      long elements,
      Map<Phase, Long> judged,
      boolean coarse,
      double predictionShare,
      String undecided,
      @Nullable Long horizon,
      @Nullable Finding first,
      @Nullable Finding suspected,
      List<Figure.Elements> elementsShown) {
    Memory {
      elementsShown = List.copyOf(elementsShown);
      judged = Map.copyOf(judged);
      worst = Map.copyOf(worst);
      leftOut = List.copyOf(leftOut);
      Map<Long, ObservedStep> kept = new TreeMap<>();
      readings.forEach(
          (step, observed) ->
              kept.put(
                  step, new ObservedStep(observed.number(), List.copyOf(observed.readings()))));
      readings = kept;
      if (stride < 1) {
        throw new IllegalArgumentException("stride: expected at least 1, found " + stride);
      }
    }
  }

  /**
   * What one reading of one step showed.
   *
   * @param finding the first thing, in the order of computation, that does not agree; null if all
   *     does
   * @param divergedAlike true if both sides left the finite numbers in the same tensor, as foreseen
   */
  record StepOutcome(@Nullable Finding finding, boolean divergedAlike) {

    static final StepOutcome AGREES = new StepOutcome(null, false);

    /** Returns the first finding of several that are not null. */
    static StepOutcome first(boolean divergedAlike, @Nullable Finding... findings) {
      for (Finding finding : findings) {
        if (finding != null) {
          return new StepOutcome(finding, divergedAlike);
        }
      }
      return new StepOutcome(null, divergedAlike);
    }

    boolean agrees() {
      return finding == null && !divergedAlike;
    }

    /** Returns whether it is a reading of this kind that differs. */
    boolean isOf(Reading reading) {
      FirstDivergence divergence = finding == null ? null : finding.divergence();
      return divergence != null && divergence.reading() == reading;
    }

    StepOutcome explained(String diagnosis) {
      return finding == null ? this : new StepOutcome(finding.explained(diagnosis), divergedAlike);
    }
  }

  Comparison(NetworkSpec network, LockstepOptions options) {
    this(network, options, options::skips);
  }

  /**
   * @param skips returns why a tensor is not compared, empty if it is
   */
  Comparison(
      NetworkSpec network,
      LockstepOptions options,
      Function<ExpectedTensor, Optional<String>> skips) {
    this.mayDiverge = options.mayDiverge();
    this.declared = options.tolerance() != null;
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
  Set<TensorKey> wanted() {
    Set<TensorKey> wanted = new LinkedHashSet<>();
    selected.forEach(tensor -> wanted.add(tensor.key()));
    wanted.add(ExpectedTensor.OUTPUT.key());
    wanted.addAll(kinks.inputs());
    return wanted;
  }

  boolean comparesNothing() {
    return selected.isEmpty();
  }

  /** Counts an observed step, unless it is the latest taken once more; its readings follow. */
  void startStep(long step) {
    counts = step != latest;
    latest = Math.max(latest, step);
    if (counts) {
      steps++;
    }
    judgedNow.clear();
  }

  /**
   * Compares one reading of a step and adds it to what is known.
   *
   * @param reference what the reference computed, in the way of the reading
   * @param candidate what the candidate showed
   */
  StepOutcome compare(
      long step, Reading reading, Recording reference, Recording candidate, Floors floors) {
    if (reading == Reading.FREE_RUNNING && !declared) {
      findHorizon(step, reference, floors);
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
        if (counts && last) {
          oneSided++;
        }
        finding = finding != null ? finding : missing(step, tensor, a == null, b == null);
        continue;
      }
      if (!a.shape().equals(b.shape())) {
        finding = finding != null ? finding : otherShape(step, tensor, a, b);
        continue;
      }
      Difference difference = Difference.between(a, b);
      double floor = floors.of(tensor, difference.magnitude());
      if (!difference.finite()) {
        if (mayDiverge && nonFinite(a) && nonFinite(b) && finding == null) {
          if (counts && last) {
            leaveOut(selected.subList(selected.indexOf(tensor), selected.size()));
          }
          keepAll(step, kept);
          return new StepOutcome(null, true);
        }
        finding =
            finding != null ? finding : nonFinite(step, reading, tensor, difference, a, b, floor);
      }
      if (counts && last) {
        compared++;
        elements += a.size();
        addToWorst(step, tensor, difference);
      }
      flips.look(tensor.key());
      boolean passed = difference.finite() && !tooFar(difference, floor);
      String unjudged = flips.unjudged(tensor.key());
      TensorReading read = read(step, reading, tensor, difference, floor, passed, unjudged);
      kept.add(read);
      judge(tensor.key(), read);
      if (read.failed() && finding == null) {
        finding = difference(step, reading, tensor, difference, a, b, floor);
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
  StepOutcome compareSegment(
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
  StepOutcome compareLastState(
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
        oneSided += last ? 1 : 0;
        finding = finding != null ? finding : missing(step, tensor, a == null, b == null);
        continue;
      }
      if (!a.shape().equals(b.shape())) {
        finding = finding != null ? finding : otherShape(step, tensor, a, b);
        continue;
      }
      Difference difference = Difference.between(a, b);
      double floor = floors.of(tensor, difference.magnitude());
      if (!difference.finite()) {
        if (mayDiverge && nonFinite(a) && nonFinite(b)) {
          divergedAlike = true;
        } else {
          finding =
              finding != null ? finding : nonFinite(step, reading, tensor, difference, a, b, floor);
        }
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
        compared++;
        elements += a.size();
        addToWorst(step, tensor, difference);
        judge(tensor.key(), read);
      }
      if (read.failed() && finding == null) {
        finding = difference(step, reading, tensor, difference, a, b, floor);
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
  void notePredictions(Recording reference, Floors floors) {
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
  @Nullable Finding comparePredictions(
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
    if (nonFinite(a) || (difference.finite() && !tooFar(difference, floor))) {
      return null;
    }
    ExpectedTensor prediction = ExpectedTensor.OF_PREDICTION;
    return difference.finite()
        ? difference(step, Reading.SINGLE_STEP, prediction, difference, a, b, floor)
        : nonFinite(step, Reading.SINGLE_STEP, prediction, difference, a, b, floor);
  }

  /** Remembers the first reason for which the run can come to no agreement. */
  void leaveUndecided(String reason) {
    if (undecided.isEmpty()) {
      undecided = reason;
    }
  }

  /** Returns why the run can come to no agreement; empty if it can. */
  String undecided() {
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
  Verdict verdict(@Nullable Finding finding, boolean divergedAlike) {
    if (finding != null) {
      return Verdict.DIFFER;
    } else if (divergedAlike) {
      return Verdict.DIVERGED_ALIKE;
    }
    return undecided().isEmpty() ? Verdict.AGREE : Verdict.UNDECIDED;
  }

  /** Returns whether the free-running noise floor is too coarse to find a small fault. */
  boolean isCoarse() {
    return coarse || horizon != null;
  }

  private void judge(TensorKey key, TensorReading read) {
    if (counts && read.judged() && judgedNow.add(key)) {
      judged.merge(key.phase(), 1L, Long::sum);
    }
  }

  private void keepAll(long step, List<TensorReading> kept) {
    if (counts) {
      keep(step, kept);
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
          comeToHorizon(step);
        }
      }
    }

    String unjudged(TensorKey key) {
      if (reading == Reading.FREE_RUNNING) {
        return horizon == null || step < horizon ? "" : "at or past the divergence horizon";
      }
      boolean gradient = key.phase() == Phase.BACKWARD || key.phase() == Phase.UPDATE;
      return jumped || (flipped && gradient)
          ? "a ReLU or a maximum flipped within rounding upstream"
          : "";
    }
  }

  private void leaveOut(List<ExpectedTensor> tensors) {
    for (ExpectedTensor tensor : tensors) {
      leftOut.add(
          new Coverage.Skipped(
              tensor.key().phase(), tensor.key().path(), "both sides had left the finite numbers"));
    }
  }

  private static boolean tooFar(Difference difference, double floor) {
    return difference.maxAbs() > Tolerance.MAX_ERROR_OVER_FLOOR * floor;
  }

  /**
   * Looks at every layer: an exploding network parts in its hidden layers, while its softmax still
   * says 1 for the same class.
   */
  private void findHorizon(long step, Recording reference, Floors floors) {
    double share =
        Stream.concat(selected.stream(), Stream.of(ExpectedTensor.OUTPUT))
            .filter(tensor -> tensor.key().phase() == Phase.FORWARD)
            .mapToDouble(tensor -> share(tensor, reference, floors))
            .max()
            .orElse(0);
    coarse |= share > Tolerance.COARSE_SHARE;
    if (share > Tolerance.HORIZON_SHARE) {
      comeToHorizon(step);
    }
  }

  /** Returns the noise floor as a share of the largest output; 0 where none can be taken. */
  private static double share(ExpectedTensor tensor, Recording reference, Floors floors) {
    Tensor output = reference.tensor(tensor.key());
    double magnitude = output == null ? 0 : output.largestMagnitude();
    return output == null || magnitude == 0 || !Double.isFinite(magnitude)
        ? 0
        : floors.of(tensor, magnitude) / magnitude;
  }

  /** A replay takes earlier steps later: the horizon is the earliest, not the first seen. */
  private void comeToHorizon(long step) {
    horizon = horizon == null ? step : Math.min(horizon, step);
  }

  /** Returns whether what was found still counts, now that earlier steps were looked at too. */
  boolean stillCounts(StepOutcome outcome) {
    Finding finding = outcome.finding();
    FirstDivergence divergence = finding == null ? null : finding.divergence();
    return divergence == null
        || divergence.reading() != Reading.FREE_RUNNING
        || horizon == null
        || divergence.step() < horizon;
  }

  private static Finding missing(
      long step, ExpectedTensor tensor, boolean atReference, boolean atCandidate) {
    String where =
        atReference && atCandidate
            ? "neither side"
            : atReference ? "the candidate alone" : "the reference alone";
    return Finding.told(
        step,
        Failure.Kind.MISSING_TENSOR,
        "expected %s on both sides, shown by %s".formatted(tensor.key(), where));
  }

  private static Finding otherShape(long step, ExpectedTensor tensor, Tensor a, Tensor b) {
    return Finding.told(
        step,
        Failure.Kind.DIFFERENCE,
        "%s has shape %s on the reference's side and %s on the candidate's"
            .formatted(tensor.key(), a.shape(), b.shape()));
  }

  private static boolean nonFinite(Tensor tensor) {
    for (double value : tensor.data()) {
      if (!Double.isFinite(value)) {
        return true;
      }
    }
    return false;
  }

  private static Finding nonFinite(
      long step,
      Reading reading,
      ExpectedTensor tensor,
      Difference difference,
      Tensor a,
      Tensor b,
      double floor) {
    boolean both = nonFinite(a) && nonFinite(b);
    return new Finding(
        step,
        new Failure(
            Failure.Kind.NON_FINITE,
            "step %d: %s is not finite on %s"
                .formatted(
                    step,
                    tensor.key(),
                    both
                        ? "both sides, which the experiment does not foresee (mayDiverge)"
                        : nonFinite(a)
                            ? "the reference's side only"
                            : "the candidate's side only")),
        divergence(step, reading, tensor, difference.nonFiniteAt(), difference, a, b, floor));
  }

  private Finding difference(
      long step,
      Reading reading,
      ExpectedTensor tensor,
      Difference difference,
      Tensor a,
      Tensor b,
      double floor) {
    FirstDivergence divergence =
        divergence(step, reading, tensor, difference.maxAbsAt(), difference, a, b, floor);
    return new Finding(
        step,
        new Failure(
            Failure.Kind.DIFFERENCE,
            "step %d: %s of %s differs by %.3g, %s"
                .formatted(
                    step,
                    tensor.key(),
                    tensor.layer(),
                    divergence.error(),
                    declared
                        ? "more than the declared %.3g".formatted(divergence.allowed())
                        : "%.3g times what rounding explains"
                            .formatted(divergence.error() / floor))),
        divergence);
  }

  private static FirstDivergence divergence(
      long step,
      Reading reading,
      ExpectedTensor tensor,
      int at,
      Difference difference,
      Tensor a,
      Tensor b,
      double floor) {
    Element worst = element(at, a, b);
    int relativeAt = difference.maxRelAt() < 0 ? at : difference.maxRelAt();
    return new FirstDivergence(
        step,
        tensor.key().phase(),
        tensor.layer(),
        tensor.key().path(),
        worst.index(),
        worst.reference(),
        worst.candidate(),
        Math.abs(worst.reference() - worst.candidate()),
        floor,
        reading,
        Difference.mismatched(a, b, Tolerance.MAX_ERROR_OVER_FLOOR * floor),
        a.size(),
        element(relativeAt, a, b),
        null,
        null);
  }

  private static Element element(int at, Tensor a, Tensor b) {
    return new Element(
        IntStream.of(a.shape().indexOf(at)).boxed().toList(), a.data()[at], b.data()[at]);
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

  /** Keeps the latest step and every one whose number is a multiple of the stride. */
  private void keep(long step, List<TensorReading> kept) {
    readings
        .computeIfAbsent(step, s -> new ObservedStep(steps, new ArrayList<>()))
        .readings()
        .addAll(kept);
    readings.values().removeIf(old -> old.number() % stride != 0 && old.number() != steps);
    if (readings.size() > KEPT_STEPS) {
      stride *= 2;
    }
  }

  /** Returns the first parameter, from a divergence on, whose gradients differ. */
  Optional<TensorKey> differingGradient(
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
  void showElements(
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
  List<Figure.Elements> elementsShown() {
    return elementsShown;
  }

  /** Remembers a finding if it is the first of the run. */
  void report(Finding finding) {
    if (first == null) {
      first = finding;
    }
  }

  @Nullable Finding first() {
    return first;
  }

  /**
   * Remembers predictions that differ. An observed step that finds more of the same is told before
   * them: it knows the layer and the cause.
   */
  void suspect(Finding mispredicted) {
    if (suspected == null) {
      suspected = mispredicted;
    }
  }

  /** Returns what the run came to: the first finding, null if everything agrees. */
  @Nullable Finding conclusion() {
    return first != null ? first : suspected;
  }

  @Nullable Long horizon() {
    return horizon;
  }

  Map<Phase, Worst> worst() {
    return worst;
  }

  List<TensorReading> readings() {
    return readings.values().stream().flatMap(kept -> kept.readings().stream()).toList();
  }

  /**
   * What explains a difference is known of the steps that were looked at: later ones may be right.
   */
  Finding withLaterSteps(Finding finding) {
    FirstDivergence found = finding.divergence();
    if (found == null || found.diagnosis() == null || found.reading() != Reading.SINGLE_LAYER) {
      return finding;
    }
    long rightFrom = 0;
    for (TensorReading read : readings()) {
      boolean same =
          read.step() > found.step()
              && read.reading() == Reading.SINGLE_LAYER
              && read.phase() == found.phase()
              && read.tensor().equals(found.tensor());
      if (same && read.judged()) {
        rightFrom = read.failed() ? 0 : rightFrom == 0 ? read.step() : rightFrom;
      }
    }
    return rightFrom == 0
        ? finding
        : finding.explained(
            "%s; in step %d, and in what was observed after it, it is computed rightly"
                .formatted(found.diagnosis(), rightFrom));
  }

  Coverage coverage() {
    List<Coverage.Skipped> left = new ArrayList<>(skipped);
    left.addAll(leftOut);
    return new Coverage(
        steps * (selected.size() + skipped.size()),
        compared,
        judged.values().stream().mapToLong(Long::longValue).sum(),
        steps * skipped.size() + leftOut.size(),
        oneSided,
        elements,
        steps,
        left,
        judged.isEmpty() ? Map.of() : new EnumMap<>(judged));
  }

  Memory memory() {
    return new Memory(
        worst,
        readings,
        stride,
        leftOut,
        latest,
        steps,
        compared,
        oneSided,
        elements,
        judged,
        coarse,
        predictionShare,
        undecided,
        horizon,
        first,
        suspected,
        elementsShown);
  }

  void recall(Memory memory) {
    worst.clear();
    worst.putAll(memory.worst());
    readings.clear();
    memory
        .readings()
        .forEach(
            (step, kept) ->
                readings.put(
                    step, new ObservedStep(kept.number(), new ArrayList<>(kept.readings()))));
    stride = memory.stride();
    leftOut.clear();
    leftOut.addAll(memory.leftOut());
    latest = memory.latest();
    steps = memory.steps();
    compared = memory.compared();
    oneSided = memory.oneSided();
    elements = memory.elements();
    judged.clear();
    judged.putAll(memory.judged());
    coarse = memory.coarse();
    predictionShare = memory.predictionShare();
    undecided = memory.undecided();
    horizon = memory.horizon();
    first = memory.first();
    suspected = memory.suspected();
    elementsShown = memory.elementsShown();
  }
}
