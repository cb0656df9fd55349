package dev.lockstep.experiments.verify;

import dev.lockstep.core.compare.Lockstep;
import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.rounding.RoundedToFloat;
import dev.lockstep.core.rounding.RoundedUp;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.dl4j.model.Precision;
import dev.lockstep.experiments.machine.Blas;
import dev.lockstep.scratch.ScratchProvider;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Two sides that must agree on every part.
 *
 * @param candidate what is held against the scratch side on its fastest BLAS
 * @param precision of the candidate, {@code double} or {@code float}
 * @param bound the largest difference allowed, relative to max(1, largest magnitude); measured
 *     floors judge besides
 */
public record Pairing(String candidate, Precision precision, Lockstep.Sides sides, double bound) {

  /** A thousand times what rounding was seen to do in double over 25 steps. */
  static final double BOUND_DOUBLE = 1e-12;

  /** The same for float, whose unit in the last place is 1.2e-7. */
  static final double BOUND_FLOAT = 1e-5;

  /**
   * Returns the scratch side against Deeplearning4j in both precisions and against itself on the
   * BLAS in pure Java, where that is another one.
   */
  public static List<Pairing> all() {
    Blas fastest = Blas.chosen();
    Blas pureJava = Blas.pureJava();
    ModelProvider scratch = new ScratchProvider(fastest.implementation());
    List<Pairing> pairings = new ArrayList<>();
    pairings.add(inDouble("dl4j", scratch, Dl4jProvider.aligned(Precision.DOUBLE)));
    pairings.add(
        new Pairing(
            "dl4j",
            Precision.FLOAT,
            new Lockstep.Sides(
                scratch, Dl4jProvider.aligned(Precision.FLOAT), new RoundedToFloat(scratch)),
            BOUND_FLOAT));
    if (!fastest.name().equals(pureJava.name())) {
      pairings.add(inDouble("other BLAS", scratch, new ScratchProvider(pureJava.implementation())));
    }
    return pairings;
  }

  /**
   * Returns two sides of a user's choice, in double.
   *
   * @param reference null: the scratch side
   * @param candidate null: Deeplearning4j
   */
  public static Pairing of(@Nullable ModelProvider reference, @Nullable ModelProvider candidate) {
    ModelProvider chosen = candidate == null ? Dl4jProvider.aligned(Precision.DOUBLE) : candidate;
    return inDouble(
        chosen.name(),
        reference == null ? new ScratchProvider(Blas.chosen().implementation()) : reference,
        chosen);
  }

  /** Returns a reference and a candidate that both compute in double. */
  static Pairing inDouble(String name, ModelProvider reference, ModelProvider candidate) {
    return new Pairing(
        name,
        Precision.DOUBLE,
        new Lockstep.Sides(reference, candidate, new RoundedUp(reference)),
        BOUND_DOUBLE);
  }
}
