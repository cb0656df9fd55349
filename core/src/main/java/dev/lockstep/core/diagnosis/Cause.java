package dev.lockstep.core.diagnosis;

/**
 * Why the candidate differs.
 *
 * @param text a clause that a person understands
 * @param standing how sure it is
 * @param notConfirmed what is left unexplained; empty if nothing is
 */
public record Cause(String text, Standing standing, String notConfirmed) {

  /** How sure a cause is. */
  public enum Standing {
    /** Built into the reference it leaves nothing, in this step and in two more. */
    CONFIRMED,
    /** It explains where the difference begins, but not all. */
    HINT
  }

  private static final String CONSISTENT = "consistent with: ";

  /** Returns the sentence that stands in reports. */
  public String sentence() {
    return standing == Standing.CONFIRMED
        ? text
        : CONSISTENT + "%s; not confirmed: %s".formatted(text, notConfirmed);
  }

  /** Returns whether such a sentence is that of a hint. */
  public static boolean isHint(String sentence) {
    return sentence.startsWith(CONSISTENT);
  }
}
