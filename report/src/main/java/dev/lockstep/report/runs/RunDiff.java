package dev.lockstep.report.runs;

import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.result.Curves.LossPoint;
import dev.lockstep.core.result.Failure;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.RunResult.DatasetInfo;
import dev.lockstep.core.result.RunResult.ExperimentInfo;
import dev.lockstep.core.result.RunResult.Implementation;
import dev.lockstep.core.result.Setting;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.rounding.Tolerance;
import dev.lockstep.core.wording.Numbers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Two finished runs held against each other.
 *
 * @param run their folder, empty where each place holds but one
 * @param configuration what was set differently: settings, data, machine, versions
 * @param results what came out differently
 * @param speeds samples a second of each side; never judged
 */
record RunDiff(
    String run,
    Outcome outcome,
    List<Changed> configuration,
    List<Changed> results,
    List<Changed> speeds) {

  private static final String NONE = "–";

  /** What two runs are to each other, from best to worst. */
  enum Outcome {
    /** Every number is the same, bit for bit; only what a clock gave may differ. */
    IDENTICAL("identical", "Every number is the same, bit for bit."),
    /** No loss of either side differs by more than rounding explains. */
    WITHIN_NOISE_FLOOR(
        "same within noise floor",
        "The same verdict and accuracies, and no loss differs by more than %s × its noise floor."
            .formatted(Numbers.rounded(Tolerance.MAX_ERROR_OVER_FLOOR))),
    DIFFERS("differs", "More differs than rounding explains.");

    private final String words;
    private final String meaning;

    Outcome(String words, String meaning) {
      this.words = words;
      this.meaning = meaning;
    }

    String words() {
      return words;
    }

    String meaning() {
      return meaning;
    }
  }

  /** Something that the two have differently. */
  record Changed(String what, String first, String second) {}

  static RunDiff of(String run, RunResult first, RunResult second) {
    return new RunDiff(
        run,
        outcome(first, second),
        changed(configuration(first), configuration(second)),
        changed(results(first), results(second)),
        changed(speeds(first), speeds(second)));
  }

  private static Outcome outcome(RunResult first, RunResult second) {
    if (numbers(first).equals(numbers(second))) {
      return Outcome.IDENTICAL;
    }
    boolean same =
        first.verdict() == second.verdict()
            && where(first).equals(where(second))
            && kind(first).equals(kind(second))
            && (comesToHorizon(first, second) || accuracies(first).equals(accuracies(second)))
            && lossesWithinNoise(first, second);
    return same ? Outcome.WITHIN_NOISE_FLOOR : Outcome.DIFFERS;
  }

  /** Everything that a run found, names and what a clock gave aside. */
  private static List<Object> numbers(RunResult run) {
    return List.of(
        run.verdict(),
        run.undecided(),
        kind(run),
        where(run),
        String.valueOf(run.horizon()),
        run.implementations().stream()
            .map(side -> List.of(side.trainLoss(), side.trainAccuracy(), side.testAccuracy()))
            .toList(),
        run.curves(),
        run.readings(),
        run.worst());
  }

  private static boolean comesToHorizon(RunResult first, RunResult second) {
    return first.horizon() != null || second.horizon() != null;
  }

  private static List<Double> accuracies(RunResult run) {
    return run.implementations().stream()
        .flatMap(side -> List.of(side.trainAccuracy(), side.testAccuracy()).stream())
        .toList();
  }

  /** After the divergence horizon rounding alone sets two correct runs apart. */
  private static boolean lossesWithinNoise(RunResult first, RunResult second) {
    TreeMap<Long, Double> floors = new TreeMap<>(floors(first));
    floors(second).forEach((step, floor) -> floors.merge(step, floor, Math::max));
    Map<Long, LossPoint> others =
        second.curves().loss().stream().collect(Collectors.toMap(LossPoint::step, point -> point));
    long end = Math.min(end(first), end(second));
    boolean compared = false;
    for (LossPoint point : first.curves().loss()) {
      LossPoint other = others.get(point.step());
      if (other == null || point.step() >= end) {
        continue;
      }
      compared = true;
      // A point is the mean over the steps since the point before: the next reading covers them.
      Map.Entry<Long, Double> floor = floors.ceilingEntry(point.step());
      floor = floor == null ? floors.lastEntry() : floor;
      double allowed = floor == null ? 0 : Tolerance.MAX_ERROR_OVER_FLOOR * floor.getValue();
      if (!near(point.reference(), other.reference(), allowed)
          || !near(point.candidate(), other.candidate(), allowed)) {
        return false;
      }
    }
    return compared;
  }

  private static boolean near(double a, double b, double allowed) {
    return Double.compare(a, b) == 0 || Math.abs(a - b) <= allowed;
  }

  private static long end(RunResult run) {
    return Objects.requireNonNullElse(run.horizon(), Long.MAX_VALUE);
  }

  /** The largest noise floor of the loss so far, by step. */
  private static Map<Long, Double> floors(RunResult run) {
    TreeMap<Long, Double> floors = new TreeMap<>();
    for (TensorReading reading : run.readings()) {
      if (reading.tensor().equals(NetworkSpec.LOSS)) {
        floors.merge(reading.step(), reading.floor(), Math::max);
      }
    }
    double largest = 0;
    for (Map.Entry<Long, Double> entry : floors.entrySet()) {
      largest = Math.max(largest, entry.getValue());
      entry.setValue(largest);
    }
    return floors;
  }

  private static Map<String, String> configuration(RunResult run) {
    Map<String, String> all = new LinkedHashMap<>();
    ExperimentInfo experiment = run.experiment();
    all.put("experiment", experiment.title());
    all.put("seed", Long.toString(experiment.seed()));
    all.put("steps", Long.toString(experiment.steps()));
    all.put("alignment", experiment.alignment());
    all.put("precision", experiment.precision());
    for (Implementation side : run.implementations()) {
      all.put(side.role(), side.name());
    }
    DatasetInfo data = run.dataset();
    all.put(
        "data", "%s, %d to train on, %d to test".formatted(data.name(), data.train(), data.test()));
    all.put("data, SHA-256", data.sha256());
    for (Setting setting : run.configuration()) {
      all.put(
          setting.key(),
          setting.differs()
              ? setting.reference() + " | " + setting.candidate()
              : setting.reference());
    }
    all.putAll(run.environment());
    return all;
  }

  private static Map<String, String> results(RunResult run) {
    Map<String, String> all = new LinkedHashMap<>();
    all.put("verdict", run.verdict().name());
    all.put("undecided because", run.undecided().isEmpty() ? NONE : run.undecided());
    all.put("failure", kind(run));
    all.put("first divergence", where(run));
    all.put("divergence horizon", run.horizon() == null ? NONE : "step " + run.horizon());
    for (Implementation side : run.implementations()) {
      all.put(side.role() + ", last loss", Numbers.exact(side.trainLoss()));
      all.put(side.role() + ", train accuracy", Numbers.percent(side.trainAccuracy()));
      all.put(side.role() + ", test accuracy", Numbers.percent(side.testAccuracy()));
    }
    run.worst()
        .forEach(
            (phase, worst) ->
                all.put(
                    "largest difference, " + phase.id(),
                    "%s at %s, step %d"
                        .formatted(Numbers.exact(worst.maxAbs()), worst.path(), worst.step())));
    return all;
  }

  private static Map<String, String> speeds(RunResult run) {
    Map<String, String> all = new LinkedHashMap<>();
    for (Implementation side : run.implementations()) {
      Double speed = run.timing().samplesPerSecond().get(side.name());
      all.put(
          side.role() + ", samples a second",
          speed == null ? NONE : Numbers.count(Math.round(speed)));
    }
    return all;
  }

  private static String kind(RunResult run) {
    Failure failure = run.failure();
    return failure == null ? NONE : failure.kind().name();
  }

  private static String where(RunResult run) {
    FirstDivergence first = run.firstDivergence();
    return first == null
        ? NONE
        : "step %d, %s, %s".formatted(first.step(), first.phase().id(), first.tensor());
  }

  private static List<Changed> changed(Map<String, String> first, Map<String, String> second) {
    Set<String> keys = new LinkedHashSet<>(first.keySet());
    keys.addAll(second.keySet());
    List<Changed> changed = new ArrayList<>();
    for (String key : keys) {
      String a = first.getOrDefault(key, NONE);
      String b = second.getOrDefault(key, NONE);
      if (!a.equals(b)) {
        changed.add(new Changed(key, a, b));
      }
    }
    return changed;
  }
}
