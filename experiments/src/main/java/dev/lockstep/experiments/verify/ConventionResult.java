package dev.lockstep.experiments.verify;

import dev.lockstep.core.result.Verdict;
import dev.lockstep.dl4j.ledger.Convention;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the convention ledger, shown in both positions of its switch.
 *
 * @param id see {@link Convention}
 * @param shownBy what was measured
 * @param dl4jsWay the difference with the entry left to DL4J's way; NaN where that gives no number
 * @param booksWay the difference in the book's way
 * @param nothing the largest difference that counts as none
 */
public record ConventionResult(
    String id,
    String topic,
    String shownBy,
    double dl4jsWay,
    double booksWay,
    double nothing,
    Verdict verdict,
    @Nullable String failure)
    implements Row {

  @Override
  public String title() {
    return "convention " + id;
  }

  static ConventionResult of(
      Convention convention, String shownBy, double dl4jsWay, double booksWay, double nothing) {
    boolean differs = !(dl4jsWay <= nothing); // NaN does
    boolean shown = differs && booksWay <= nothing;
    return new ConventionResult(
        convention.id(),
        convention.topic(),
        shownBy,
        dl4jsWay,
        booksWay,
        nothing,
        shown ? Verdict.AGREE : Verdict.DIFFER,
        shown
            ? null
            : "expected more than %.3g in DL4J's way and no more in the book's, found %.3g and %.3g (%s)"
                .formatted(nothing, dl4jsWay, booksWay, shownBy));
  }
}
