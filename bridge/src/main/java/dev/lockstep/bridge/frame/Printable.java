package dev.lockstep.bridge.frame;

/** Makes what a stranger wrote fit for a message. */
final class Printable {

  private static final int LONGEST = 80;

  private Printable() {}

  /** Returns at most eighty characters without control characters. */
  static String of(String text) {
    String visible = text.replaceAll("\\p{Cntrl}", "?");
    return visible.length() <= LONGEST ? visible : visible.substring(0, LONGEST) + "…";
  }
}
