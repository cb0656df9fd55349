package dev.lockstep.experiments.verify;

import dev.lockstep.core.compare.Outcome;
import dev.lockstep.core.model.Phase;
import dev.lockstep.core.observation.TensorKey;
import dev.lockstep.core.result.Coverage;
import dev.lockstep.core.result.TensorReading;
import dev.lockstep.core.result.Verdict;
import dev.lockstep.dl4j.model.Precision;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What one part came to with one pairing.
 *
 * @param candidate see {@link Pairing}
 * @param bound the largest difference allowed
 * @param worst by phase, over all steps and both readings, the recognised exception aside
 * @param errorOverFloor the largest, the recognised exception aside
 * @param exception the largest difference beyond the limits among tensors that carry the drift of a
 *     bias before batch normalization, null if there is none
 */
public record PartResult(
    String kind,
    String name,
    String candidate,
    String precision,
    double bound,
    Verdict verdict,
    @Nullable String failure,
    Map<Phase, Largest> worst,
    double errorOverFloor,
    @Nullable Largest exception,
    Coverage coverage)
    implements Row {

  /**
   * The largest difference of some tensors.
   *
   * @param difference |reference − candidate| ÷ max(1, largest magnitude of the tensor)
   */
  public record Largest(double difference, String tensor, long step) {

    private static Largest of(TensorReading reading) {
      return new Largest(
          reading.maxAbs() / Math.max(1, reading.magnitude()), reading.tensor(), reading.step());
    }

    /** Returns the larger; what is not a number is larger than anything. */
    private Largest or(Largest other) {
      return Double.compare(other.difference, difference) > 0 ? other : this;
    }
  }

  @Override
  public String title() {
    return "%s, %s".formatted(part(), side());
  }

  /** Returns the part's title, {@code optimizer adam, dense}. */
  public String part() {
    return kind + " " + name;
  }

  /** Returns who was held against the reference, {@code dl4j in float}. */
  public String side() {
    return candidate + " in " + precision;
  }

  /** Judges what a run showed by the pairing's bound and by the measured floors. */
  static PartResult of(Part part, Pairing pairing, Outcome outcome) {
    Judge judge = new Judge(pairing, new RedundantBiases(part.network()));
    outcome.readings().forEach(judge::take);
    Coverage coverage = outcome.coverage();
    String failure = judge.failure;
    if (failure == null && outcome.failure() != null && outcome.firstDivergence() == null) {
      failure = outcome.failure().message();
    } else if (failure == null && coverage.compared() != coverage.expected()) {
      failure = Objects.requireNonNull(outcome.failure()).message();
    } else if (failure == null && !coverage.complete()) {
      failure = outcome.undecided();
    }
    return new PartResult(
        part.kind(),
        part.name(),
        pairing.candidate(),
        pairing.precision().id(),
        pairing.bound(),
        failure == null ? Verdict.AGREE : Verdict.DIFFER,
        failure,
        judge.worst,
        judge.errorOverFloor,
        judge.exception,
        coverage);
  }

  /**
   * Returns what a part comes to that a side lacks.
   *
   * @param why one sentence: what it lacks
   */
  static PartResult skipped(Part part, Pairing pairing, String why) {
    return new PartResult(
        part.kind(),
        part.name(),
        pairing.candidate(),
        pairing.precision().id(),
        pairing.bound(),
        Verdict.UNDECIDED,
        why,
        Map.of(),
        0,
        null,
        Coverage.NONE);
  }

  /** Returns the largest difference of all phases, the recognised exception aside. */
  public double largest() {
    return worst.values().stream().mapToDouble(Largest::difference).reduce(0, Math::max);
  }

  /** Takes one reading after another. */
  private static final class Judge {

    private final Pairing pairing;
    private final RedundantBiases redundant;
    private final Map<Phase, Largest> worst = new EnumMap<>(Phase.class);
    private double errorOverFloor;
    private @Nullable Largest exception;
    private @Nullable String failure;

    Judge(Pairing pairing, RedundantBiases redundant) {
      this.pairing = pairing;
      this.redundant = redundant;
    }

    void take(TensorReading reading) {
      Largest largest = Largest.of(reading);
      boolean agrees = largest.difference() <= pairing.bound() && withinFloor(reading);
      if (!agrees && isException(reading)) {
        exception = exception == null ? largest : exception.or(largest);
        return;
      }
      worst.merge(reading.phase(), largest, Largest::or);
      errorOverFloor = Math.max(errorOverFloor, reading.errorOverFloor());
      if (!agrees && failure == null) {
        failure = describe(reading);
      }
    }

    /** In float it is the bound that judges: of one sum in float a floor knows little. */
    private boolean withinFloor(TensorReading reading) {
      return pairing.precision() == Precision.FLOAT || !reading.failed();
    }

    private boolean isException(TensorReading reading) {
      TensorKey key = new TensorKey(reading.phase(), reading.tensor());
      return redundant.reach(reading.reading(), key) && Double.isFinite(reading.maxAbs());
    }

    private String describe(TensorReading reading) {
      return "step %d: %s of %s differs by %.3g, %.3g times what rounding explains; its magnitude is %.3g"
          .formatted(
              reading.step(),
              new TensorKey(reading.phase(), reading.tensor()),
              reading.layer(),
              reading.maxAbs(),
              reading.errorOverFloor(),
              reading.magnitude());
    }
  }
}
