package dev.lockstep.core.result;

/** What a comparison comes to, from best to worst. */
public enum Verdict {
  /** Everything that was compared lies within the noise of rounding. */
  AGREE(0),
  /** Both sides left the finite numbers at the same step and tensor, as the experiment foresees. */
  DIVERGED_ALIKE(0),
  /** A stock comparison whose differences are all explained by the convention ledger. */
  EXPLAINED(0),
  /** At least one tensor lies further apart than rounding can explain. */
  DIFFER(1),
  /** Not a single tensor was compared. */
  NOTHING_COMPARED(5);

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
