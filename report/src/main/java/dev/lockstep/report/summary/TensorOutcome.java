package dev.lockstep.report.summary;

import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.Reading;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.FirstDivergence;
import dev.lockstep.core.result.RunResult;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.rounding.Tolerance;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run came to for one tensor in one phase.
 *
 * @param worst the reading that lies furthest above its floor, of those that judge; null if there
 *     is none
 * @param agrees whether no reading that judges lies beyond what rounding explains
 * @param skipped why it was left out, null if it was not
 */
public record TensorOutcome(
    Phase phase,
    String tensor,
    @Nullable TensorReading worst,
    boolean agrees,
    @Nullable String skipped) {

  private record Key(Phase phase, String tensor) {}

  /**
   * Returns the tensors of a run in the order in which a step computes them, then those left out.
   */
  public static List<TensorOutcome> of(RunResult result) {
    Map<Key, TensorOutcome> outcomes = new LinkedHashMap<>();
    for (TensorReading reading : result.readings()) {
      TensorOutcome outcome = of(reading, judges(reading, result.horizon()));
      outcomes.merge(new Key(reading.phase(), reading.tensor()), outcome, TensorOutcome::worse);
    }
    FirstDivergence first = result.firstDivergence();
    if (first != null) {
      outcomes.compute(
          new Key(first.phase(), first.tensor()),
          (key, known) ->
              new TensorOutcome(
                  key.phase, key.tensor, known == null ? null : known.worst, false, null));
    }
    for (Coverage.Skipped skipped : result.coverage().skippedTensors()) {
      outcomes.putIfAbsent(
          new Key(skipped.phase(), skipped.tensor()),
          new TensorOutcome(skipped.phase(), skipped.tensor(), null, true, skipped.reason()));
    }
    return List.copyOf(outcomes.values());
  }

  /** Returns the largest error ÷ floor of each phase, of the readings that judge. */
  public static Map<Phase, Double> largestErrorOverFloor(RunResult result) {
    Map<Phase, Double> largest = new EnumMap<>(Phase.class);
    for (TensorReading reading : result.readings()) {
      if (judges(reading, result.horizon())) {
        largest.merge(reading.phase(), reading.errorOverFloor(), Math::max);
      }
    }
    return largest;
  }

  /** Accumulated readings judge up to the horizon, local ones throughout. */
  private static boolean judges(TensorReading reading, @Nullable Long horizon) {
    return reading.reading() == Reading.LOCAL || horizon == null || reading.step() < horizon;
  }

  private static TensorOutcome of(TensorReading reading, boolean judges) {
    return new TensorOutcome(
        reading.phase(),
        reading.tensor(),
        judges ? reading : null,
        !judges || reading.errorOverFloor() <= Tolerance.MAX_ERROR_OVER_FLOOR,
        null);
  }

  private static TensorOutcome worse(TensorOutcome a, TensorOutcome b) {
    Comparator<TensorReading> further = Comparator.comparingDouble(TensorReading::errorOverFloor);
    TensorReading worst =
        a.worst == null
            ? b.worst
            : b.worst == null || further.compare(a.worst, b.worst) >= 0 ? a.worst : b.worst;
    return new TensorOutcome(a.phase, a.tensor, worst, a.agrees && b.agrees, null);
  }
}
