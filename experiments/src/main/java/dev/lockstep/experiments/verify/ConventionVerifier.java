package dev.lockstep.experiments.verify;

import dev.lockstep.core.model.ModelProvider;
import dev.lockstep.core.network.InitialValues;
import dev.lockstep.core.network.LayerSpec;
import dev.lockstep.core.network.NetworkSpec;
import dev.lockstep.core.network.ParameterSpec;
import dev.lockstep.core.tensor.Shape;
import dev.lockstep.core.tensor.Tensor;
import dev.lockstep.dl4j.ledger.Convention;
import dev.lockstep.dl4j.ledger.Demonstration;
import dev.lockstep.dl4j.model.Dl4jModel;
import dev.lockstep.dl4j.model.Dl4jProvider;
import dev.lockstep.dl4j.model.Precision;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.commons.statistics.inference.KolmogorovSmirnovTest;

/**
 * Shows every entry of the convention ledger: a difference where it is left to DL4J's way, none in
 * the book's.
 */
final class ConventionVerifier {

  private static final long SEED = 1;

  /** Kolmogorov and Smirnov's distance that {@link Draws#SIGNIFICANCE} allows a million draws. */
  private static final double CRITICAL_DISTANCE = 1.95e-3;

  private final PartVerifier verifier;
  private final ModelProvider scratch;

  /**
   * @param scratch what DL4J is held against
   */
  ConventionVerifier(PartVerifier verifier, ModelProvider scratch) {
    this.verifier = verifier;
    this.scratch = scratch;
  }

  ConventionResult verify(Convention convention) {
    return switch (convention) {
      case XAVIER_FORMULA -> ownDraws(convention, new InitialValues.Xavier());
      case GLOROT_FAN_OUT -> ownDraws(convention, new InitialValues.GlorotUniform());
      case WHO_DRAWS, BATCH_NORM_LOG_STD -> demonstration(convention);
      default ->
          convention.role() == Convention.Role.PRACTICE
              ? demonstration(convention)
              : training(convention);
    };
  }

  private static ConventionResult demonstration(Convention convention) {
    Demonstration shown = Demonstration.of(convention);
    return ConventionResult.of(
        convention, "a demonstration", shown.dl4jsWay(), shown.booksWay(), shown.nothing());
  }

  /**
   * Trains the first part in which the switch makes a difference; none in which rounding alone
   * drifts.
   */
  private ConventionResult training(Convention convention) {
    Pairing aligned = pairing(Set.of());
    Pairing switched = pairing(Set.of(convention));
    Predicate<Part> applies =
        part ->
            convention.appliesTo(part.network()) && new RedundantBiases(part.network()).isEmpty();
    for (Part part : (Iterable<Part>) Parts.all().stream().filter(applies)::iterator) {
      double dl4jsWay = verifier.verify(part, switched).largest();
      if (dl4jsWay > Pairing.BOUND_DOUBLE) {
        double booksWay = verifier.verify(part, aligned).largest();
        return ConventionResult.of(
            convention, part.title(), dl4jsWay, booksWay, Pairing.BOUND_DOUBLE);
      }
    }
    return ConventionResult.of(
        convention, "no part shows a difference", 0, 0, Pairing.BOUND_DOUBLE);
  }

  private Pairing pairing(Set<Convention> conventions) {
    return Pairing.inDouble("dl4j", scratch, new Dl4jProvider(Precision.DOUBLE, conventions, SEED));
  }

  /** Compares what DL4J draws with the book's distribution. */
  private static ConventionResult ownDraws(Convention convention, InitialValues initial) {
    // The stride counts in DL4J's fan-out.
    NetworkSpec network =
        Networks.network(
            Shape.of(20, 10, 10), new LayerSpec.Convolution("conv1", 500, 10, 10, 2, 0, initial));
    ParameterSpec weights = network.parameters().get(0);
    return ConventionResult.of(
        convention,
        "a million draws",
        distance(initial, weights, drawn(network, Set.of(convention))),
        distance(initial, weights, drawn(network, Set.of())),
        CRITICAL_DISTANCE);
  }

  private static Tensor drawn(NetworkSpec network, Set<Convention> conventions) {
    try (Dl4jModel model = new Dl4jProvider(Precision.DOUBLE, conventions, SEED).create(network)) {
      return model.state().tensor(network.parameters().get(0).path());
    }
  }

  private static double distance(InitialValues initial, ParameterSpec weights, Tensor drawn) {
    return KolmogorovSmirnovTest.withDefaults()
        .statistic(
            drawn.data(),
            Draws.distribution(initial, weights.fanIn(), weights.fanOut())::cumulativeProbability);
  }
}
