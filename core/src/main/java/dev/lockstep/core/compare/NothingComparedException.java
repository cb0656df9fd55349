package dev.lockstep.core.compare;

/** The selection leaves no tensor to compare; nothing was trained. */
public final class NothingComparedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public NothingComparedException() {
    super(
        "nothing to compare: --include, --exclude and --phase leave no tensor, or, with"
            + " --observe-every 0, none of phase update");
  }
}
