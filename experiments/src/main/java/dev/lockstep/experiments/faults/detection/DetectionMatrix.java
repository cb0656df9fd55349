package dev.lockstep.experiments.faults.detection;

import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.faults.injection.BaseNetwork;
import dev.lockstep.experiments.faults.injection.PermutedRows;
import dev.lockstep.experiments.faults.seeded.Fault;
import dev.lockstep.experiments.faults.seeded.Faults;
import dev.lockstep.experiments.faults.seeded.FaultyProvider;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.experiments.machine.Environment;
import dev.lockstep.experiments.work.Cores;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * Seeds one fault after another into the scratch implementation, compares it with the correct one,
 * and asks every detector whether it would have noticed. Trainings are independent of each other
 * and run on all cores; what they show does not depend on it.
 */
public final class DetectionMatrix {

  /** Enough for every network to learn most of the digits. */
  private static final long STEPS = 300;

  /** Enough for every fault to have begun. */
  private static final long SMOOTH_STEPS = 30;

  /** To train on, and as many to test with: one image in a thousand is a tenth of a point. */
  private static final int IMAGES = 1000;

  /** Faults are sought under one seed; other seeds show what chance does to accuracy. */
  private static final long SEED = 1;

  private static final int SEEDS_FOR_ACCURACY = 6;

  /** A smaller difference in accuracy is not noticed as a fault. */
  private static final double SMALLEST_ACCURACY_LIMIT = .01;

  /** So many standard deviations over seeds explain nineteen differences of twenty. */
  private static final double DEVIATIONS = 2;

  static final String PERMUTED = "scratch with its rows in another order";
  static final String PERMUTED_SMOOTH = PERMUTED + ", smooth images";
  static final String DL4J = "Deeplearning4j";
  static final String DL4J_FLOAT = "Deeplearning4j in float";

  /** Returns the names of the correct implementations, in the order of the table. */
  static List<String> correct() {
    return List.of(PERMUTED, PERMUTED_SMOOTH, DL4J, DL4J_FLOAT);
  }

  /** Comparisons with each correct implementation, each under another seed. */
  private static final int COMPARISONS = 100;

  private final Trainings trainings;
  private final Trainings smooth;
  private final Cores cores;
  private final Consumer<String> progress;

  /**
   * @param cores that carry out the trainings
   * @param progress told what is being done
   */
  public DetectionMatrix(Cores cores, Consumer<String> progress) {
    this(
        new Trainings(SmallDigits.draw(IMAGES, IMAGES), STEPS),
        new Trainings(SmallDigits.draw(IMAGES, IMAGES).smooth(), SMOOTH_STEPS),
        cores,
        progress);
  }

  /**
   * @param trainings on images whose background is exactly 0, as MNIST's is
   * @param smooth on images that have no equal pixels side by side
   */
  DetectionMatrix(Trainings trainings, Trainings smooth, Cores cores, Consumer<String> progress) {
    this.trainings = trainings;
    this.smooth = smooth;
    this.cores = cores;
    this.progress = progress;
  }

  /**
   * Seeds every fault in every size and compares what is correct.
   *
   * @param command that the user gave, for the report
   */
  public DetectionResult run(String command) {
    long start = System.nanoTime();
    FaultReport report = measure(Faults.all(), falseAlarms(COMPARISONS));
    return DetectionResult.of(
        command,
        Environment.describe(Blas.pureJava().name()),
        report,
        (System.nanoTime() - start) / 1e9);
  }

  /**
   * Compares correct implementations under different seeds: scratch with itself, adding up in
   * another order, and with Deeplearning4j.
   *
   * @param runs with each
   */
  List<FalseAlarms> falseAlarms(int runs) {
    ModelProvider scratch = trainings.scratch();
    ModelProvider dl4j = Dl4jProvider.aligned(Precision.DOUBLE);
    ModelProvider inFloat = Dl4jProvider.aligned(Precision.FLOAT);
    return List.of(
        falseAlarms(PERMUTED, trainings, seed -> new PermutedRows(scratch, seed), runs),
        falseAlarms(
            PERMUTED_SMOOTH, smooth, seed -> new PermutedRows(smooth.scratch(), seed), runs),
        falseAlarms(DL4J, trainings, seed -> dl4j, runs),
        falseAlarms(DL4J_FLOAT, trainings, seed -> inFloat, runs));
  }

