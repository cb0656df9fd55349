package dev.lockstep.experiments.verify;

import dev.lockstep.core.result.Verdict;
import org.jspecify.annotations.Nullable;

/** One thing that was verified. */
public sealed interface Row permits PartResult, Draws, ConventionResult {

  /** Returns what was verified. */
  String title();

  /** Returns what does not agree, in a sentence without its first capital; null if all does. */
  @Nullable String failure();

  /**
   * Returns {@link Verdict#AGREE}, {@link Verdict#DIFFER}, or {@link Verdict#UNDECIDED} where a
   * side lacks it.
   */
  Verdict verdict();
}
