package dev.lockstep.experiments.faults;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The kinds of explanation by which a difference can be told to a person. */
public enum Explanation {
  /** Every element is the same multiple of what it should be. */
  FACTOR("factor"),
  /** Two axes have changed places. */
  TRANSPOSED("transposed"),
  /** The elements are the right ones, in other places: reversed, shifted, permuted. */
  REORDERED("order"),
  /** The constant that keeps a division or a logarithm finite is another, or stands elsewhere. */
  EPSILON("epsilon"),
  /** A variance divided by n − 1 in place of n. */
  VARIANCE("variance"),
  /** Weight decay is missing, doubled, or acts where it should not. */
  REGULARIZATION("weight decay"),
  /** A hyperparameter of the optimizer or of a running mean has another value. */
  HYPERPARAMETER("hyperparameter"),
  /** What an earlier step came to is used once more. */
  STALE("stale"),
  /** A tensor that never leaves its first value. */
  NEVER_UPDATED("never updated"),
  /** Steps are counted from another number. */
  STEP_COUNT("step count"),
  /** The values are those of another tensor of the same step. */
  ANOTHER_TENSOR("equals"),
  /** Another share of a dropout layer is dropped, kept or scaled. */
  DROPOUT("dropout"),
  /** The softmax runs over the whole batch. */
  WHOLE_BATCH("whole batch"),
  /** Values are cut off at a limit. */
  SATURATED("saturated"),
  /** Values are infinite or not a number. */
  NOT_FINITE("not finite"),
  /** Rounded to float. */
  PRECISION("float"),
  /** Another formula, of which no difference between tensors tells the name. */
  UNKNOWN("");

  private final String words;

  Explanation(String words) {
    this.words = words;
  }

  /** Returns what a diagnosis of this kind says, among other things. */
  public String words() {
    return words;
  }

  /** Returns whether a diagnosis is of this kind; nothing is of an unknown one. */
  public boolean isGivenBy(@Nullable String diagnosis) {
    return diagnosis != null
        && this != UNKNOWN
        && diagnosis.toLowerCase(Locale.ROOT).contains(words);
  }
}
