package dev.lockstep.core.experiment;

import java.util.Locale;

/** Pictures that an experiment file asks for, {@code figures: [loss, filters]}. */
public enum FigureKind {
  /** The loss of every variant in one chart. */
  LOSS,
  /** Accuracy on training and on test images, a panel for each variant. */
  ACCURACY,
  /** Accuracy on training images, a panel for each choice of the first axis of variants. */
  TRAINING,
  /** The filters of the first convolution, before and after. */
  FILTERS,
  /** What each activation puts out for the first batch, before training. */
  ACTIVATIONS,
  /** Which digit each side took for which. */
  CONFUSION,
  /** Digits that a side gets wrong, with both sides' answers. */
  MISCLASSIFIED,
  /** Accuracy with numbers rounded to half precision. */
  HALF,
  /** Accuracy of the mean of all variants' outputs. */
  ENSEMBLE;

  /** Returns the name used in experiment files. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
