package dev.lockstep.dl4j.ledger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Which conventions explain a difference.
 *
 * <p>Effects are not additive: two switches may hide or magnify each other. So the answer is a
 * smallest set that, done in the book's way, leaves nothing of the difference, and beside it the
 * effect of each switch by itself.
 *
 * @param total the difference with every convention in DL4J's way
 * @param explanation a smallest set that leaves nothing; null if none does
 * @param ownEffects the difference that each convention makes by itself
 * @param unexplained the difference that is left with every convention in the book's way
 */
public record Attribution(
    double total,
    @Nullable Set<Convention> explanation,
    Map<Convention, Double> ownEffects,
    double unexplained) {

  /**
   * Searches by measuring, each set of switches at most once.
   *
   * <p>A convention that makes a difference by itself is taken to be part of every explanation
   * (that another undoes it exactly is not looked for); others are added by increasing number until
   * nothing is left.
   *
   * @param conventions those in DL4J's way
   * @param effect the largest difference, in whatever unit, with just the given conventions in
   *     DL4J's way; NaN counts as a difference
   * @param nothing the largest effect that counts as none
   */
  public static Attribution search(
      Collection<Convention> conventions,
      ToDoubleFunction<Set<Convention>> effect,
      double nothing) {
    Set<Convention> all = copyOf(conventions);
    Map<Convention, Double> ownEffects = new EnumMap<>(Convention.class);
    Set<Convention> necessary = EnumSet.noneOf(Convention.class);
    for (Convention convention : all) {
      double own = effect.applyAsDouble(EnumSet.of(convention));
      ownEffects.put(convention, own);
      if (isSomething(own, nothing)) {
        necessary.add(convention);
      }
    }
    double total = effect.applyAsDouble(copyOf(all));
    double unexplained = effect.applyAsDouble(EnumSet.noneOf(Convention.class));
    Set<Convention> explanation = null;
    if (!isSomething(total, nothing)) {
      explanation = Set.of();
    } else if (!isSomething(unexplained, nothing)) {
      explanation = smallest(all, necessary, effect, nothing);
    }
    return new Attribution(
        total, explanation, Collections.unmodifiableMap(ownEffects), unexplained);
  }

  private static Set<Convention> smallest(
      Set<Convention> all,
      Set<Convention> necessary,
      ToDoubleFunction<Set<Convention>> effect,
      double nothing) {
    List<Convention> optional = new ArrayList<>(all);
    optional.removeAll(necessary);
    for (int more = 0; more < optional.size(); more++) {
      for (Set<Convention> added : subsets(optional, more)) {
        Set<Convention> left = copyOf(all);
        left.removeAll(necessary);
        left.removeAll(added);
        // one by itself was measured, and makes no difference
        if (left.size() <= 1 || !isSomething(effect.applyAsDouble(left), nothing)) {
          Set<Convention> explanation = copyOf(necessary);
          explanation.addAll(added);
          return Collections.unmodifiableSet(explanation);
        }
      }
    }
    return Collections.unmodifiableSet(all);
  }

  private static List<Set<Convention>> subsets(List<Convention> from, int size) {
    if (size == 0) {
      return List.of(Set.of());
    }
    List<Set<Convention>> subsets = new ArrayList<>();
    for (int first = 0; first <= from.size() - size; first++) {
      for (Set<Convention> rest : subsets(from.subList(first + 1, from.size()), size - 1)) {
        Set<Convention> subset = copyOf(rest);
        subset.add(from.get(first));
        subsets.add(subset);
      }
    }
    return subsets;
  }

  private static boolean isSomething(double effect, double nothing) {
    return !(effect <= nothing);
  }

  /** {@code EnumSet.copyOf} refuses an empty collection. */
  private static Set<Convention> copyOf(Collection<Convention> conventions) {
    Set<Convention> copy = EnumSet.noneOf(Convention.class);
    copy.addAll(conventions);
    return copy;
  }
}
