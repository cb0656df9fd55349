package dev.lockstep.experiments.faults;

import dev.lockstep.core.compare.Classification;
import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.compare.LockstepListener;
import dev.lockstep.core.compare.LockstepOptions;
import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.compare.Reading;
import dev.lockstep.core.compare.Tolerance;
import dev.lockstep.core.model.Model;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.model.Observer;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.plan.TrainingPlan;
import dev.lockstep.core.plan.TrainingSpec;
import dev.lockstep.core.result.Curves;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.scratch.ScratchProvider;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/**
 * Seeds one fault after another into the scratch implementation, compares it with the correct one,
 * and asks every detector whether it would have noticed.
 */
public final class DetectionMatrix {

  /** Enough for every network to learn most of the digits. */
  private static final long STEPS = 300;

  /** To train on, and as many to test with: one image in a thousand is a tenth of a point. */
  private static final int IMAGES = 1000;

  /** Faults are sought under one seed; other seeds tell what chance does to accuracy. */
  private static final long SEED = 1;

  private static final int SEEDS_FOR_ACCURACY = 6;
  private static final int BATCH_SIZE = 20;
  private static final long FIRST_STEPS = 3;
  private static final int LOSSES_AVERAGED = 10;

  /** About the width of the line of a printed loss curve. */
  private static final double LOSS_LIMIT = .01;

  /** Below one point nobody takes a difference in accuracy for a fault. */
  private static final double SMALLEST_ACCURACY_LIMIT = .01;

  /** A gradient that is not this many floors large is rounding itself: no factor makes it wrong. */
  private static final double MORE_THAN_ROUNDING = 1e6;

  /** From what any difference shows down to the last bits of a double. */
  private static final double[] EXCESSES = {1e-6, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15};

  /** So many standard deviations over seeds explain nineteen differences of twenty. */
  private static final double DEVIATIONS = 2;

  private final SmallDigits digits;
  private final long steps;
  private final Consumer<String> progress;
  private final ModelProvider scratch = new ScratchProvider();

  /**
   * @param progress told what is being done
   */
  public DetectionMatrix(Consumer<String> progress) {
    this(SmallDigits.draw(IMAGES, IMAGES), STEPS, progress);
  }

  DetectionMatrix(SmallDigits digits, long steps, Consumer<String> progress) {
    this.digits = digits;
    this.steps = steps;
    this.progress = progress;
  }

  /**
   * Seeds all faults in all sizes.
   *
   * @param falseAlarms found beforehand
   */
  public FaultReport measure(List<Fault> faults, List<FalseAlarms> falseAlarms) {
    Map<String, Double> accuracyLimit = new LinkedHashMap<>();
    for (Fault fault : faults) {
      accuracyLimit.computeIfAbsent(fault.base().id(), id -> accuracyLimit(fault.base()));
    }
    List<Detection> detections = new ArrayList<>();
    for (Fault fault : faults) {
      for (Fault.Size size : fault.sizes()) {
        progress.accept(fault.id() + " " + size.amount());
        double limit = accuracyLimit.getOrDefault(fault.base().id(), SMALLEST_ACCURACY_LIMIT);
        detections.add(detect(fault, size, limit));
      }
    }
    List<Sensitivity> sensitivity = Arrays.stream(EXCESSES).mapToObj(this::sensitivity).toList();
    return new FaultReport(steps, detections, accuracyLimit, sensitivity, falseAlarms);
  }