  /**
   * Compares correct implementations, one network after another, each under another seed.
   *
   * @param name of the candidate, for the table
   * @param candidate the provider for a seed
   */
  private FalseAlarms falseAlarms(
      String name, Trainings trained, LongFunction<ModelProvider> candidate, int runs) {
    progress.accept("%d comparisons with %s".formatted(runs, name));
    List<String> alarms =
        cores
            .each(
                LongStream.rangeClosed(1, runs).boxed().toList(),
                seed -> alarm(name, trained, candidate.apply(seed), seed))
            .stream()
            .flatMap(Optional::stream)
            .toList();
    return new FalseAlarms(name, runs, alarms);
  }

  private static Optional<String> alarm(
      String name, Trainings trained, ModelProvider candidate, long seed) {
    List<BaseNetwork> networks = BaseNetwork.all();
    BaseNetwork base = networks.get((int) (seed % networks.size()));
    Outcome outcome =
        name.equals(DL4J_FLOAT)
            ? trained.compareInFloat(base, candidate, seed)
            : trained.compare(base, candidate, seed);
    Failure failure = outcome.failure();
    if (failure == null && outcome.verdict() == Verdict.AGREE) {
      return Optional.empty();
    }
    String said = failure == null ? outcome.undecided() : failure.message();
    return Optional.of("%s, seed %d: %s".formatted(base.id(), seed, said));
  }

  /**
   * Seeds all faults in all sizes.
   *
   * @param falseAlarms found beforehand
   */
  FaultReport measure(List<Fault> faults, List<FalseAlarms> falseAlarms) {
    progress.accept("what seeds do to accuracy");
    Map<String, Double> accuracyLimit = new TreeMap<>();
    for (BaseNetwork base : BaseNetwork.all()) {
      accuracyLimit.put(base.id(), accuracyLimit(base));
    }
    progress.accept("%d faults".formatted(faults.size()));
    List<Detection> detections =
        cores
            .each(
                faults,
                fault ->
                    fault.sizes().stream()
                        .map(
                            size ->
                                detect(
                                    trainings,
                                    fault,
                                    size,
                                    Objects.requireNonNull(accuracyLimit.get(fault.base().id()))))
                        .toList())
            .stream()
            .flatMap(List::stream)
            .toList();
    progress.accept("the same on smooth images");
    List<Detection> onSmooth =
        cores.each(
            faults,
            fault ->
                detect(
                    smooth,
                    fault,
                    fault.ordinary(),
                    Objects.requireNonNull(accuracyLimit.get(fault.base().id()))));
    progress.accept("the smallest error in every tensor");
    List<SmallestFault> smallest = new SmallestFaults(trainings).measure(BaseNetwork.all());
    return new FaultReport(
        trainings.steps(), detections, onSmooth, accuracyLimit, smallest, falseAlarms);
  }

  /**
   * Seeds one fault in one size.
   *
   * @param accuracyLimit the largest difference in accuracy that seeds explain
   */
  Detection detect(Fault fault, Fault.Size size, double accuracyLimit) {
    return detect(trainings, fault, size, accuracyLimit);
  }

  private static Detection detect(
      Trainings trained, Fault fault, Fault.Size size, double accuracyLimit) {
    Outcome outcome =
        trained.compare(fault.base(), new FaultyProvider(trained.scratch(), fault, size), SEED);
    return new Detection(
        fault,
        size,
        outcome.verdict() == Verdict.DIFFER,
        outcome.firstDivergence(),
        outcome.verdict() != Verdict.AGREE
            || !outcome.referenceState().equals(outcome.candidateState()),
        Detectors.notice(outcome, accuracyLimit),
        Detectors.accuracyLost(outcome));
  }

  /** Trains the correct network under several seeds and takes what their accuracies differ by. */
  private double accuracyLimit(BaseNetwork base) {
    double[] accuracies =
        cores
            .each(
                LongStream.rangeClosed(1, SEEDS_FOR_ACCURACY).boxed().toList(),
                seed -> trainings.accuracy(base, seed))
            .stream()
            .mapToDouble(Double::doubleValue)
            .toArray();
    return Math.max(SMALLEST_ACCURACY_LIMIT, DEVIATIONS * standardDeviation(accuracies));
  }

  private static double standardDeviation(double[] values) {
    double mean = Arrays.stream(values).average().orElseThrow();
    double squares = Arrays.stream(values).map(value -> (value - mean) * (value - mean)).sum();
    return Math.sqrt(squares / (values.length - 1));
  }
}
