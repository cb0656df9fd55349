package dev.lockstep.core.rounding;

/** The constants on which every verdict rests, each with its reason. */
public final class Tolerance {

  /**
   * The largest error ÷ floor that still counts as rounding. The floor is one sample of what
   * rounding does; another correct implementation sums in another order throughout and lands up to
   * about thirty such floors away (measured over layers, optimizers and seeds), a real fault
   * thousands.
   */
  public static final double MAX_ERROR_OVER_FLOOR = 100;

  /**
   * The share of a layer's largest output that rounding alone may move before a comparison element
   * by element has no meaning any more: with one step in a thousand, a fault of the same size could
   * hide.
   */
  public static final double HORIZON_SHARE = 1e-3;

  /**
   * The difference of two losses or accuracies that still counts as none in statistics over seeds,
   * relative to max(1, magnitude). Rounding stays near 1e-15 in double over thousands of steps.
   */
  public static final double EQUAL_FIGURES = 1e-12;

  /**
   * The share of a layer's largest output from which on the free-running noise floor hides what a
   * step by itself would show: from there on the steps between two observed ones are also compared
   * from the candidate's own state.
   */
  public static final double COARSE_SHARE = 1e-9;

  /**
   * The share of the loss by which rounding may move it before a segment ends: a hundred times that
   * is still one part in a hundred, which no wrong update would stay within.
   */
  public static final double SEGMENT_SHARE = 1e-4;

  /**
   * The share of the largest movement of all parameters below which a tensor's own does not matter:
   * a bias before batch normalization has no gradient but rounding.
   */
  public static final double NEGLIGIBLE = 1e-6;

  /**
   * The noise floor of a prediction in float, as a share of its largest element, where no step was
   * observed to measure it in: some tens of units in the last place of a float.
   */
  public static final double PREDICTION_SHARE_FLOAT = 1e-5;

  private Tolerance() {}
}