  /**
   * Compares correct implementations, one network after another, each under another seed.
   *
   * @param candidate the provider for a seed
   */
  public FalseAlarms falseAlarms(String name, LongFunction<ModelProvider> candidate, int runs) {
    List<BaseNetwork> networks = BaseNetwork.all();
    List<String> alarms = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      BaseNetwork base = networks.get(run % networks.size());
      long seed = run + 1L;
      progress.accept("%s: %s, seed %d".formatted(name, base.id(), seed));
      Outcome outcome = compare(base, candidate.apply(seed), seed);
      if (outcome.verdict() != Verdict.AGREE) {
        alarms.add("%s, seed %d: %s".formatted(base.id(), seed, outcome.failure()));
      }
    }
    return new FalseAlarms(name, runs, List.copyOf(alarms));
  }

  /** Multiplies one gradient after another by almost 1. */
  private Sensitivity sensitivity(double excess) {
    progress.accept("gradients times 1 + " + excess);
    long gradients = 0;
    long caught = 0;
    for (BaseNetwork base : BaseNetwork.all()) {
      for (String path : gradients(base)) {
        Outcome outcome = withScaledGradient(base, path, 1 + excess);
        gradients++;
        caught += outcome.verdict() == Verdict.AGREE ? 0 : 1;
      }
    }
    return new Sensitivity(excess, caught, gradients);
  }

  /** Takes one step of a network with one gradient multiplied. */
  Outcome withScaledGradient(BaseNetwork base, String path, double factor) {
    Injection scaled = Injection.edit(Tampering.at(Phase.BACKWARD, path), Edits.times(factor));
    return compare(base, new FaultyProvider(scratch, "a scaled " + path, scaled), SEED, 1);
  }

  /** Returns the paths of all gradients of a network that are more than rounding. */
  List<String> gradients(BaseNetwork base) {
    return compare(base, scratch, SEED, 1).readings().stream()
        .filter(reading -> reading.phase() == Phase.BACKWARD)
        .filter(reading -> reading.reading() == Reading.LOCAL)
        .filter(reading -> reading.magnitude() > MORE_THAN_ROUNDING * reading.floor())
        .map(TensorReading::tensor)
        .toList();
  }

  /** Compares a candidate with the correct implementation. */
  Outcome compare(BaseNetwork base, ModelProvider candidate, long seed) {
    return compare(base, candidate, seed, steps);
  }

  private Outcome compare(BaseNetwork base, ModelProvider candidate, long seed, long steps) {
    return new Lockstep(
            base.network(),
            plan(base, seed, steps),
            digits.train(),
            digits.test(),
            LockstepOptions.DEFAULT,
            LockstepListener.NONE)
        .run(new Lockstep.Sides(scratch, candidate, scratch));
  }

  private TrainingPlan plan(BaseNetwork base, long seed, long steps) {
    TrainingSpec training =
        new TrainingSpec(
            BATCH_SIZE, TrainingSpec.Order.SHUFFLED, new TrainingSpec.Length.Steps(steps));
    return new TrainingPlan(base.network(), training, digits.train(), seed);
  }

  /**
   * @param accuracyLimit the largest difference in accuracy that seeds explain
   */
  Detection detect(Fault fault, Fault.Size size, double accuracyLimit) {
    Outcome outcome = compare(fault.base(), new FaultyProvider(scratch, fault, size), SEED);
    Map<Detector, Long> detectors = new EnumMap<>(Detector.class);
    first(outcome, 1, phase -> phase == Phase.FORWARD || phase == Phase.LOSS)
        .ifPresent(step -> detectors.put(Detector.FIRST_FORWARD, step));
    first(outcome, 1, phase -> phase == Phase.BACKWARD)
        .ifPresent(step -> detectors.put(Detector.FIRST_GRADIENTS, step));
    first(outcome, FIRST_STEPS, phase -> phase == Phase.UPDATE)
        .ifPresent(step -> detectors.put(Detector.FIRST_PARAMETERS, step));
    lossesPart(outcome.curves().loss()).ifPresent(step -> detectors.put(Detector.LOSS_CURVE, step));
    double accuracyLost = accuracyLost(outcome);
    if (Math.abs(accuracyLost) > accuracyLimit) {
      detectors.put(Detector.FINAL_ACCURACY, outcome.stepsTaken());
    }
    return new Detection(
        fault,
        size,
        outcome.verdict() == Verdict.DIFFER,
        outcome.firstDivergence(),
        detectors,
        accuracyLost);
  }

  private static OptionalLong first(Outcome outcome, long lastStep, Predicate<Phase> phases) {
    return outcome.readings().stream()
        .filter(reading -> reading.reading() == Reading.ACCUMULATED)
        .filter(reading -> reading.step() <= lastStep && phases.test(reading.phase()))
        .filter(DetectionMatrix::tooFar)
        .mapToLong(TensorReading::step)
        .min();
  }

  private static boolean tooFar(TensorReading reading) {
    // Written so that a difference which is not a number is too large.
    return !(reading.maxAbs() <= Tolerance.MAX_ERROR_OVER_FLOOR * reading.floor());
  }

  /** Returns the last step of the first group of steps whose mean losses differ too much. */
  private static OptionalLong lossesPart(List<Curves.LossPoint> losses) {
    for (int from = 0; from < losses.size(); from += LOSSES_AVERAGED) {
      List<Curves.LossPoint> group =
          losses.subList(from, Math.min(from + LOSSES_AVERAGED, losses.size()));
      double reference = group.stream().mapToDouble(Curves.LossPoint::reference).sum();
      double candidate = group.stream().mapToDouble(Curves.LossPoint::candidate).sum();
      // Written so that a loss which is not a number counts as another loss.
      if (!(Math.abs(candidate - reference) <= LOSS_LIMIT * reference)) {
        return OptionalLong.of(group.get(group.size() - 1).step());
      }
    }
    return OptionalLong.empty();
  }

  private static double accuracyLost(Outcome outcome) {
    List<Curves.AccuracyPoint> accuracy = outcome.curves().accuracy();
    Curves.AccuracyPoint last = accuracy.get(accuracy.size() - 1);
    return last.referenceTest() - last.candidateTest();
  }

  /** Trains the correct network under several seeds and takes what their accuracies differ by. */
  private double accuracyLimit(BaseNetwork base) {
    progress.accept(base.id() + ": what seeds do to its accuracy");
    double[] accuracies =
        LongStream.rangeClosed(1, SEEDS_FOR_ACCURACY)
            .mapToDouble(seed -> accuracy(base, seed))
            .toArray();
    return Math.max(SMALLEST_ACCURACY_LIMIT, DEVIATIONS * standardDeviation(accuracies));
  }

  private double accuracy(BaseNetwork base, long seed) {
    TrainingPlan plan = plan(base, seed, steps);
    try (Model model = scratch.create(base.network())) {
      model.restore(plan.initialState());
      for (long step = 1; step <= plan.steps(); step++) {
        model.step(plan.batch(step), plan.masks(step), Observer.NONE);
      }
      return Classification.of(model, digits.test(), base.network().input()).accuracy();
    }
  }

  private static double standardDeviation(double[] values) {
    double mean = 0;
    for (double value : values) {
      mean += value / values.length;
    }
    double sum = 0;
    for (double value : values) {
      sum += (value - mean) * (value - mean);
    }
    return Math.sqrt(sum / (values.length - 1));
  }
}
