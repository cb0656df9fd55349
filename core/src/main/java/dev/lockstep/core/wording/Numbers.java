package dev.lockstep.core.wording;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as people read them, the same wherever they are shown. */
public final class Numbers {

  private static final MathContext FOUR_DIGITS = new MathContext(4);
  private static final double SMALLEST_PLAIN = 1e-3;
  private static final double LARGEST_PLAIN = 1e6;
  private static final int SHORT = 6;

  private Numbers() {}

  /**
   * Returns up to four digits, {@code 0.9755}, {@code 4.441e-16}; all of a number is in the JSON.
   */
  public static String rounded(double x) {
    if (x == 0 || !Double.isFinite(x)) {
      return x == 0 ? "0" : Double.toString(x);
    }
    double size = Math.abs(x);
    if (size < SMALLEST_PLAIN || size >= LARGEST_PLAIN) {
      return String.format(Locale.ROOT, "%.3e", x).replaceFirst("e([+-])0", "e$1");
    }
    return new BigDecimal(x).round(FOUR_DIGITS).stripTrailingZeros().toPlainString();
  }

  /** Returns all of a number as a person writes it: {@code 0.9}, {@code 1e-7}, {@code NaN}. */
  public static String exact(double x) {
    if (!Double.isFinite(x)) {
      return Double.toString(x);
    }
    String plain = new BigDecimal(Double.toString(x)).stripTrailingZeros().toPlainString();
    return plain.length() <= SHORT
        ? plain
        : Double.toString(x).replace(".0E", "e").replace('E', 'e');
  }

  /** Returns a count with separators, {@code 60,000}. */
  public static String count(long n) {
    return String.format(Locale.ROOT, "%,d", n);
  }

  /** Returns a share in per cent, {@code 97.55 %}; a dash for one that was not measured, NaN. */
  public static String percent(double share) {
    return Double.isNaN(share) ? "–" : String.format(Locale.ROOT, "%.2f %%", 100 * share);
  }

  /** Returns {@code 1 step}, {@code 2 steps}. */
  public static String counted(long n, String noun) {
    return count(n) + " " + noun + (n == 1 ? "" : "s");
  }

  /** Returns a time span, {@code 4.2 s}, {@code 3 min 12 s}. */
  public static String seconds(double seconds) {
    if (!(seconds >= 60)) {
      return String.format(Locale.ROOT, "%.1f s", seconds);
    }
    long whole = Math.round(seconds);
    return whole / 60 + " min " + whole % 60 + " s";
  }
}
