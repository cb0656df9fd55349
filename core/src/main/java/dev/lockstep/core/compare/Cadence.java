package dev.lockstep.core.compare;

/**
 * Which steps are observed. The last step always is, unless nothing is.
 *
 * @param every 0: no step; n &gt; 0: every n-th; {@link #SPARSER}: the first {@value #DENSE} steps
 *     one by one, later ones ever more sparsely
 */
public record Cadence(long every) {

  /** Marks the default cadence. */
  public static final long SPARSER = -1;

  /** Faults that are there from the start show in the first few steps. */
  private static final int DENSE = 10;

  /** Each observed step lies a quarter further than the one before: 1,800 steps cost 33 looks. */
  private static final double GROWTH = 1.25;

  public Cadence {
    if (every < SPARSER) {
      throw new IllegalArgumentException("observe-every: expected at least 0, found " + every);
    }
  }

  /** Returns whether a step, counted from 1, of a run of {@code last} steps is observed. */
  public boolean observes(long step, long last) {
    if (every == 0) {
      return false;
    }
    if (step == last) {
      return true;
    }
    if (every > 0) {
      return step % every == 0 || step == 1;
    }
    long next = DENSE;
    while (next < step) {
      next = (long) Math.ceil(next * GROWTH);
    }
    return step <= DENSE || next == step;
  }
}
