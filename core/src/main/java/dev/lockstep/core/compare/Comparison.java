package dev.lockstep.core.compare;

import dev.lockstep.core.diagnosis.Evidence;
import dev.lockstep.core.diagnosis.Scene;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.observation.Difference;
import dev.lockstep.core.observation.ExpectedTensor;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.observation.Recording;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.FirstDivergence.Element;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.ThirdWitness;
import dev.lockstep.core.result.Worst;
import dev.lockstep.core.rounding.Floors;
import dev.lockstep.core.rounding.Switches;
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
  private final Switches switches;
  private @Nullable Long horizon;
  private @Nullable Finding first;

  /**
   * Something that does not agree.
   *
   * @param divergence null where there are no two tensors to hold against each other
   */
  record Finding(long step, Failure failure, @Nullable FirstDivergence divergence) {

    /** Returns this finding with what explains it. */
    Finding explained(String diagnosis) {
      return divergence == null
          ? this
          : new Finding(step, failure, divergence.withDiagnosis(diagnosis));
    }

    /** Returns this finding with what central differences say of it. */
    Finding witnessed(ThirdWitness witness) {
      return divergence == null
          ? this
          : new Finding(step, failure, divergence.withThirdWitness(witness));
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
      @Nullable Long horizon,
      @Nullable Finding first) {
    Memory {
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

    boolean agrees() {
      return finding == null && !divergedAlike;
    }
  }

  Comparison(NetworkSpec network, LockstepOptions options) {
    this.mayDiverge = options.mayDiverge();
    this.declared = options.tolerance() != null;
    this.switches = new Switches(network);
    for (ExpectedTensor tensor : ExpectedTensor.of(network)) {
      options
          .skips(tensor)
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
    wanted.addAll(switches.inputs());
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
  }

  /**
   * Compares one reading of a step and adds it to what is known.
   *
   * @param floors measured by a twin
   */
  StepOutcome compare(
      long step, Reading reading, Recording reference, Recording candidate, Floors floors) {
    if (reading == Reading.ACCUMULATED && !declared) {
      findHorizon(step, reference, floors);
    }
    List<TensorReading> kept = new ArrayList<>();
    Finding finding = null;
    boolean flipped = false;
    for (ExpectedTensor tensor : selected) {
      Tensor a = reference.tensor(tensor.key());
      Tensor b = candidate.tensor(tensor.key());
      if (a == null || b == null) {
        if (counts && reading == Reading.ACCUMULATED) {
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
          if (counts && reading == Reading.ACCUMULATED) {
            leaveOut(selected.subList(selected.indexOf(tensor), selected.size()));
          }
          return new StepOutcome(null, true);
        }
        finding =
            finding != null ? finding : nonFinite(step, reading, tensor, difference, a, b, floor);
      }
      if (counts && reading == Reading.ACCUMULATED) {
        compared++;
        elements += a.size();
        addToWorst(step, tensor, difference);
      }
      kept.add(
          new TensorReading(
              step,
              tensor.key().phase(),
              tensor.layer(),
              tensor.key().path(),
              reading,
              difference.error(),
              difference.maxRel(),
              floor,
              difference.magnitude()));
      if (finding == null && !declared && switches.flipped(tensor.key(), reference, candidate)) {
        flipped = true;
        if (reading == Reading.ACCUMULATED) {
          comeToHorizon(step);
        }
      }
      boolean judged = reading == Reading.LOCAL ? !flipped : horizon == null || step < horizon;
      if (judged && finding == null && tooFar(difference, floor)) {
        finding = difference(step, reading, tensor, difference, a, b, floor);
      }
    }
    if (counts) {
      keep(step, kept);
    }
    return new StepOutcome(finding, false);
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
    boolean apart =
        Stream.concat(selected.stream(), Stream.of(ExpectedTensor.OUTPUT))
            .filter(tensor -> tensor.key().phase() == Phase.FORWARD)
            .anyMatch(tensor -> setApart(tensor, reference, floors));
    if (apart) {
      comeToHorizon(step);
    }
  }

  private static boolean setApart(ExpectedTensor tensor, Recording reference, Floors floors) {
    Tensor output = reference.tensor(tensor.key());
    double magnitude = output == null ? 0 : output.largestMagnitude();
    // of a layer whose every output is 0 no share can be taken
    return output != null
        && magnitude > 0
        && Double.isFinite(magnitude)
        && floors.of(tensor, magnitude) > Tolerance.HORIZON_SHARE * magnitude;
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
        || divergence.reading() == Reading.LOCAL
        || horizon == null
        || divergence.step() < horizon;
  }

  private static Finding missing(
      long step, ExpectedTensor tensor, boolean atReference, boolean atCandidate) {
    String where =
        atReference && atCandidate
            ? "neither side"
            : atReference ? "the candidate alone" : "the reference alone";
    return new Finding(
        step,
        new Failure(
            Failure.Kind.MISSING_TENSOR,
            "step %d: expected %s on both sides, shown by %s".formatted(step, tensor.key(), where)),
        null);
  }

  private static Finding otherShape(long step, ExpectedTensor tensor, Tensor a, Tensor b) {
    return new Finding(
        step,
        new Failure(
            Failure.Kind.DIFFERENCE,
            "step %d: %s has shape %s on the reference's side and %s on the candidate's"
                .formatted(step, tensor.key(), a.shape(), b.shape())),
        null);
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

  /** Returns the two tensors of a divergence, as a diagnosis needs them. */
  Optional<Evidence> evidence(
      FirstDivergence divergence, Recording reference, Recording candidate, Scene scene) {
    TensorKey key = new TensorKey(divergence.phase(), divergence.tensor());
    Tensor a = reference.tensor(key);
    Tensor b = candidate.tensor(key);
    return a == null || b == null
        ? Optional.empty()
        : selected.stream()
            .filter(tensor -> tensor.key().equals(key))
            .findFirst()
            .map(tensor -> new Evidence(tensor, a, b, divergence.allowed(), scene));
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

  /** Remembers a finding if it is the first of the run. */
  void report(Finding finding) {
    if (first == null) {
      first = finding;
    }
  }

  @Nullable Finding first() {
    return first;
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

  Coverage coverage() {
    List<Coverage.Skipped> left = new ArrayList<>(skipped);
    left.addAll(leftOut);
    return new Coverage(
        steps * (selected.size() + skipped.size()),
        compared,
        steps * skipped.size() + leftOut.size(),
        oneSided,
        elements,
        steps,
        left);
  }

  Memory memory() {
    return new Memory(
        worst, readings, stride, leftOut, latest, steps, compared, oneSided, elements, horizon,
        first);
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
    horizon = memory.horizon();
    first = memory.first();
  }
}
