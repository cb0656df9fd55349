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
