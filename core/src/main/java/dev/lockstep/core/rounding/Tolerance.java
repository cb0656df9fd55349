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
   * Where no floor was measured, because nothing but the last state was observed: relative to
   * max(1, largest magnitude). Rounding alone stays near 1e-15 in double over thousands of steps.
   */
  public static final double UNMEASURED_DOUBLE = 1e-12;

  /** The same for a candidate in float, whose unit in the last place is 1.2e-7. */
  public static final double UNMEASURED_FLOAT = 1e-3;

  private Tolerance() {}
}
