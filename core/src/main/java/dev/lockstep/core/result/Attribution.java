package dev.lockstep.core.result;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which conventions of the ledger explain what a stock comparison found. Every number is the
 * largest error ÷ floor over a few steps on small batches. Whether the explanation holds for the
 * whole run is tried by running it once more, and what shows there alone is added.
 *
 * @param steps over which the numbers were measured
 * @param batchSize images in each of them
 * @param total with every convention in Deeplearning4j's way
 * @param explanation a smallest set that, done in the book's way, leaves nothing; null if none does
 * @param ownEffects what each convention makes by itself, by its name
 * @param remainder what is left in the whole run with the explanation in the book's way; null if
 *     nothing is
 * @param formulas what each of these conventions is, by its name
 * @param unexplained what is left with every convention in the book's way
 */
public record Attribution(
    long steps,
    int batchSize,
    double total,
    @Nullable List<String> explanation,
    @Nullable String remainder,
    Map<String, Double> ownEffects,
    Map<String, Formulas> formulas,
    double unexplained) {

  /**
   * A convention as the ledger has it.
   *
   * @param book the book's formula
   * @param dl4j Deeplearning4j's formula
   * @param pytorch PyTorch's formula; null in results of before it was told
   */
  public record Formulas(String topic, String book, String dl4j, @Nullable String pytorch) {}

  /** Returns whether nothing is left of the differences. */
  public boolean explains() {
    return explanation != null && remainder == null;
  }
}
