package dev.lockstep.core.wording;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What someone may have meant who wrote a name that does not exist. */
public final class Nearest {

  private static final int MOST = 3;

  private Nearest() {}

  /**
   * Returns the three names, or fewer, that are nearest to a word, the nearest first; those that
   * begin with it come before all others.
   */
  public static List<String> to(String word, Collection<String> names) {
    return names.stream()
        .sorted(
            Comparator.comparing((String name) -> !name.startsWith(word))
                .thenComparing(name -> distance(word, name)))
        .limit(MOST)
        .toList();
  }

  /** Returns the names that are nearest to a word, as a sentence has them. */
  public static String listed(String word, Collection<String> names) {
    return String.join(", ", to(word, names));
  }

  /** Returns whether a word may be a slip of the pen for a name: a third of its letters differ. */
  public static boolean isSlip(String word, String name) {
    return distance(word, name) <= Math.max(1, name.length() / 3);
  }

  /** Letters put in, left out, changed or exchanged with the next one (Damerau, 1964). */
  static int distance(String word, String name) {
    String a = word.toLowerCase(Locale.ROOT);
    String b = name.toLowerCase(Locale.ROOT);
    int[][] distance = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          distance[i][j] = i + j;
          continue;
        }
        int changed = distance[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        int least = Math.min(changed, 1 + Math.min(distance[i - 1][j], distance[i][j - 1]));
        boolean exchanged =
            i > 1
                && j > 1
                && a.charAt(i - 1) == b.charAt(j - 2)
                && a.charAt(i - 2) == b.charAt(j - 1);
        distance[i][j] = exchanged ? Math.min(least, 1 + distance[i - 2][j - 2]) : least;
      }
    }
    return distance[a.length()][b.length()];
  }
}
