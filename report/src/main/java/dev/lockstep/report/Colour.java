package dev.lockstep.report;

import dev.lockstep.core.result.Verdict;

/** What is said in colour is said in words as well. */
public enum Colour {
  GOOD("1;32"),
  BAD("1;31"),
  LOUD("1;30;43");

  private final String code;

  Colour(String code) {
    this.code = code;
  }

  public static Colour of(Verdict verdict) {
    return verdict.exitCode() == 0 ? GOOD : BAD;
  }

  /**
   * @param coloured false to leave the words as they are
   */
  public String paint(String words, boolean coloured) {
    return coloured ? "\u001b[" + code + "m" + words + "\u001b[0m" : words;
  }
}
