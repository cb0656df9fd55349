package dev.lockstep.core.result;

/** What a comparison comes to, from best to worst. */
public enum Verdict {
  /** Everything that was compared lies within the noise of rounding. */
  AGREE(0),
  /** Both sides left the finite numbers at the same step and tensor, as the experiment foresees. */
  DIVERGED_ALIKE(0),
  /** A stock comparison whose differences are all explained by the convention ledger. */
  EXPLAINED(0),
  /** Nothing differs as far as could be judged, and not all that AGREE needs could be judged. */
  UNDECIDED(5),
  /** Not a single tensor was compared. */
  NOTHING_COMPARED(5),
  /** At least one tensor differs by more than rounding can explain. */
  DIFFER(1);

  private final int exitCode;

  Verdict(int exitCode) {
    this.exitCode = exitCode;
  }

  /** Returns what the command line exits with. */
  public int exitCode() {
    return exitCode;
  }

  /** Returns the worse of two verdicts. */
  public Verdict or(Verdict other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
