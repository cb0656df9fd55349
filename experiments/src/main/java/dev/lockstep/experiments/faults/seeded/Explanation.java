package dev.lockstep.experiments.faults.seeded;

import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The kinds of explanation by which a difference can be told to a person. */
public enum Explanation {
  /** Every element is the same multiple of what it should be. */
  FACTOR("times"),
  /** The images are read on another scale. */
  PIXELS("pixels"),
  /** Two axes have changed places. */
  TRANSPOSED("transposed"),
  /** The elements are the right ones, in other places: reversed, shifted, permuted. */
  REORDERED("order", "shifted", "turned", "row before"),
  /** The constant that keeps a division or a logarithm finite is another, or stands elsewhere. */
  EPSILON("epsilon", "constant"),
  /** A variance divided by n − 1 in place of n. */
  VARIANCE("variance"),
  /** Weight decay is missing, doubled, or acts where it should not. */
  REGULARIZATION("weight decay"),
  /** A hyperparameter of the optimizer or of a running mean has another value. */
  HYPERPARAMETER("learning rate were", "momentum", "beta", "decay were"),
  /** What an earlier step came to is used once more. */
  STALE("stale", "step before", "first step"),
  /** A tensor that never leaves its first value. */
  NEVER_UPDATED("not updated", "never computed"),
  /** Steps are counted from another number. */
  STEP_COUNT("count of steps"),
  /** The values are those of another tensor of the same step. */
  ANOTHER_TENSOR("another tensor", "another gradient", "parameter is subtracted"),
  /** Another share of a dropout layer is dropped, kept or scaled. */
  DROPOUT("dropout"),
  /** The softmax runs over the whole batch. */
  WHOLE_BATCH("whole batch"),
  /** Values are cut off at a limit. */
  SATURATED("clipped"),
  /** Values are infinite or not a number. */
  NOT_FINITE("nan or infinite"),
  /** Rounded to float. */
  PRECISION("float"),
  /** Another function of the same input: a sigmoid for a tanh, a mean for a maximum. */
  ANOTHER_FUNCTION("computed", "took the average"),
  /** Classes exchanged or shifted. */
  LABELS("labels were shifted"),
  /** Targets that are not one-hot any more. */
  SMOOTHED("smoothed"),
  /** A class or a sample that takes no part. */
  IGNORED("ignored"),
  /** A sum over some samples only. */
  SAMPLES("sample"),
  /** A sum over some windows only. */
  PATCH("first window"),
  /** Which of several equal largest elements takes the gradient. */
  TIES("several largest"),
  /** A whole window takes the gradient of its largest element. */
  WHOLE_WINDOW("every element of a window"),
  /** Contributions of windows that overlap. */
  OVERLAP("overlap"),
  /** Another derivative of an activation. */
  DERIVATIVE("derivative"),
  /** A gradient that adds up from step to step. */
  ACCUMULATED("accumulate"),
  /** Weights that have moved before the gradient passes through them. */
  UPDATED_BEFORE("already updated"),
  /** A velocity that is one step old moves the parameter. */
  OLD_VELOCITY("velocity of the step before", "velocity before"),
  /** A part of the gradient alone enters the velocity. */
  DAMPENED("dampens"),
  /** The learning rate stands in another place of the formula. */
  RATE_MISPLACED("learning rate outside", "without the learning rate", "squares of lr·g"),
  /** The sign of a velocity. */
  LOOKS_BACK("looks back"),
  /** Adam's corrections are taken otherwise. */
  CORRECTION("its corrections", "corrects them again"),
  /** A part of batch normalization. */
  NORMALIZATION("normalization"),
  /** A sum over all elements, written to each of them. */
  ONE_SUM("one sum"),
  /** A bias that is added twice, or not at all. */
  BIAS("bias is"),
  /** Another form of the optimizer. */
  FORM("nesterov's printed form", "plain momentum"),
  /** Kernels turned by 180 degrees. */
  TURNED("turned"),
  /** Another formula, of which no difference between tensors tells the name. */
  UNKNOWN;

  private final Pattern words;

  /**
   * @param words one of which a diagnosis of this kind has in it
   */
  Explanation(String... words) {
    this.words =
        Pattern.compile(Stream.of(words).map(Pattern::quote).collect(Collectors.joining("|")));
  }

  /** Returns whether a diagnosis is of this kind; nothing is of an unknown one. */
  public boolean isGivenBy(@Nullable String diagnosis) {
    return this != UNKNOWN
        && diagnosis != null
        && words.matcher(diagnosis.toLowerCase(Locale.ROOT)).find();
  }
}
