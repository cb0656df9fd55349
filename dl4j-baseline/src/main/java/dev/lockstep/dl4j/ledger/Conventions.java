package dev.lockstep.dl4j.ledger;

import dev.lockstep.core.network.NetworkSpec;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** The ledger's entries, whole and in part. */
public final class Conventions {

  private Conventions() {}

  /** Returns every entry. */
  public static List<Convention> all() {
    return List.of(Convention.values());
  }

  /** Returns the entries that the stock translation leaves to DL4J's way. */
  public static Set<Convention> stock() {
    return of(Convention.Role.STOCK);
  }

  /** Returns the entries to add to those of a translation that draws for itself. */
  public static Set<Convention> ownDraws() {
    return of(Convention.Role.OWN_DRAWS);
  }

  /**
   * Returns the entries that must be left to DL4J where a network is to be of DL4J's parts alone.
   */
  public static Set<Convention> ofPartsAlone() {
    return Collections.unmodifiableSet(
        EnumSet.of(
            Convention.WHO_DRAWS,
            Convention.ADAGRAD_START,
            Convention.RMSPROP_START,
            Convention.MOMENTUM_IS_NESTEROV,
            Convention.NESTEROV_ORDER,
            Convention.CROSS_ENTROPY_CLIPPING,
            Convention.SQUARED_ERROR_SCALE,
            Convention.ACTIVATION_CONSTANTS,
            Convention.ELU_ALPHA,
            Convention.BINARY_CLIPPING,
            Convention.POLYNOMIAL_SCHEDULE,
            Convention.LOCAL_RESPONSE_GRADIENT));
  }

  private static Set<Convention> of(Convention.Role role) {
    EnumSet<Convention> conventions = EnumSet.allOf(Convention.class);
    conventions.removeIf(convention -> convention.role() != role);
    return Collections.unmodifiableSet(conventions);
  }

  /**
   * Returns those of some entries that can explain a difference between two sides that train on the
   * same plan: the stock entries that the network has a part for.
   */
  public static Set<Convention> applicable(NetworkSpec network, Set<Convention> conventions) {
    EnumSet<Convention> applicable = EnumSet.copyOf(stock());
    applicable.retainAll(conventions);
    applicable.removeIf(convention -> !convention.appliesTo(network));
    return Collections.unmodifiableSet(applicable);
  }
}
