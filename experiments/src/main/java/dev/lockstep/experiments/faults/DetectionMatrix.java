package dev.lockstep.experiments.faults;

import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.result.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongFunction;
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

  /** Below one point nobody takes a difference in accuracy for a fault. */
  private static final double SMALLEST_ACCURACY_LIMIT = .01;

  /** So many standard deviations over seeds explain nineteen differences of twenty. */
  private static final double DEVIATIONS = 2;

  /** From what any difference shows down to the last bits of a double. */
  private static final double[] EXCESSES = {1e-6, 1e-9, 1e-10, 1e-11, 1e-12, 1e-13, 1e-14, 1e-15};

  private final Trainings trainings;
  private final Consumer<String> progress;

  /**
   * @param progress told what is being done
   */
  public DetectionMatrix(Consumer<String> progress) {
    this(new Trainings(SmallDigits.draw(IMAGES, IMAGES), STEPS), progress);
  }

  DetectionMatrix(Trainings trainings, Consumer<String> progress) {
    this.trainings = trainings;
    this.progress = progress;
  }

  /**
   * Compares correct implementations, one network after another, each under another seed.
   *
   * @param name of the candidate, for the table
   * @param candidate the provider for a seed
   */
  public FalseAlarms falseAlarms(String name, LongFunction<ModelProvider> candidate, int runs) {
    List<BaseNetwork> networks = BaseNetwork.all();
    List<String> alarms = new ArrayList<>();
    for (int run = 0; run < runs; run++) {
      BaseNetwork base = networks.get(run % networks.size());
      long seed = run + 1L;
      progress.accept("%s: %s, seed %d".formatted(name, base.id(), seed));
      Outcome outcome = trainings.compare(base, candidate.apply(seed), seed);
      if (outcome.verdict() != Verdict.AGREE) {
        alarms.add("%s, seed %d: %s".formatted(base.id(), seed, outcome.failure()));
      }
    }
    return new FalseAlarms(name, runs, List.copyOf(alarms));
  }

  /**
   * Seeds all faults in all sizes.
   *
   * @param falseAlarms found beforehand
   */
  public FaultReport measure(List<Fault> faults, List<FalseAlarms> falseAlarms) {
    Map<String, Double> accuracyLimit = new LinkedHashMap<>();
    List<Detection> detections = new ArrayList<>();
    for (Fault fault : faults) {
      double limit =
          accuracyLimit.computeIfAbsent(fault.base().id(), id -> accuracyLimit(fault.base()));
      for (Fault.Size size : fault.sizes()) {
        progress.accept(fault.id() + " " + size.amount());
        detections.add(detect(fault, size, limit));
      }
    }
    progress.accept("gradients multiplied by almost 1");
    ScaledGradients scaled = new ScaledGradients(trainings);
    List<Sensitivity> sensitivity = Arrays.stream(EXCESSES).mapToObj(scaled::sensitivity).toList();
    return new FaultReport(trainings.steps(), detections, accuracyLimit, sensitivity, falseAlarms);
  }

  /**
   * Seeds one fault in one size.
   *
   * @param accuracyLimit the largest difference in accuracy that seeds explain
   */
  Detection detect(Fault fault, Fault.Size size, double accuracyLimit) {
    Outcome outcome =
        trainings.compare(fault.base(), new FaultyProvider(trainings.scratch(), fault, size), SEED);
    return new Detection(
        fault,
        size,
        outcome.verdict() == Verdict.DIFFER,
        outcome.firstDivergence(),
        Detectors.notice(outcome, accuracyLimit),
        Detectors.accuracyLost(outcome));
  }

  /** Trains the correct network under several seeds and takes what their accuracies differ by. */
  private double accuracyLimit(BaseNetwork base) {
    progress.accept(base.id() + ": what seeds do to its accuracy");
    double[] accuracies =
        LongStream.rangeClosed(1, SEEDS_FOR_ACCURACY)
            .mapToDouble(seed -> trainings.accuracy(base, seed))
            .toArray();
    return Math.max(SMALLEST_ACCURACY_LIMIT, DEVIATIONS * standardDeviation(accuracies));
  }

  private static double standardDeviation(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(squares / (values.length - 1));
  }
}
